/**
 * Which authority was seen to be signed by which: signatures are the price of a chain, and the upper part of nearly every chain is one that was there
 * before. What is remembered follows from the bytes of two certificates alone, so it holds for good; only what verified is remembered.
 */

import type { Certificate } from './certificate.ts'
import { isSignedBy } from './signature-algorithm.ts'

const MOST = 512
const seen = new Set<string>()

/** As `isSignedBy`, of an authority. @throws as `isSignedBy` and `publicKey()` */
export function isAuthoritySignedBy(authority: Certificate, issuer: Certificate): boolean {
  const link = linkOf(authority, issuer)
  if (seen.has(link)) return true
  if (!isSignedBy(authority, issuer.publicKey())) return false
  for (const oldest of seen) {
    if (seen.size < MOST) break
    seen.delete(oldest)
  }
  seen.add(link)
  return true
}

/** Whether the issuer's key was good enough before. */
export function wasSeen(authority: Certificate, issuer: Certificate): boolean {
  return seen.has(linkOf(authority, issuer))
}

function linkOf(authority: Certificate, issuer: Certificate): string {
  return `${authority.fingerprint} ${issuer.fingerprint}`
}

/** What the key of a certificate may be used for: key usage, extended key usage, basic constraints (RFC 5280 sections 4.2.1.3, 4.2.1.12, 4.2.1.9), as they are written. */

import { DerReader, derTags } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { readBoolean } from './extensions.ts'
import { pkiFault } from './faults.ts'

/** KeyUsage, in the order of its bits. */
const keyUsages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

export type KeyUsage = (typeof keyUsages)[number]

/** False as well where the certificate has no key usage at all. @throws DER_INVALID, CERTIFICATE_INVALID */
export function mayUse(certificate: Certificate, usage: KeyUsage): boolean {
  return keyUsagesOf(certificate)?.includes(usage) === true
}

/** Undefined where the certificate has no key usage. @throws DER_INVALID, CERTIFICATE_INVALID */
export function keyUsagesOf(certificate: Certificate): readonly KeyUsage[] | undefined {
  const extension = certificate.extensions.get('2.5.29.15')
  if (extension === undefined) return undefined
  const reader = new DerReader(extension.value, 'The key usage')
  const [unused, ...octets] = reader.next(derTags.bitString).content
  reader.end()
  if (unused === undefined || unused > 7 || octets.length > 2 || (octets.length === 0 && unused > 0))
    throw pkiFault('CERTIFICATE_INVALID', 'The key usage of a certificate is no list of usages.')
  return keyUsages.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0)
}

/** Identifiers of extended key usages; none where the certificate has no such extension. @throws DER_INVALID */
export function extendedUsagesOf(certificate: Certificate): readonly string[] {
  const extension = certificate.extensions.get('2.5.29.37')
  if (extension === undefined) return []
  const outer = new DerReader(extension.value, 'The extended key usage')
  const list = outer.sequence()
  outer.end()
  const usages: string[] = []
  while (!list.atEnd) usages.push(list.oid())
  return usages
}

/** Whether its basic constraints say that it is a certificate authority's. @throws DER_INVALID, CERTIFICATE_INVALID */
export function isAuthority(certificate: Certificate): boolean {
  const extension = certificate.extensions.get('2.5.29.19')
  if (extension === undefined) return false
  const outer = new DerReader(extension.value, 'The basic constraints')
  const body = outer.sequence()
  outer.end()
  return body.peek() === derTags.boolean && readBoolean(body, 'The basic constraints')
}

/** Certificate revocation lists (RFC 5280 section 5): parsed into slices of the original bytes, nothing re-encoded, nothing believed. */

import { type Bytes, baseFault, formatBytes, limits } from '../base/index.ts'
import { contextTag, type DerReader, derTags, readDerSequence, readPem } from '../crypto/index.ts'
import { checkEntries } from './crl-entries.ts'
import { type CrlScope, readCrlExtensions } from './crl-extensions.ts'
import { pkiFault } from './faults.ts'
import { readTime } from './time.ts'

export interface Crl {
  /** DER: the bytes as they came, or what was in the PEM. */
  readonly raw: Bytes
  /** The signed part of it (tbsCertList with its header). */
  readonly tbs: Bytes
  /** The issuer's Name, DER. */
  readonly issuer: Bytes
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** Undefined where the CRL says none, which RFC 5280 forbids: `judgeCrl` does not rely on it then. */
  readonly nextUpdate: number | undefined
  /** CRL number: its magnitude, big-endian. */
  readonly number: Bytes | undefined
  /** BaseCRLNumber of a delta CRL (section 5.2.4), undefined for a complete one. */
  readonly baseNumber: Bytes | undefined
  /** What the CRL is about, where it is not about all certificates of its issuer (section 5.2.5). */
  readonly scope: CrlScope | undefined
  /** Where the delta CRLs of this one are (section 5.2.6); empty where it has none. */
  readonly freshest: readonly string[]
  /** AlgorithmIdentifier of the signature, DER: the one outside, which is byte for byte the one inside. */
  readonly signatureAlgorithm: Bytes
  readonly signature: Bytes
  /** The content of revokedCertificates, checked to its last octet; empty where nothing is revoked. */
  readonly entries: Bytes
}

const WHAT = 'The CRL'

/**
 * Reads a version 2 CRL, complete or delta, as DER or PEM, of up to 32 MiB: one pass over its entries, and no object for any of them.
 * @throws CRL_INVALID, CRL_UNSUPPORTED (a critical extension that is not understood, an indirect or reason-limited CRL), DER_INVALID, LIMIT_EXCEEDED
 * @example judgeCrl(parseCrl(bytes), certificate, issuer, Date.parse('2026-11-22T15:00:00Z'))
 */
export function parseCrl(bytes: Bytes): Crl {
  const raw = derOf(bytes)
  if (raw.length > limits.crlBytes)
    throw baseFault('LIMIT_EXCEEDED', `${WHAT} is larger than the ${formatBytes(limits.crlBytes)} that are read.`)
  const outer = readDerSequence(raw, WHAT)
  const tbs = outer.next(derTags.sequence)
  const signatureAlgorithm = outer.next(derTags.sequence).raw
  const signature = outer.bits()
  outer.end()
  return { raw, tbs: tbs.raw, signatureAlgorithm, signature, ...readTbs(outer.within(tbs), signatureAlgorithm) }
}

function derOf(bytes: Bytes): Bytes {
  if (bytes[0] === derTags.sequence) return bytes
  const [block, second] = readPem(bytes.subarray(0, limits.crlBytes * 2), WHAT)
  if (block?.label !== 'X509 CRL' || block.hasHeaders || second !== undefined)
    throw pkiFault('CRL_INVALID', `${WHAT} is neither DER nor one PEM block "X509 CRL".`)
  return block.bytes
}

type Tbs = Omit<Crl, 'raw' | 'tbs' | 'signatureAlgorithm' | 'signature'>

/** TBSCertList (section 5.1.2). */
function readTbs(tbs: DerReader, outerAlgorithm: Bytes): Tbs {
  // Version 1 is left out in the encoding, and has no extensions: nobody may issue it any more (section 5.1.2.1).
  if (tbs.peek() !== derTags.integer || tbs.small() !== 1) throw invalid('it is not of version 2')
  if (Buffer.compare(tbs.next(derTags.sequence).raw, outerAlgorithm) !== 0)
    throw invalid('it names two signature algorithms')
  const issuer = tbs.next(derTags.sequence).raw
  const thisUpdate = readTime(tbs)
  const nextUpdate = isTime(tbs.peek()) ? readTime(tbs) : undefined
  const entries = tbs.peek() === derTags.sequence ? tbs.next(derTags.sequence).content : new Uint8Array()
  const extensions = readCrlExtensions(tbs.peek() === contextTag(0) ? tbs.enter(contextTag(0)) : undefined)
  tbs.end()
  checkEntries(entries)
  return { issuer, thisUpdate, nextUpdate, entries, ...extensions }
}

function isTime(tag: number | undefined): boolean {
  return tag === derTags.utcTime || tag === derTags.generalizedTime
}

function invalid(problem: string): Error {
  return pkiFault('CRL_INVALID', `${WHAT} breaks its format: ${problem}.`)
}

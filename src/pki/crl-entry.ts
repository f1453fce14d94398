/** One entry of a CRL with its extensions (RFC 5280 section 5.3), and which of several entries for one certificate counts. */

import type { Bytes } from '../base/index.ts'
import { DerReader, derTags } from '../crypto/index.ts'
import { readExtensions } from './extensions.ts'
import { pkiFault } from './faults.ts'
import { type RevocationReason, reasonNamed } from './revocation-answer.ts'
import { readTime } from './time.ts'

export interface CrlEntry {
  readonly revokedAt: number
  readonly reason: RevocationReason | undefined
  readonly invalidityDate: number | undefined
}

const REASON_CODE = '2.5.29.21'
const INVALIDITY_DATE = '2.5.29.24'

/** @throws DER_INVALID, CERTIFICATE_INVALID, CRL_INVALID */
export function readCrlEntry(der: Bytes): CrlEntry {
  const outer = new DerReader(der, 'The CRL entry')
  const entry = outer.sequence()
  outer.end()
  entry.next(derTags.integer)
  const revokedAt = readTime(entry)
  const extensions = entry.atEnd ? undefined : readExtensions(entry, 'The CRL entry')
  entry.end()
  return { revokedAt, ...readEntryExtensions((oid) => extensions?.get(oid)?.value) }
}

/** Reason code and invalidity date (sections 5.3.1 and 5.3.2), which OCSP responses may have too. */
export function readEntryExtensions(valueAt: (oid: string) => Bytes | undefined): Omit<CrlEntry, 'revokedAt'> {
  const reason = valueAt(REASON_CODE)
  const date = valueAt(INVALIDITY_DATE)
  return {
    reason: reason === undefined ? undefined : reasonNamed(readReason(reason)),
    invalidityDate: date === undefined ? undefined : readOnly(date, readTime),
  }
}

function readReason(value: Bytes): number {
  return readOnly(value, (reader) => {
    const [number, more] = reader.next(derTags.enumerated).content
    if (number === undefined || more !== undefined) throw pkiFault('CRL_INVALID', 'A reason of the CRL is no reason.')
    return number
  })
}

function readOnly<T>(value: Bytes, read: (reader: DerReader) => T): T {
  const reader = new DerReader(value, 'The CRL entry extension')
  const result = read(reader)
  reader.end()
  return result
}

/**
 * Of several entries for one serial number the one that counts: a revocation for good before a hold, a hold only if it was not taken back later
 * (in a delta CRL), and of several the one with the earliest invalidity date, since that excuses the least.
 */
export function decisiveEntry(entries: readonly CrlEntry[]): CrlEntry | undefined {
  const passing = entries.filter(isPassing)
  const lastHold = passing.reduce<CrlEntry | undefined>(
    (last, one) => (last === undefined || isLater(one, last) ? one : last),
    undefined,
  )
  const holding = lastHold === undefined || lastHold.reason === 'removeFromCRL' ? [] : [lastHold]
  const standing = [...entries.filter((entry) => !isPassing(entry)), ...holding]
  // None is earlier than any: it excuses nothing.
  return standing.toSorted((a, b) => (a.invalidityDate ?? 0) - (b.invalidityDate ?? 0))[0]
}

function isPassing({ reason }: CrlEntry): boolean {
  return reason === 'certificateHold' || reason === 'removeFromCRL'
}

/** Of the same moment the hold counts. */
function isLater(one: CrlEntry, other: CrlEntry): boolean {
  if (one.revokedAt !== other.revokedAt) return one.revokedAt > other.revokedAt
  return one.reason === 'certificateHold'
}

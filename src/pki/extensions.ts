/** The list of extensions of a certificate, a CRL or an OCSP answer (RFC 5280 section 4.1.2.9), as it stands. */

import type { Bytes } from '../base/index.ts'
import { type DerReader, derTags } from '../crypto/index.ts'
import { pkiFault } from './faults.ts'

export interface Extension {
  readonly oid: string
  readonly isCritical: boolean
  /** What is in the OCTET STRING. */
  readonly value: Bytes
}

/**
 * `Extensions` (section 4.1.2.9) of a certificate, a CRL or an OCSP answer: one or more, none twice.
 * A written `critical FALSE` is taken: DER forbids to write a default, but authorities do, and it can be read in one way only.
 * @throws DER_INVALID, CERTIFICATE_INVALID
 */
export function readExtensions(reader: DerReader, what: string): ReadonlyMap<string, Extension> {
  const list = reader.sequence()
  if (list.atEnd) throw invalid(what, 'its list of extensions is empty')
  const extensions = new Map<string, Extension>()
  while (!list.atEnd) {
    const item = list.sequence()
    const oid = item.oid()
    const isCritical = item.peek() === derTags.boolean && readBoolean(item, what)
    const value = item.octets()
    item.end()
    if (extensions.has(oid)) throw invalid(what, `it has the extension ${oid} twice`)
    extensions.set(oid, { oid, isCritical, value })
  }
  return extensions
}

/** A BOOLEAN as DER has it: 00 or FF. */
export function readBoolean(reader: DerReader, what: string): boolean {
  const { content } = reader.next(derTags.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw invalid(what, 'it has a boolean that is neither true nor false')
  return content[0] === 0xff
}

function invalid(what: string, problem: string): Error {
  return pkiFault('CERTIFICATE_INVALID', `${what} breaks its format: ${problem}.`)
}

/** GeneralName (RFC 5280 section 4.2.1.6): the names of subject alternative names and name constraints. */

import { type Bytes, bufferOf } from '../base/index.ts'
import { contextTag, DerReader, type DerValue } from '../crypto/index.ts'
import { pkiFault } from './faults.ts'
import { type Name, readName } from './name.ts'

export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  /** `octets`: 4 or 16 of an address, 8 or 32 of a constraint (address and mask). */
  | { readonly kind: 'ip'; readonly octets: Bytes }
  | { readonly kind: 'directory'; readonly name: Name }
  /** otherName, x400Address, ediPartyName, registeredID: not looked into. */
  | { readonly kind: 'other'; readonly raw: Bytes }

const TEXTS: Readonly<Record<number, 'email' | 'dns' | 'uri'>> = {
  [contextTag(1, false)]: 'email',
  [contextTag(2, false)]: 'dns',
  [contextTag(6, false)]: 'uri',
}
const DIRECTORY = contextTag(4)
const IP_ADDRESS = contextTag(7, false)
const OTHERS: readonly number[] = [contextTag(0), contextTag(3), contextTag(5), contextTag(8, false)]
const VISIBLE = /^[\x20-\x7e]*$/

/** @throws DER_INVALID, CERTIFICATE_INVALID */
export function readGeneralName(value: DerValue, what: string): GeneralName {
  const { tag, content, raw } = value
  const kind = TEXTS[tag]
  if (kind !== undefined) return { kind, value: ascii(content, what) }
  if (tag === IP_ADDRESS) return { kind: 'ip', octets: content }
  if (tag === DIRECTORY) {
    const reader = new DerReader(content, what)
    const name = readName(reader)
    reader.end()
    return { kind: 'directory', name }
  }
  if (OTHERS.includes(tag)) return { kind: 'other', raw }
  throw pkiFault('CERTIFICATE_INVALID', `${what} has a name of a kind that there is not.`)
}

/** IA5String without what cannot be seen: a NUL or a line break in a name serves only to deceive. */
function ascii(content: Bytes, what: string): string {
  const text = bufferOf(content).toString('latin1')
  if (!VISIBLE.test(text))
    throw pkiFault('CERTIFICATE_INVALID', `${what} has a name with characters that names do not have.`)
  return text
}

/** For people and for comparing: "10.0.0.1", "2001:db8:0:0:0:0:0:1"; undefined where it is no address. */
export function ipText(octets: Bytes): string | undefined {
  if (octets.length === 4) return octets.join('.')
  if (octets.length !== 16) return undefined
  const groups: string[] = []
  for (let at = 0; at < 16; at += 2) groups.push(((octets[at] ?? 0) * 256 + (octets[at + 1] ?? 0)).toString(16))
  return groups.join(':')
}

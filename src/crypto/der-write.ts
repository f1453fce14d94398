/** Writes the Distinguished Encoding Rules (ITU-T X.690, clauses 8 and 10): the few types that requests, certificates and keys are made of. */

import { type Bytes, concat } from '../base/index.ts'
import { contextTag, derTags } from './der.ts'

/** Identifier, length and content. */
export function derValue(tag: number, ...parts: readonly Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return concat(Uint8Array.of(tag, ...lengthOctets(length)), ...parts)
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256)
  return [0x80 | octets.length, ...octets]
}

/** @example derWrite.sequence(derWrite.oid('1.2.840.10045.2.1'), derWrite.null()) */
export const derWrite = {
  sequence: (...members: readonly Bytes[]): Bytes => derValue(derTags.sequence, ...members),

  /** SET OF: its members in the order of their encodings (clause 11.6). */
  set: (...members: readonly Bytes[]): Bytes => derValue(derTags.set, ...members.toSorted(Buffer.compare)),

  /** `[number]`, explicit: the whole value within. */
  explicit: (number: number, value: Bytes): Bytes => derValue(contextTag(number), value),

  /** `[number]`, implicit: the content alone. */
  implicit: (number: number, content: Bytes, constructed = false): Bytes =>
    derValue(contextTag(number, constructed), content),

  boolean: (value: boolean): Bytes => derValue(derTags.boolean, Uint8Array.of(value ? 0xff : 0)),

  /** A number of zero or more, or its magnitude, big-endian. */
  unsigned: (value: number | Bytes): Bytes => {
    const magnitude = typeof value === 'number' ? magnitudeOf(value) : value
    const start = magnitude.findIndex((octet) => octet !== 0)
    const short = start < 0 ? Uint8Array.of(0) : magnitude.subarray(start)
    return derValue(derTags.integer, (short[0] ?? 0) > 0x7f ? Uint8Array.of(0) : new Uint8Array(), short)
  },

  enumerated: (value: number): Bytes => derValue(derTags.enumerated, Uint8Array.of(value)),

  octets: (content: Bytes): Bytes => derValue(derTags.octetString, content),

  bits: (content: Bytes, unused = 0): Bytes => derValue(derTags.bitString, Uint8Array.of(unused), content),

  null: (): Bytes => derValue(derTags.null),

  oid: (dotted: string): Bytes => {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
    return derValue(derTags.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
  },

  utf8String: (text: string): Bytes => derValue(derTags.utf8String, Buffer.from(text, 'utf8')),

  printableString: (text: string): Bytes => derValue(derTags.printableString, Buffer.from(text, 'latin1')),

  ia5String: (text: string): Bytes => derValue(derTags.ia5String, Buffer.from(text, 'latin1')),

  /** Whole seconds, as RFC 5280 section 4.1.2.5 demands: UTCTime until 2049, GeneralizedTime after. @param time milliseconds since 1970 */
  time: (time: number): Bytes => {
    const digits = new Date(time).toISOString().slice(0, 19).replace(/[-T:]/g, '')
    const year = Number(digits.slice(0, 4))
    if (year >= 1950 && year < 2050) return derValue(derTags.utcTime, Buffer.from(`${digits.slice(2)}Z`, 'latin1'))
    return derWrite.generalizedTime(time)
  },

  /** Whole seconds. @param time milliseconds since 1970 */
  generalizedTime: (time: number): Bytes => {
    const digits = new Date(time).toISOString().slice(0, 19).replace(/[-T:]/g, '')
    return derValue(derTags.generalizedTime, Buffer.from(`${digits}Z`, 'latin1'))
  },
} as const

function magnitudeOf(value: number): Bytes {
  const octets: number[] = []
  for (let left = value; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256)
  return Uint8Array.from(octets)
}

function base128(number: number): readonly number[] {
  const groups = [number % 128]
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | (left % 128))
  return groups
}

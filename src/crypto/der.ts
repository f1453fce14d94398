/**
 * A zero-copy reader of the Distinguished Encoding Rules (ITU-T X.690, clauses 8 and 10): every value is a slice of the original bytes.
 * What DER forbids is refused: indefinite and non-minimal lengths, non-minimal integers, anything after the end, and (as no format
 * here has them) tag numbers above 30.
 */

import { type Bytes, limits } from '../base/index.ts'
import { cryptoFault } from './faults.ts'

/** Identifier octets: universal types, and `context(n)` for what a format numbers itself. */
export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of `[number]`, constructed unless said otherwise. */
export function contextTag(number: number, constructed = true): number {
  return 0x80 | (constructed ? 0x20 : 0) | number
}

export interface DerValue {
  /** The identifier octet. */
  readonly tag: number
  /** Identifier, length and content. */
  readonly raw: Bytes
  readonly content: Bytes
}

/**
 * Reads values in order from one slice.
 * @example const body = new DerReader(bytes, 'The key').sequence(); const version = body.unsigned(); body.end()
 */
export class DerReader {
  private readonly bytes: Bytes
  private readonly what: string
  private readonly depth: number
  private at = 0

  /** @param what named in messages: "The certificate" */
  constructor(bytes: Bytes, what: string, depth = 0) {
    if (depth > limits.derDepth)
      throw cryptoFault('DER_INVALID', `${what} is nested deeper than ${limits.derDepth} levels.`)
    this.bytes = bytes
    this.what = what
    this.depth = depth
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length
  }

  /** The next identifier octet, undefined at the end. */
  peek(): number | undefined {
    return this.bytes[this.at]
  }

  /** The next value, which must have `tag` where one is given. @throws DER_INVALID */
  next(tag?: number): DerValue {
    const start = this.at
    const found = this.bytes[start]
    if (found === undefined) return this.refuse('ends too early')
    if (tag !== undefined && found !== tag) return this.refuse(`has tag ${found} where ${tag} belongs`)
    if ((found & 0x1f) === 0x1f) return this.refuse('has a tag number above 30')
    const { length, from } = this.length(start + 1)
    const end = from + length
    if (end > this.bytes.length) return this.refuse('has a value longer than what holds it')
    this.at = end
    return { tag: found, raw: this.bytes.subarray(start, end), content: this.bytes.subarray(from, end) }
  }

  /** Enters a constructed value. */
  enter(tag: number): DerReader {
    return new DerReader(this.next(tag).content, this.what, this.depth + 1)
  }

  sequence(): DerReader {
    return this.enter(derTags.sequence)
  }

  /** A reader over a value already taken. */
  within(value: DerValue): DerReader {
    return new DerReader(value.content, this.what, this.depth + 1)
  }

  /** An INTEGER of zero or more as its magnitude, big-endian, without a leading zero octet (empty for zero). */
  unsigned(): Bytes {
    const { content } = this.next(derTags.integer)
    const first = content[0]
    if (first === undefined) return this.refuse('has an empty integer')
    if (first > 0x7f) return this.refuse('has a negative integer')
    if (first !== 0) return content
    const second = content[1]
    if (second !== undefined && second < 0x80) return this.refuse('has an integer with needless octets')
    return content.subarray(1)
  }

  /** An INTEGER from 0 to 2^48 - 1. */
  small(): number {
    const magnitude = this.unsigned()
    if (magnitude.length > 6) return this.refuse('has an integer that is too large')
    return magnitude.reduce((value, octet) => value * 256 + octet, 0)
  }

  /** A BIT STRING of whole octets. */
  bits(): Bytes {
    const { content } = this.next(derTags.bitString)
    if (content[0] !== 0) return this.refuse('has a bit string that is not of whole octets')
    return content.subarray(1)
  }

  octets(): Bytes {
    return this.next(derTags.octetString).content
  }

  null(): void {
    if (this.next(derTags.null).content.length > 0) this.refuse('has a null with content')
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  oid(): string {
    return this.dotted(this.next(derTags.oid).content)
  }

  /** Nothing may follow. @throws DER_INVALID */
  end(): void {
    if (!this.atEnd) this.refuse('has more after its end')
  }

  private dotted(content: Bytes): string {
    if (content.length === 0 || content.length > 64) return this.refuse('has an object identifier of impossible length')
    const numbers: number[] = []
    let value = 0
    let isStart = true
    for (const octet of content) {
      if (isStart && octet === 0x80) return this.refuse('has an object identifier with needless octets')
      value = value * 128 + (octet & 0x7f)
      if (!Number.isSafeInteger(value)) return this.refuse('has an object identifier with a huge number')
      isStart = octet < 0x80
      if (!isStart) continue
      if (numbers.length === 0)
        numbers.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
      else numbers.push(value)
      value = 0
    }
    return isStart ? numbers.join('.') : this.refuse('has an object identifier that ends too early')
  }

  private length(at: number): { readonly length: number; readonly from: number } {
    const first = this.bytes[at]
    if (first === undefined) return this.refuse('ends too early')
    if (first < 0x80) return { length: first, from: at + 1 }
    const count = first & 0x7f
    if (count === 0 || count > 4) return this.refuse('has a length that DER does not allow')
    let length = 0
    for (let index = 1; index <= count; index++) {
      const octet = this.bytes[at + index]
      if (octet === undefined) return this.refuse('ends too early')
      length = length * 256 + octet
    }
    if (length < 0x80 || length < 256 ** (count - 1)) return this.refuse('has a length with needless octets')
    return { length, from: at + 1 + count }
  }

  private refuse(problem: string): never {
    throw cryptoFault('DER_INVALID', `${this.what} is not valid DER: it ${problem}.`)
  }
}

/** The one SEQUENCE that the bytes are, to their last octet. @throws DER_INVALID */
export function readDerSequence(bytes: Bytes, what: string): DerReader {
  const outer = new DerReader(bytes, what)
  const body = outer.sequence()
  outer.end()
  return body
}

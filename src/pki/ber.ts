/**
 * From the Basic to the Distinguished Encoding Rules (ITU-T X.690 clauses 8 and 10) for the outer structure of a CMS message (RFC 5652 section 5), which
 * may be BER: lengths that are indefinite or too long are written anew, octet strings in pieces are joined. What lies deeper (certificates,
 * attributes, what was signed) stays as it came, and is held to DER by whoever reads it.
 */

import type { Bytes } from '../base/index.ts'
import { cryptoFault, derTags, derValue } from '../crypto/index.ts'

/** An OCTET STRING in pieces (X.690 clause 8.7.3). */
const PIECES = derTags.octetString | 0x20
const CONSTRUCTED = 0x20

interface Header {
  readonly tag: number
  /** Where the content begins; its end, undefined where it is indefinite. */
  readonly from: number
  readonly end: number | undefined
  readonly isDer: boolean
}

interface Converted {
  readonly der: Bytes
  /** Where the next value begins. */
  readonly next: number
}

/**
 * The one value that the bytes are. The same bytes (not a copy) where they are DER already.
 * @param levels how many levels below the outermost one may be BER
 * @throws DER_INVALID
 */
export function derFromBer(bytes: Bytes, what: string, levels: number): Bytes {
  const { der, next } = new BerReader(bytes, what).value(0, bytes.length, levels)
  if (next !== bytes.length) throw invalid(what, 'has more after its end')
  return der
}

class BerReader {
  private readonly bytes: Bytes
  private readonly what: string

  constructor(bytes: Bytes, what: string) {
    this.bytes = bytes
    this.what = what
  }

  value(at: number, limit: number, levels: number): Converted {
    const header = this.header(at, limit)
    if (header.tag === PIECES) return this.joined(header, limit)
    if (header.end === undefined && ((header.tag & CONSTRUCTED) === 0 || levels === 0))
      throw invalid(this.what, 'has an indefinite length where none may be')
    if (levels === 0 || (header.tag & CONSTRUCTED) === 0) return this.leaf(header, at, limit, levels)
    return this.members(header, at, limit, levels)
  }

  /** Taken as it is; below the last level even its length is. */
  private leaf(header: Header, at: number, limit: number, levels: number): Converted {
    const next = header.end ?? limit
    const isKept = header.isDer || levels === 0
    const content = this.bytes.subarray(header.from, next)
    return { der: isKept ? this.bytes.subarray(at, next) : derValue(header.tag, content), next }
  }

  private members(header: Header, start: number, limit: number, levels: number): Converted {
    const parts: Bytes[] = []
    let at = header.from
    let isSame = header.isDer
    while (!this.isEnd(header, at, limit)) {
      const member = this.value(at, header.end ?? limit, levels - 1)
      isSame &&= member.der.length === member.next - at && member.der.byteOffset === this.bytes.byteOffset + at
      parts.push(member.der)
      at = member.next
    }
    if (isSame) return { der: this.bytes.subarray(start, at), next: at }
    return { der: derValue(header.tag, ...parts), next: this.after(header, at) }
  }

  /** The pieces are octet strings themselves; pieces of pieces nobody writes. */
  private joined(header: Header, limit: number): Converted {
    const parts: Bytes[] = []
    let at = header.from
    while (!this.isEnd(header, at, limit)) {
      const piece = this.header(at, header.end ?? limit)
      if (piece.tag !== derTags.octetString || piece.end === undefined)
        throw invalid(this.what, 'has an octet string whose pieces are none')
      parts.push(this.bytes.subarray(piece.from, piece.end))
      at = piece.end
    }
    return { der: derValue(derTags.octetString, ...parts), next: this.after(header, at) }
  }

  /** The end of what is definite, or two zero octets (X.690 clause 8.1.5). */
  private isEnd(header: Header, at: number, limit: number): boolean {
    if (header.end !== undefined) return at === header.end
    if (at + 2 > limit) throw invalid(this.what, 'ends too early')
    return this.bytes[at] === 0 && this.bytes[at + 1] === 0
  }

  private after(header: Header, at: number): number {
    return header.end === undefined ? at + 2 : at
  }

  private header(at: number, limit: number): Header {
    const tag = this.bytes[at]
    const first = this.bytes[at + 1]
    if (at + 2 > limit || tag === undefined || first === undefined) throw invalid(this.what, 'ends too early')
    if (tag === 0) throw invalid(this.what, 'has an end where nothing began')
    if ((tag & 0x1f) === 0x1f) throw invalid(this.what, 'has a tag number above 30')
    if (first === 0x80) return { tag, from: at + 2, end: undefined, isDer: false }
    const count = first < 0x80 ? 0 : first & 0x7f
    if (count > 4) throw invalid(this.what, 'has a length that is not read')
    const from = at + 2 + count
    if (from > limit) throw invalid(this.what, 'ends too early')
    const length = count === 0 ? first : this.number(at + 2, from)
    if (from + length > limit) throw invalid(this.what, 'has a value longer than what holds it')
    const isDer = count === 0 || (length > 0x7f && length >= 256 ** (count - 1))
    return { tag, from, end: from + length, isDer }
  }

  private number(from: number, to: number): number {
    return this.bytes.subarray(from, to).reduce((value, octet) => value * 256 + octet, 0)
  }
}

function invalid(what: string, problem: string): Error {
  return cryptoFault('DER_INVALID', `${what} is not valid BER: it ${problem}.`)
}

/** Passes over CBOR (RFC 8949) before it is decoded: nothing that a COSE signature has no use for, nothing nested or repeated without end. */

import { isUtf8 } from 'node:buffer'
import { type Bytes, limits } from '../base/index.ts'
import { invalid } from './faults.ts'

const TIME = 1
const SIGN1 = 18

/**
 * One item and nothing after it: no indefinite lengths, no floating-point numbers, no text that is not UTF-8; of tags that of COSE_Sign1
 * around the whole, that of a time within it.
 * @throws ENVELOPE_INVALID
 */
export function checkCbor(bytes: Bytes, what: string): void {
  new Scan(bytes, what).run()
}

class Scan {
  private readonly bytes: Bytes
  private readonly what: string
  private at = 0
  /** Items that are to come, of each array, map and tag that is open. */
  private readonly open: number[] = [1]
  private items = 0

  constructor(bytes: Bytes, what: string) {
    this.bytes = bytes
    this.what = what
  }

  run(): void {
    for (let left = this.open.pop(); left !== undefined; left = this.open.pop()) {
      if (left === 0) continue
      this.open.push(left - 1)
      if (++this.items > limits.cborItems) this.refuse(`has more than ${limits.cborItems} items`)
      this.item()
    }
    if (this.at !== this.bytes.length) this.refuse('has more after its end')
  }

  private item(): void {
    const from = this.at
    const first = this.byte()
    const value = this.argument(first & 31)
    switch (first >> 5) {
      case 2:
      case 3:
        this.text(value, first >> 5 === 3)
        break
      case 4:
        this.nest(value)
        break
      case 5:
        this.nest(2 * value)
        break
      case 6:
        if (value !== (from === 0 ? SIGN1 : TIME)) this.refuse(`has the tag ${value} where it does not belong`)
        this.nest(1)
        break
      case 7:
        if (first !== 0xf4 && first !== 0xf5 && first !== 0xf6)
          this.refuse('has a value that is no integer, text, bytes, true, false or null')
    }
  }

  private argument(info: number): number {
    if (info < 24) return info
    if (info > 27) this.refuse('has a length that is indefinite or reserved')
    let value = 0
    for (let bytes = 1 << (info - 24); bytes > 0; bytes--) value = value * 256 + this.byte()
    return value
  }

  private byte(): number {
    const byte = this.bytes[this.at++]
    return byte ?? this.refuse('ends too soon')
  }

  private text(length: number, isText: boolean): void {
    const end = this.at + length
    if (end > this.bytes.length) this.refuse('ends too soon')
    if (isText && !isUtf8(this.bytes.subarray(this.at, end))) this.refuse('has a text that is not UTF-8')
    this.at = end
  }

  private nest(count: number): void {
    // One is for the item itself.
    if (this.open.length > limits.cborDepth) this.refuse(`is nested deeper than ${limits.cborDepth} levels`)
    this.open.push(count)
  }

  private refuse(problem: string): never {
    throw invalid(`${this.what} ${problem}.`)
  }
}

/** Writes deterministic CBOR (RFC 8949 section 4.2.1): the few types that a COSE signature is made of. */

import { type Bytes, concat, utf8 } from '../base/index.ts'

/** The head of a data item in its shortest form. @param count the number itself, or the length of what follows */
export function cborHead(major: number, count: number): Bytes {
  const first = major << 5
  if (count < 24) return Uint8Array.of(first | count)
  if (count < 0x100) return Uint8Array.of(first | 24, count)
  const head = Buffer.alloc(count < 0x10000 ? 3 : count < 0x1_0000_0000 ? 5 : 9)
  head[0] = first | (head.length === 3 ? 25 : head.length === 5 ? 26 : 27)
  if (head.length === 9) head.writeBigUInt64BE(BigInt(count), 1)
  else head.writeUIntBE(count, 1, head.length - 1)
  return head
}

export const cbor = {
  integer: (value: number): Bytes => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)),
  bytes: (value: Bytes): Bytes => concat(cborHead(2, value.length), value),
  text: (value: string): Bytes => concat(cborHead(3, utf8(value).length), utf8(value)),
  array: (items: readonly Bytes[]): Bytes => concat(cborHead(4, items.length), ...items),
  /** Keys in the order of their encodings. */
  map: (entries: readonly (readonly [Bytes, Bytes])[]): Bytes => {
    const sorted = entries.toSorted(([a], [b]) => Buffer.compare(a, b))
    return concat(cborHead(5, entries.length), ...sorted.flat())
  },
  tag: (number: number, item: Bytes): Bytes => concat(cborHead(6, number), item),
} as const

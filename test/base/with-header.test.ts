/** A header put before decoded bytes without a copy. */

import { describe, expect, it } from 'vitest'
import { base64BytesToBytes, concat, utf8, withHeader } from '../../src/base/index.ts'

function decoded(length: number): Uint8Array {
  return base64BytesToBytes(utf8(Buffer.alloc(length, 'zegel').toString('base64')))
}

describe('withHeader', () => {
  it.each([100_000, 100_001, 100_002])('%i decoded bytes', (length) => {
    const bytes = decoded(length)
    const whole = withHeader(utf8('header '), bytes)
    expect(Buffer.compare(whole ?? utf8(''), concat(utf8('header '), Buffer.alloc(length, 'zegel')))).toBe(0)
    expect(whole?.buffer).toBe(bytes.buffer)
    expect(Buffer.compare(bytes, Buffer.alloc(length, 'zegel'))).toBe(0)
  })

  it('touches no memory that was not left free for it', () => {
    expect(withHeader(utf8('header '), decoded(10))).toBeUndefined()
    expect(withHeader(utf8('header '), decoded(100_000).subarray(1))).toBeUndefined()
    expect(withHeader(new Uint8Array(513), decoded(100_000))).toBeUndefined()
    expect(withHeader(utf8('header '), new Uint8Array(new ArrayBuffer(2000), 512))).toBeUndefined()
  })
})

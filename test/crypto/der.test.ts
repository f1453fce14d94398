import { describe, expect, test } from 'vitest'
import { contextTag, DerReader, readDerSequence } from '../../src/crypto/index.ts'
import { integer, oid, sequence, tlv } from '../support/der.ts'
import { codeOf } from '../support/fuzz.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('what DER forbids (X.690 clause 10) is refused', () => {
  test.each([
    ['indefinite length', '30 80 02 01 05 00 00'],
    ['a long length where the short form fits', '30 81 03 02 01 05'],
    ['a length with a leading zero octet', '30 82 00 80'.concat('00'.repeat(128))],
    ['a length of five octets', '30 85 01 00 00 00 00'],
    ['a length past the end', '30 04 02 01 05'],
    ['bytes after the end', '30 03 02 01 05 00'],
    ['a cut header', '30'],
    ['nothing', ''],
    ['another tag', '31 03 02 01 05'],
    ['a tag number above 30', '30 04 1f 81 01 00'],
    ['an inner value longer than what holds it', '30 03 02 02 05'],
    ['an empty integer', '30 02 02 00'],
    ['an integer with a needless zero', '30 04 02 02 00 05'],
    ['a negative integer', '30 03 02 01 85'],
  ])('%s', (_, hex) => {
    expect(
      codeOf(() => {
        const body = readDerSequence(bytes(hex), 'It')
        body.unsigned()
        body.end()
      }),
    ).toBe('DER_INVALID')
  })
})

describe('values', () => {
  test('integers are magnitudes without sign octets', () => {
    const body = readDerSequence(sequence(integer(0), integer(127), integer(128), integer(2n ** 64n)), 'It')
    expect(
      [body.unsigned(), body.unsigned(), body.unsigned(), body.unsigned()].map((v) => Buffer.from(v).toString('hex')),
    ).toEqual(['', '7f', '80', '010000000000000000'])
  })

  test.each(['1.2.840.113549.1.1.1', '2.5.4.3', '0.9.2342', '2.999.1', '1.3.6.1.4.1.57264.1.8'])(
    'object identifier %s',
    (dotted) => {
      const encoded = dotted.startsWith('2.999') ? bytes('06 03 88 37 01') : oid(dotted)
      expect(new DerReader(encoded, 'It').oid()).toBe(dotted)
    },
  )

  test.each([
    ['empty', '06 00'],
    ['ends too early', '06 02 2a 86'],
    ['needless octets', '06 03 2a 80 01'],
    ['a huge number', `06 0b 2a ${'ff'.repeat(9)} 7f`],
  ])('object identifier refused: %s', (_, hex) => {
    expect(codeOf(() => new DerReader(bytes(hex), 'It').oid())).toBe('DER_INVALID')
  })

  test('small() stops at six octets', () => {
    expect(new DerReader(integer(2 ** 48 - 1), 'It').small()).toBe(2 ** 48 - 1)
    expect(codeOf(() => new DerReader(integer(2n ** 48n), 'It').small())).toBe('DER_INVALID')
  })

  test('bit strings are of whole octets', () => {
    expect([...new DerReader(bytes('03 02 00 a0'), 'It').bits()]).toEqual([0xa0])
    expect(codeOf(() => new DerReader(bytes('03 02 04 a0'), 'It').bits())).toBe('DER_INVALID')
    expect(codeOf(() => new DerReader(bytes('03 00'), 'It').bits())).toBe('DER_INVALID')
  })

  test('slices share memory with the original', () => {
    const document = sequence(tlv(contextTag(0), integer(5)))
    const value = readDerSequence(document, 'It').next(contextTag(0))
    expect(value.raw.buffer).toBe(document.buffer)
    expect(value.raw).toEqual(tlv(0xa0, integer(5)))
  })

  test('nesting is bounded', () => {
    let nested: Buffer = integer(1)
    for (let level = 0; level < 60; level++) nested = sequence(nested)
    const descend = (): void => {
      let reader = readDerSequence(nested, 'It')
      while (reader.peek() === 0x30) reader = reader.sequence()
    }
    expect(codeOf(descend)).toBe('DER_INVALID')
  })
})

/** BER to DER (X.690 clause 8) for the outer structure of CMS messages. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDerSequence } from '../../src/crypto/index.ts'
import { derFromBer } from '../../src/pki/ber.ts'
import { codeOf, fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const convert = (text: string, levels = 5): string => hexOf(derFromBer(bytes(text), 'It', levels))

describe('what BER may write otherwise becomes DER', () => {
  test.each([
    ['DER stays', '30 03 02 01 05', '3003020105'],
    ['indefinite length', '30 80 02 01 05 00 00', '3003020105'],
    ['indefinite lengths within each other', '30 80 a0 80 02 01 05 00 00 00 00', '3005a003020105'],
    ['a long length where the short form fits', '30 81 03 02 01 05', '3003020105'],
    ['a length with leading zero octets', '30 84 00 00 00 03 02 01 05', '3003020105'],
    ['a primitive with a long length', '30 04 02 81 01 05', '3003020105'],
    ['an octet string in pieces', '30 80 24 80 04 01 61 04 02 62 63 00 00 00 00', '30050403616263'],
    ['an octet string in pieces of definite length', '24 06 04 01 61 04 01 62', '04026162'],
    ['an octet string of no pieces', '24 00', '0400'],
  ])('%s', (_, ber, der) => {
    expect(convert(ber)).toBe(der)
  })

  test('the bytes that are DER come back themselves, not a copy', () => {
    const der = bytes('30 05 a0 03 02 01 05')
    const back = derFromBer(der, 'It', 5)
    expect([back.buffer, back.byteOffset, back.length]).toEqual([der.buffer, der.byteOffset, der.length])
  })

  test('below the last level nothing is changed', () => {
    expect(convert('30 80 30 04 30 81 01 05 00 00', 1)).toBe('3006300430810105')
  })
})

describe('what is no BER, or lies too deep, is refused', () => {
  test.each([
    ['nothing', ''],
    ['a cut header', '30'],
    ['no end', '30 80 02 01 05'],
    ['half an end', '30 80 02 01 05 00'],
    ['bytes after the end', '30 80 00 00 00'],
    ['an end where nothing began', '30 02 00 00'],
    ['a primitive of indefinite length', '30 80 02 80 05 00 00 00 00'],
    ['a length past the end', '30 04 02 01 05'],
    ['a length past what holds it', '30 80 30 05 02 01 05 00 00'],
    ['a length of five octets', '30 85 00 00 00 00 01 05'],
    ['the reserved length', '30 ff 00'],
    ['a tag number above 30', '30 04 1f 81 01 00'],
    ['pieces that are none', '24 80 02 01 05 00 00'],
    ['pieces in pieces', '24 80 24 80 04 01 61 00 00 00 00'],
    ['an indefinite length below the last level', `${'30 80 '.repeat(7)}${'00 00 '.repeat(7)}`],
  ])('%s', (_, ber) => {
    expect(codeOf(() => convert(ber))).toBe('DER_INVALID')
  })

  test('ten thousand levels', () => {
    expect(codeOf(() => convert('30 80 '.repeat(10_000)))).toBe('DER_INVALID')
  })
})

test('fuzz: what comes out is DER on its outer levels, or a refusal', () => {
  const seed = bytes('30 80 06 01 2a a0 80 30 80 02 01 03 24 80 04 01 61 04 02 62 63 00 00 00 00 00 00 00 00')
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const found = outcome(() => derFromBer(mutations.reduce(mutate, seed), 'It', 5))
      if ('code' in found) expect(found.code).toBe('DER_INVALID')
      else expect(hexOf(derFromBer(found.value, 'It', 5))).toBe(hexOf(found.value))
    }),
    fuzzOptions(2000),
  )
})

test('the whole is one SEQUENCE of DER', () => {
  expect(readDerSequence(derFromBer(bytes('30 80 02 01 05 00 00'), 'It', 1), 'It').small()).toBe(5)
})

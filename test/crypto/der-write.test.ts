import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { derTags, derValue, derWrite, readDerSequence } from '../../src/crypto/index.ts'
import { fuzzOptions } from '../support/fuzz.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('what is written is DER', () => {
  test.each([
    ['zero', derWrite.unsigned(0), '020100'],
    ['a number with its highest bit set', derWrite.unsigned(0x80), '02020080'],
    ['a magnitude with needless octets', derWrite.unsigned(Buffer.from('000007', 'hex')), '020107'],
    ['true', derWrite.boolean(true), '0101ff'],
    ['an object identifier', derWrite.oid('1.2.840.113549.1.9.16.2.47'), '060b2a864886f70d010910022f'],
    ['one whose first arc is 2', derWrite.oid('2.5.29.15'), '0603551d0f'],
    ['SET OF, sorted', derWrite.set(derWrite.unsigned(2), derWrite.unsigned(1)), '3106020101020102'],
    ['UTCTime', derWrite.time(Date.UTC(2026, 10, 22, 15, 0, 0, 999)), `170d${hex(Buffer.from('261122150000Z'))}`],
    ['GeneralizedTime from 2050', derWrite.time(Date.UTC(2050, 0, 1)), `180f${hex(Buffer.from('20500101000000Z'))}`],
    ['implicit', derWrite.implicit(6, Buffer.from('x')), '860178'],
    ['explicit', derWrite.explicit(0, derWrite.null()), 'a0020500'],
  ])('%s', (_, written, expected) => {
    expect(hex(written)).toBe(expected)
  })

  test('the reader reads any number, name and length back', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 40),
        fc.array(fc.nat(2 ** 30), { maxLength: 6 }),
        fc.nat(70_000),
        (number, arcs, length) => {
          const name = ['1', '2', ...arcs].join('.')
          const content = new Uint8Array(length)
          const read = readDerSequence(
            derWrite.sequence(derWrite.unsigned(number), derWrite.oid(name), derValue(derTags.octetString, content)),
            'It',
          )
          expect([read.small(), read.oid(), read.octets().length]).toEqual([number, name, length])
          read.end()
        },
      ),
      fuzzOptions(200),
    )
  })
})

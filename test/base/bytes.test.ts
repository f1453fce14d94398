import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  base64BytesToBytes,
  bufferOf,
  canonicalJson,
  concat,
  formatBytes,
  fromBase64,
  hex,
  sameBytes,
  textOf,
  toBase64,
  utf8,
} from '../../src/base/index.ts'
import { codeOf, fuzzOptions, outcome } from '../support/fuzz.ts'

describe('base64 (RFC 4648 section 4) has one spelling', () => {
  test.each(['', 'AA==', 'AAE=', 'AAEC', '+/+/', 'AAECAAEC'])('accepted: "%s"', (text) => {
    expect(toBase64(fromBase64(text))).toBe(text)
    expect(toBase64(base64BytesToBytes(utf8(text)))).toBe(text)
  })

  test.each([
    ['no padding', 'AA'],
    ['half the padding', 'AA='],
    ['padding alone', '===='],
    ['too much padding', 'A==='],
    ['padding inside', 'AA==AAEC'],
    ['stray bits before two', 'AB=='],
    ['stray bits before one', 'AAF='],
    ['the URL alphabet', '-_-_'],
    ['a line end', 'AAEC\n'],
    ['a space', 'AA EC'],
    ['another letter', 'AAEä'],
    ['a zero byte', 'AAE\0'],
  ])('refused: %s', (_, text) => {
    expect(codeOf(() => fromBase64(text))).toBe('BASE64_INVALID')
    expect(codeOf(() => base64BytesToBytes(utf8(text)))).toBe('BASE64_INVALID')
  })

  test('any bytes go there and back; any text is refused or is the one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(sameBytes(fromBase64(toBase64(bytes)), bytes)).toBe(true)
        expect(Buffer.from(hex(bytes), 'hex')).toEqual(Buffer.from(bytes))
      }),
      fuzzOptions(500),
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 12, unit: fc.constantFrom(...'ABgw19+/=_- \n') }), (text) => {
        const result = outcome(() => fromBase64(text))
        if ('value' in result) expect(toBase64(result.value)).toBe(text)
      }),
      fuzzOptions(3000),
    )
  })

  describe('of many megabytes, decoded in pieces', () => {
    const chunk = 4 * 1024 * 1024
    const long = Buffer.alloc(chunk, 'AAEC')
    test.each([
      ['one piece', 0],
      ['a little more', 4],
      ['padding at the end', 4],
      ['two pieces', chunk],
      ['two and a little', chunk + 8],
    ])('%s', (name, more) => {
      const text = Buffer.concat([long, Buffer.alloc(more, 'AAEC')])
      if (name.startsWith('padding')) text.write('AA==', text.length - 4)
      expect(Buffer.compare(base64BytesToBytes(text), Buffer.from(text.toString('latin1'), 'base64'))).toBe(0)
    })

    test.each([
      ['padding at the end of a piece', 'AA==', chunk - 4],
      ['padding at the start of a piece', 'AA==', chunk],
      ['a line end at the end of a piece', '\n', chunk - 1],
      ['a line end in the last piece', '\n', chunk + 1],
    ])('refused: %s', (_, text, at) => {
      const bytes = Buffer.concat([long, Buffer.alloc(chunk, 'AAEC')])
      bytes.write(text, at, 'latin1')
      expect(codeOf(() => base64BytesToBytes(bytes))).toBe('BASE64_INVALID')
    })

    test('refused: a length that is no multiple of four', () => {
      expect(codeOf(() => base64BytesToBytes(Buffer.concat([long, utf8('AA')])))).toBe('BASE64_INVALID')
    })
  })
})

test('views share memory, copies do not', () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  expect([...bufferOf(bytes)]).toEqual([2, 3])
  expect(bufferOf(bytes).buffer).toBe(bytes.buffer)
  expect([...concat(bytes, bytes)]).toEqual([2, 3, 2, 3])
})

test('invalid UTF-8 is an exception, a byte order mark is kept', () => {
  expect(() => textOf(Uint8Array.of(0xff))).toThrow(TypeError)
  expect(textOf(utf8('\ufeffx'))).toBe('\ufeffx')
})

test('bytes of different lengths are not the same', () => {
  expect(sameBytes(utf8('a'), utf8('ab'))).toBe(false)
  expect(sameBytes(utf8(''), utf8(''))).toBe(true)
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [2150, '2.1 KiB'],
  [136_314_880, '130 MiB'],
  [3 * 1024 ** 4, '3072 GiB'],
])('%i bytes are %s', (count, text) => expect(formatBytes(count)).toBe(text))

test('canonical JSON (RFC 8785 section 3.2): sorted by UTF-16 units, no white space', () => {
  expect(
    canonicalJson({
      b: [1, { d: null, c: true }],
      a: '€$\u000f\nA\'B"\\"/',
      '\u{1f600}': 1e21,
      '\ufb33': 0.002,
      x: undefined,
    }),
  ).toBe('{"a":"€$\\u000f\\nA\'B\\"\\\\\\"/","b":[1,{"c":true,"d":null}],"😀":1e+21,"\ufb33":0.002}')
})

/** The strict reader against JSON.parse: never another value, never an exception of its own, and refusals only for what strictness adds. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asObject, isJsonObject, RawJson, readJson, textOf, utf8 } from '../../src/base/index.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

/** What the reader adds to the grammar is counted out: such values are made of other numbers and whole characters. */
const exact = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isFinite(value) &&
      (!Number.isInteger(value) || Number.isSafeInteger(value) || /[.e]/.test(JSON.stringify(value)))
    : typeof value === 'string'
      ? value.isWellFormed()
      : value === null ||
        typeof value !== 'object' ||
        Object.entries(value).every(([key, member]) => exact(key) && exact(member))

const same = (value: unknown): string => JSON.stringify(value)

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

test('valid documents, with any white space, have the value that JSON.parse gives', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      const result = outcome(() => readJson(utf8(text)))
      if (exact(value)) expect('value' in result && same(result.value)).toBe(same(JSON.parse(text)))
    }),
    fuzzOptions(2000),
  )
})

test('documents with one change: accepted only with the value that JSON.parse gives', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), mutation, (value, change) => {
      const bytes = mutate(utf8(JSON.stringify(value)), change)
      const result = outcome(() => readJson(bytes))
      if ('code' in result) return
      const expected = parsed(textOf(bytes))
      expect(expected !== undefined && same(expected.value)).toBe(same(result.value))
    }),
    fuzzOptions(3000),
  )
})

const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"b"',
    '"a":',
    '"\\u0061"',
    '\\',
    '\\u',
    'ff',
    '0',
    '1',
    '-',
    '.5',
    'e',
    'E+1',
    'true',
    'null',
    ' ',
    '\n',
    '\t',
    'ä',
    '\u0000',
    '9007199254740993',
  ],
)
test('text made of the pieces of JSON: the two readers differ only where strictness says so', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('')
      const result = outcome(() => readJson(utf8(text)))
      const expected = parsed(text)
      if ('value' in result) expect(expected !== undefined && same(expected.value)).toBe(same(result.value))
      // Refused though it is JSON: then a key came twice or a value was not exact, and the value written anew is fine.
      else if (expected !== undefined && exact(expected.value) && !/\d{16}/.test(text)) {
        const again = same(expected.value)
        expect(same(readJson(utf8(again)))).toBe(again)
        expect(text.replaceAll('\\u0061', 'a').split('"a"').length).toBeGreaterThan(2)
      }
    }),
    fuzzOptions(5000),
  )
})

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      outcome(() => readJson(bytes, { raw: { a: true } }))
    }),
    fuzzOptions(1000),
  )
})

test('a raw member is the text between its neighbours', () => {
  const member = fc.jsonValue({ maxDepth: 4 }).filter(exact)
  fc.assert(
    fc.property(member, member, fc.nat(3), (raw, other, indent) => {
      const inner = JSON.stringify(raw, undefined, indent)
      const document = asObject(
        readJson(utf8(`{ "other":${JSON.stringify(other)},"raw": ${inner} ,"x":0}`), { raw: { raw: true } }),
        'it',
      )
      const kept = document['raw']
      expect(kept instanceof RawJson && textOf(kept.bytes)).toBe(inner)
      expect(same(document['other'])).toBe(same(other))
      expect(isJsonObject(document['raw'])).toBe(false)
    }),
    fuzzOptions(1000),
  )
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  asArray,
  asBase64,
  asCount,
  asObject,
  asString,
  asStringMap,
  type Json,
  onlyMembers,
  optionalString,
  RawJson,
  readJson,
  textOf,
  utf8,
} from '../../src/base/index.ts'
import { codeOf } from '../support/fuzz.ts'

const read = (text: string): Json => readJson(utf8(text))
const codeFor = (text: string): string | undefined => codeOf(() => read(text))

describe('values (RFC 8259)', () => {
  test.each([
    ['null'],
    ['true'],
    ['false'],
    ['0'],
    ['-0'],
    ['-1.5e+3'],
    ['1E5'],
    ['9007199254740991'],
    ['""'],
    ['"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"'],
    ['"ä😀\u007f"'],
    ['[]'],
    ['[1,[2,[]]]'],
    ['{}'],
    [' \t\r\n{ "a" : [ 1 , 2 ] , "b" : { } } \n'],
    ['{"":1}'],
    ['{"__proto__":1,"constructor":2,"toString":3}'],
  ])('%s', (text) => expect(JSON.stringify(read(text))).toBe(JSON.stringify(JSON.parse(text))))

  test('objects have no prototype', () => {
    const value = asObject(read('{"__proto__":{"x":1}}'), 'it')
    expect(Object.getPrototypeOf(value)).toBe(null)
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value['x']).toBe(undefined)
  })
})

describe('refused, also where other readers are lenient', () => {
  test.each([
    ['nothing', ''],
    ['white space', ' '],
    ['a comment', '{}//'],
    ['a trailing comma', '[1,]'],
    ['a trailing comma in an object', '{"a":1,}'],
    ['a leading comma', '[,1]'],
    ['two commas', '[1,,2]'],
    ['no comma', '[1 2]'],
    ['no colon', '{"a" 1}'],
    ['a bare key', '{a:1}'],
    ['a key in single quotes', "{'a':1}"],
    ['a number as key', '{1:1}'],
    ['two documents', '{}{}'],
    ['a byte order mark', '\ufeff{}'],
    ['another space', '\u00a0{}'],
    ['a vertical tab', '\v{}'],
    ['an unclosed object', '{"a":1'],
    ['an unclosed array', '[1'],
    ['an unclosed string', '"a'],
    ['a string that ends in an escape', '"a\\'],
    ['a control character in a string', '"a\u0000"'],
    ['a line end in a string', '"a\nb"'],
    ['an unknown escape', '"\\x41"'],
    ['a short escape', '"\\u12"'],
    ['an escape that is no hex', '"\\u12g4"'],
    ['half a surrogate pair', '"\\ud800"'],
    ['the other half', '"\\udc00x"'],
    ['a surrogate pair in the wrong order', '"\\udc00\\ud800"'],
    ['half a pair as key', '{"\\ud800":1}'],
    ['NaN', 'NaN'],
    ['Infinity', '-Infinity'],
    ['a plus sign', '+1'],
    ['a leading zero', '01'],
    ['a leading point', '.5'],
    ['a trailing point', '1.'],
    ['an empty exponent', '1e'],
    ['hex', '0x10'],
    ['minus alone', '-'],
    ['a number beyond 2^53', '9007199254740992'],
    ['a number beyond -2^53', '-9007199254740992'],
    ['a number beyond all', '1e400'],
    ['a number of a thousand digits', '1'.repeat(1000)],
    ['True', 'True'],
    ['a cut word', 'tru'],
    ['a word with more', 'nullx'],
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a key twice, deep inside', '[{"b":{"a":1,"a":2}}]'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['nesting beyond the bound', `${'['.repeat(129)}${']'.repeat(129)}`],
    ['endless nesting', '['.repeat(1_000_000)],
  ])('%s', (_, text) => expect(codeFor(text)).toBe('JSON_INVALID'))

  test.each([
    ['a cut character', [0x22, 0xc3, 0x22]],
    ['an overlong encoding', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0, 0x7d, 0]],
  ])('%s', (_, bytes) => expect(codeOf(() => readJson(Uint8Array.from(bytes)))).toBe('JSON_INVALID'))

  test('depth and size have their bounds', () => {
    expect(codeFor(`${'['.repeat(128)}${']'.repeat(128)}`)).toBe(undefined)
    expect(codeOf(() => readJson(utf8('[[1]]'), { maxDepth: 2 }))).toBe('JSON_INVALID')
    expect(codeOf(() => readJson(utf8('[1]'), { maxBytes: 2 }))).toBe('LIMIT_EXCEEDED')
  })

  test('a key that is in a hundred thousand others', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => `"k${at}":0`).join(',')
    expect(codeFor(`{${many}}`)).toBe(undefined)
    expect(codeFor(`{${many},"k77":0}`)).toBe('JSON_INVALID')
  })
})

describe('members that stay raw', () => {
  const options = { raw: { a: true, b: { c: true } } } as const
  test('are exact slices of the document', () => {
    const bytes = utf8('{"a": {"x" : [1.50] } ,"b":{"c":"\\u0061","d":[1]}}')
    const value = asObject(readJson(bytes, options), 'it')
    const a = value['a']
    expect(a instanceof RawJson && [a.kind, textOf(a.bytes), a.bytes.buffer === bytes.buffer]).toEqual([
      'object',
      '{"x" : [1.50] }',
      true,
    ])
    const c = asObject(value['b'], 'b')['c']
    expect(c instanceof RawJson && [c.kind, textOf(c.bytes)]).toEqual(['string', '"\\u0061"'])
    expect(asObject(value['b'], 'b')['d']).toEqual([1])
  })

  test.each([
    '{"a":{"x":1,"x":1}}',
    '{"a":[1,]}',
    '{"a":"\n"}',
    '{"a":tru}',
    `{"a":${'['.repeat(200)}`,
    '{"a":1,"a":2}',
    '{"a":01}',
    '{"a"}',
  ])('are checked as strictly: %s', (text) => expect(codeOf(() => readJson(utf8(text), options))).toBe('JSON_INVALID'))

  test('the rule names a member of an object, not of a list', () => {
    expect(readJson(utf8('[{"a":1}]'), options)).toEqual([{ a: 1 }])
  })
})

describe('fields', () => {
  const object = asObject(
    read('{"s":"x","n":1,"neg":-1,"half":0.5,"l":[1,2],"o":{"a":"b"},"mixed":{"a":1},"null":null,"b64":"AAEC"}'),
    'it',
  )
  test.each<[string, () => unknown, unknown]>([
    ['string', () => asString(object['s'], 's'), 'x'],
    ['optional string', () => optionalString(object['none'], 's'), undefined],
    ['count', () => asCount(object['n'], 'n'), 1],
    ['array', () => asArray(object['l'], 'l', 2), [1, 2]],
    ['strings', () => ({ ...asStringMap(object['o'], 'o', 1) }), { a: 'b' }],
    ['base64', () => [...asBase64(object['b64'], 'b64')], [0, 1, 2]],
  ])('%s', (_, take, value) => expect(take()).toEqual(value))

  test.each<[string, () => unknown, string]>([
    ['a missing string', () => asString(object['none'], 's'), 'JSON_SHAPE'],
    ['null is no string', () => optionalString(object['null'], 's'), 'JSON_SHAPE'],
    ['negative count', () => asCount(object['neg'], 'n'), 'JSON_SHAPE'],
    ['half a count', () => asCount(object['half'], 'n'), 'JSON_SHAPE'],
    ['an array as object', () => asObject(object['l'], 'l'), 'JSON_SHAPE'],
    ['null as object', () => asObject(object['null'], 'l'), 'JSON_SHAPE'],
    ['an object as array', () => asArray(object['o'], 'o', 9), 'JSON_SHAPE'],
    ['an array beyond its bound', () => asArray(object['l'], 'l', 1), 'LIMIT_EXCEEDED'],
    ['a map beyond its bound', () => asStringMap(object['o'], 'o', 0), 'LIMIT_EXCEEDED'],
    ['a map with other values', () => asStringMap(object['mixed'], 'o', 9), 'JSON_SHAPE'],
    ['an unknown member', () => onlyMembers(object, ['s'], 'it'), 'JSON_SHAPE'],
    ['an inherited name as member', () => asString(object['toString'], 's'), 'JSON_SHAPE'],
  ])('%s', (_, take, code) => expect(codeOf(take)).toBe(code))
})

test('every vector that JSON.parse reads is read to the same value', () => {
  const root = join(import.meta.dirname, '../vectors/cosign')
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  let count = 0
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    if (bytes[0] !== 0x7b) continue
    let expected: unknown
    try {
      expected = JSON.parse(bytes.toString())
    } catch {
      continue
    }
    count++
    expect(JSON.stringify(readJson(bytes)), file.name).toBe(JSON.stringify(expected))
  }
  expect(count).toBeGreaterThan(100)
})

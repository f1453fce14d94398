import { describe, expect, test } from 'vitest'
import { bufferOf, concat, parseDigest, utf8 } from '../../src/base/index.ts'
import {
  parseLegacyBundle,
  parseRekorBundle,
  parseSimpleSigning,
  parseTimestampAnnotation,
  writeSimpleSigning,
} from '../../src/envelope/index.ts'
import { codeOf } from '../support/fuzz.ts'

const digest = parseDigest(`sha256:${'ab'.repeat(32)}`)
const good = `{"critical":{"identity":{"docker-reference":"r.example/app"},"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`
const parse = (text: string): ReturnType<typeof parseSimpleSigning> => parseSimpleSigning(utf8(text))
const optional = (json: string): string => good.replace('"optional":null', `"optional":${json}`)

describe('accepted', () => {
  test('as cosign writes it', () => {
    expect(parse(good)).toMatchObject({ dockerReference: 'r.example/app', manifestDigest: digest })
    expect(parse(good).annotations).toEqual({})
  })

  test.each<[string, readonly (readonly [string, string])[]]>([
    ['{}', []],
    [
      '{"env":"prod","build":"42"}',
      [
        ['env', 'prod'],
        ['build', '42'],
      ],
    ],
    [
      '{"n":1.50,"b":true,"o":{"x": [1]},"nul":null,"s":"1.50"}',
      [
        ['n', '1.50'],
        ['b', 'true'],
        ['o', '{"x": [1]}'],
        ['nul', 'null'],
        ['s', '1.50'],
      ],
    ],
    [
      '{"__proto__":"x","constructor":1,"toString":"y"}',
      [
        ['__proto__', 'x'],
        ['constructor', '1'],
        ['toString', 'y'],
      ],
    ],
  ])('optional %s', (json, expected) => {
    const { annotations } = parse(optional(json))
    expect(Object.getPrototypeOf(annotations)).toBe(null)
    expect(Object.entries(annotations)).toEqual(expected)
  })

  test.each([
    ['no optional', good.replace(',"optional":null', '')],
    ['white space and a line end (signed elsewhere)', `${JSON.stringify(JSON.parse(good), undefined, 2)}\n`],
    ['sha512', good.replace(digest, `sha512:${'ab'.repeat(64)}`)],
    ['an empty reference', good.replace('r.example/app', '')],
  ])('%s', (_, text) => expect(parse(text).raw).toEqual(utf8(text)))
})

describe('refused', () => {
  test.each<[string, string, string]>([
    [
      'another type (cosign takes it)',
      good.replace('cosign container image signature', 'anything at all'),
      'ENVELOPE_INVALID',
    ],
    ["podman's type", good.replace('cosign container', 'atomic container'), 'ENVELOPE_INVALID'],
    ['type in other letters', good.replace('cosign container', 'Cosign container'), 'ENVELOPE_INVALID'],
    ['no type', good.replace(',"type":"cosign container image signature"', ''), 'JSON_SHAPE'],
    ['a case-folded key (Go takes it)', good.replace('docker-manifest-digest', 'Docker-Manifest-Digest'), 'JSON_SHAPE'],
    [
      'a case-folded key beside the real one',
      good.replace('"docker-manifest-digest"', '"Docker-Manifest-Digest":"sha256:00","docker-manifest-digest"'),
      'JSON_SHAPE',
    ],
    ['Critical', good.replace('"critical"', '"Critical"'), 'JSON_SHAPE'],
    [
      'the digest twice',
      good.replace('"docker-manifest-digest"', '"docker-manifest-digest":"sha256:00","docker-manifest-digest"'),
      'JSON_INVALID',
    ],
    ['critical twice', good.replace('{"critical"', '{"critical":{},"critical"'), 'JSON_INVALID'],
    ['an annotation twice', optional('{"a":"1","a":"2"}'), 'JSON_INVALID'],
    ['an annotation twice, once escaped', optional('{"a":"1","\\u0061":"2"}'), 'JSON_INVALID'],
    ['a member twice deep inside', optional('{"a":{"b":1,"b":2}}'), 'JSON_INVALID'],
    ['an extra member', good.replace('{"critical"', '{"x":1,"critical"'), 'JSON_SHAPE'],
    ['an extra critical member', good.replace('"type"', '"x":1,"type"'), 'JSON_SHAPE'],
    ['an extra image member', good.replace('"docker-manifest-digest"', '"x":1,"docker-manifest-digest"'), 'JSON_SHAPE'],
    ['an extra identity member', good.replace('"docker-reference"', '"x":1,"docker-reference"'), 'JSON_SHAPE'],
    ['no digest', good.replace(digest, 'latest'), 'DIGEST_INVALID'],
    ['upper-case digest', good.replace(digest, digest.toUpperCase()), 'DIGEST_INVALID'],
    ['a digest as a number', good.replace(`"${digest}"`, '1'), 'JSON_SHAPE'],
    ['a null reference', good.replace('"r.example/app"', 'null'), 'JSON_SHAPE'],
    ['optional as a list', optional('[]'), 'ENVELOPE_INVALID'],
    ['optional as text', optional('"x"'), 'ENVELOPE_INVALID'],
    ['half a surrogate pair', optional('{"a":"\\ud800"}'), 'JSON_INVALID'],
    ['bytes after the end', `${good}{}`, 'JSON_INVALID'],
    ['a DSSE envelope', '{"payload":"AAAA","payloadType":"t","signatures":[{"sig":"AAEC"}]}', 'JSON_SHAPE'],
    [
      'too many annotations',
      optional(JSON.stringify(Object.fromEntries(Array.from({ length: 1025 }, (_, at) => [`k${at}`, ''])))),
      'ENVELOPE_INVALID',
    ],
  ])('%s', (_, text, code) => expect(codeOf(() => parse(text))).toBe(code))

  test('a payload larger than any', () => {
    expect(codeOf(() => parseSimpleSigning(concat(utf8(good), new Uint8Array(5_000_000).fill(0x20))))).toBe(
      'LIMIT_EXCEEDED',
    )
  })
})

describe("written byte for byte as Go's encoding/json", () => {
  const write = (annotations: Record<string, string>, dockerReference = 'r.example/app'): string =>
    bufferOf(writeSimpleSigning({ dockerReference, manifestDigest: digest, annotations })).toString()

  test.each<[string, Record<string, string>, string]>([
    ['none is null', {}, 'null'],
    ['sorted by key', { env: 'prod', build: '42' }, '{"build":"42","env":"prod"}'],
    ['HTML characters escaped', { a: '<b>&' }, '{"a":"\\u003cb\\u003e\\u0026"}'],
    ['line separators escaped', { a: '\u2028\u2029' }, '{"a":"\\u2028\\u2029"}'],
    [
      'control characters',
      { a: '\b\f\n\r\t\u0001\u001f\u007f"\\' },
      '{"a":"\\b\\f\\n\\r\\t\\u0001\\u001f\u007f\\"\\\\"}',
    ],
    ['other letters as they are', { ä: '😀' }, '{"ä":"😀"}'],
    ['keys ordered by UTF-8, not UTF-16', { '\u{1f600}': '1', '\uffff': '2' }, '{"\uffff":"2","\u{1f600}":"1"}'],
    ['numbers as keys are sorted as text', { 10: 'a', 9: 'b' }, '{"10":"a","9":"b"}'],
  ])('%s', (_, annotations, expected) => {
    const text = write(annotations)
    expect(text).toBe(optional(expected))
    expect({ ...parse(text).annotations }).toEqual(annotations)
  })

  test('text that is no Unicode is refused', () => {
    expect(codeOf(() => write({ a: '\ud800' }))).toBe('ENVELOPE_INVALID')
    expect(codeOf(() => write({}, '\udc00'))).toBe('ENVELOPE_INVALID')
  })
})

describe('annotations and the old bundle', () => {
  const payload = { body: 'e30=', integratedTime: 1, logIndex: 2, logID: 'ab'.repeat(32) }
  const rekor = { SignedEntryTimestamp: 'AAEC', Payload: payload }
  const old = { base64Signature: 'AAEC', cert: '', rekorBundle: rekor }
  test.each<[string, () => unknown, string | undefined]>([
    ['Rekor bundle', () => parseRekorBundle(utf8(JSON.stringify(rekor))), undefined],
    [
      'Rekor bundle with other letters',
      () => parseRekorBundle(utf8(JSON.stringify({ ...rekor, payload }))),
      'JSON_SHAPE',
    ],
    [
      'negative log index',
      () => parseRekorBundle(utf8(JSON.stringify({ ...rekor, Payload: { ...payload, logIndex: -1 } }))),
      'JSON_SHAPE',
    ],
    [
      'log id in upper case',
      () => parseRekorBundle(utf8(JSON.stringify({ ...rekor, Payload: { ...payload, logID: 'AB'.repeat(32) } }))),
      'ENVELOPE_INVALID',
    ],
    [
      'empty promise',
      () => parseRekorBundle(utf8(JSON.stringify({ ...rekor, SignedEntryTimestamp: '' }))),
      'ENVELOPE_INVALID',
    ],
    ['timestamp', () => parseTimestampAnnotation(utf8('{"SignedRFC3161Timestamp":"MAA="}')), undefined],
    ['timestamp of another name', () => parseTimestampAnnotation(utf8('{"Timestamp":"MAA="}')), 'JSON_SHAPE'],
    ['old bundle', () => parseLegacyBundle(utf8(JSON.stringify(old))), undefined],
    [
      'old bundle without a log',
      () => parseLegacyBundle(utf8(JSON.stringify({ ...old, rekorBundle: null }))),
      undefined,
    ],
    [
      'old bundle without a signature',
      () => parseLegacyBundle(utf8(JSON.stringify({ ...old, base64Signature: '' }))),
      'ENVELOPE_INVALID',
    ],
    ['old bundle with more', () => parseLegacyBundle(utf8(JSON.stringify({ ...old, extra: 1 }))), 'JSON_SHAPE'],
  ])('%s', (_, read, code) => expect(codeOf(read)).toBe(code))
})

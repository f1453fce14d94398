/** What a Notation signature is about: read strictly, written as notation does; and which keys may sign it. */

import { describe, expect, test } from 'vitest'
import { parseDigest, utf8 } from '../../src/base/index.ts'
import {
  namedAlgorithmOf,
  notationAlgorithmFor,
  parseNotationPayload,
  writeNotationPayload,
} from '../../src/envelope/index.ts'
import { codeOf } from '../support/fuzz.ts'

const digest = parseDigest(`sha256:${'0f'.repeat(32)}`)
const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 544 }
const good = JSON.stringify({ targetArtifact: descriptor })
const read = (text: string): ReturnType<typeof parseNotationPayload> => parseNotationPayload(utf8(text))

test.each([
  ['a descriptor', good, {}],
  ['with annotations', good.replace('{"m', '{"annotations":{"a":"b"},"m'), { a: 'b' }],
  ['with an artifact type', good.replace('{"m', '{"artifactType":"application/x","m'), {}],
  ['with white space', JSON.stringify(JSON.parse(good), null, 2), {}],
])('%s', (_, text, annotations) => {
  const { annotations: found, ...rest } = read(text)
  expect(rest).toEqual(descriptor)
  expect({ ...found }).toEqual(annotations)
})

test.each([
  ['the artifact twice', good.replace('{', '{"targetArtifact":{},'), 'JSON_INVALID'],
  ['a folded artifact', good.replace('{', '{"TargetArtifact":{},'), 'JSON_SHAPE'],
  ['a folded artifact alone', good.replace('target', 'Target'), 'JSON_SHAPE'],
  ['a member more', good.replace('{', '{"x":1,'), 'JSON_SHAPE'],
  ['the digest twice', good.replace('"size"', `"digest":"${digest}","size"`), 'JSON_INVALID'],
  ['a folded digest', good.replace('"size"', `"Digest":"${digest}","size"`), 'JSON_SHAPE'],
  ['a folded size with a long s', good.replace('"size"', '"\u017fize":1,"size"'), 'JSON_SHAPE'],
  ['a member of a descriptor that notation does not write', good.replace('"size"', '"urls":[],"size"'), 'JSON_SHAPE'],
  ['no artifact', '{}', 'JSON_SHAPE'],
  ['a list of artifacts', '{"targetArtifact":[]}', 'JSON_SHAPE'],
  ['no digest', good.replace(/"digest":"[^"]*",/, ''), 'JSON_SHAPE'],
  ['no size', good.replace(/,"size":544/, ''), 'JSON_SHAPE'],
  ['no media type', good.replace(/"mediaType":"[^"]*",/, ''), 'JSON_SHAPE'],
  ['a negative size', good.replace('544', '-1'), 'JSON_SHAPE'],
  ['a size that loses value', good.replace('544', '9007199254740993'), 'JSON_INVALID'],
  ['a size in text', good.replace('544', '"544"'), 'JSON_SHAPE'],
  ['a fraction', good.replace('544', '544.5'), 'JSON_SHAPE'],
  ['a digest in capitals', good.replace(digest, digest.toUpperCase()), 'DIGEST_INVALID'],
  ['a digest of another length', good.replace(digest, digest.slice(0, -2)), 'DIGEST_INVALID'],
  ['annotations that are no texts', good.replace('{"m', '{"annotations":{"a":1},"m'), 'JSON_SHAPE'],
  ['annotations in a list', good.replace('{"m', '{"annotations":["a"],"m'), 'JSON_SHAPE'],
  ['an annotation twice', good.replace('{"m', '{"annotations":{"a":"1","a":"2"},"m'), 'JSON_INVALID'],
  ['bytes after the end', `${good}{}`, 'JSON_INVALID'],
  ['nothing', '', 'JSON_INVALID'],
  ['nested without end', `{"targetArtifact":${'['.repeat(9999)}${']'.repeat(9999)}}`, 'JSON_INVALID'],
])('%s is refused', (_, text, code) => expect(codeOf(() => read(text))).toBe(code))

describe('written', () => {
  const write = (annotations: Readonly<Record<string, string>>, encoding?: 'cose'): string =>
    Buffer.from(writeNotationPayload(descriptor, annotations, encoding)).toString()
  const core = `"digest":"${digest}","mediaType":"${descriptor.mediaType}","size":544`

  test('as Go does it: keys sorted by their bytes, its escapes', () => {
    const annotated = '"annotations":{"1":"a","10":"b","9":"c","a\\u003cb":"\\u0026","ä":"ö"}'
    const annotations = { 'a<b': '&', ä: 'ö', 9: 'c', 10: 'b', 1: 'a' }
    expect(write(annotations)).toBe(`{"targetArtifact":{${annotated},${core}}}`)
    expect(write({})).toBe(`{"targetArtifact":{${core}}}`)
    expect(write(annotations, 'cose')).toBe(
      `{"targetArtifact":${JSON.stringify(descriptor).slice(0, -1)},${annotated}}}`,
    )
  })

  test.each(['io.cncf.notary', 'io.cncf.notary.x', 'io.cncf.notaryx'])('not with the reserved name %s', (key) =>
    expect(codeOf(() => write({ [key]: 'x' }))).toBe('NOTATION_METADATA_INVALID'),
  )
})

test.each([
  ['rsa', 2048, 'PS256'],
  ['rsa', 3072, 'PS384'],
  ['rsa', 4096, 'PS512'],
  ['rsa', 1024, undefined],
  ['rsa', 2049, undefined],
  ['rsa', 8192, undefined],
  ['ecdsa-p256', 256, 'ES256'],
  ['ecdsa-p384', 384, 'ES384'],
  ['ecdsa-p521', 521, 'ES512'],
  ['ed25519', 256, undefined],
] as const)('a key %s %i signs with %s', (type, bits, algorithm) => {
  expect(notationAlgorithmFor({ type, bits })).toBe(algorithm)
  if (algorithm === undefined) return
  const hash = `sha${algorithm.slice(2)}`
  expect(namedAlgorithmOf(algorithm)).toMatchObject(
    type === 'rsa' ? { kind: 'rsa-pss', hash } : { kind: 'ecdsa', hash, encoding: 'fixed' },
  )
})

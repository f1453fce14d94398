/** What notation 1.3.2 and an independent writer wrote is parsed, verified over its exact bytes, and written again to the same bytes. */

import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { concat, digestOf, utf8 } from '../../src/base/index.ts'
import { readPublicKey, verifyNamed } from '../../src/crypto/index.ts'
import {
  beginNotation,
  type NotationAlgorithm,
  type NotationEnvelope,
  namedAlgorithmOf,
  notationAlgorithmFor,
  notationMediaTypes,
  notationPayloadType,
  parseNotation,
  parseNotationPayload,
  writeNotationPayload,
} from '../../src/envelope/index.ts'
import { parseManifest } from '../../src/oci/index.ts'
import { codeOf } from '../support/fuzz.ts'
import { notationVector } from '../support/notation-vectors.ts'
import { readVector } from './notation-helpers.ts'

const samples = (folder: string): readonly string[] =>
  readdirSync(notationVector(folder)).map((name) => `${folder}/${name}`)
const parse = (sample: string): NotationEnvelope =>
  parseNotation(readVector(sample), notationMediaTypes[sample.includes('/cose') ? 'cose' : 'jws'])

const ALGORITHMS: readonly (readonly [RegExp, NotationAlgorithm])[] = [
  [/rsa2048/, 'PS256'],
  [/rsa3072|pos\/.*timestamp/, 'PS384'],
  [/rsa4096/, 'PS512'],
  [/p384/, 'ES384'],
  [/p521/, 'ES512'],
]

function isSigned({ algorithm, chain, signedParts, signature }: NotationEnvelope): boolean {
  const leaf = new X509Certificate(chain[0] ?? new Uint8Array())
  const key = readPublicKey(utf8(leaf.publicKey.export({ type: 'spki', format: 'pem' }).toString()), 'leaf')
  expect(notationAlgorithmFor(key)).toBe(algorithm)
  return verifyNamed(key, namedAlgorithmOf(algorithm), signedParts, signature)
}

describe.each([...samples('pos').filter((it) => !it.includes('multi')), ...samples('ours')])('%s', (sample) => {
  const envelope = parse(sample)
  test('says what was signed, and is signed', () => {
    const byAuthority = /signing-authority|-sa-/.test(sample)
    expect(envelope).toMatchObject({
      encoding: sample.includes('/cose') ? 'cose' : 'jws',
      algorithm: ALGORITHMS.find(([pattern]) => pattern.test(sample))?.[1] ?? 'ES256',
      contentType: notationPayloadType,
      scheme: byAuthority ? 'notary.x509.signingAuthority' : 'notary.x509',
      signingAgent: sample.startsWith('pos') ? 'notation-go/1.3.2' : 'research/0.1',
    })
    expect(envelope.signingTime === undefined).toBe(byAuthority)
    expect(envelope.authenticSigningTime === undefined).toBe(!byAuthority)
    expect(envelope.chain).toHaveLength(sample.includes('selfsigned') ? 1 : 3)
    expect(envelope.timestamp !== undefined).toBe(/-timestamp|-ts-/.test(sample))
    expect(isSigned(envelope)).toBe(true)
  })

  test('its payload is the descriptor of what was signed', () => {
    const manifest = readFileSync(notationVector(sample, 'manifest.json'))
    const { mediaType } = JSON.parse(manifest.toString())
    const { annotations, ...descriptor } = parseNotationPayload(envelope.payload)
    expect(descriptor).toEqual({ mediaType, digest: digestOf(manifest), size: manifest.length })
    expect(parseManifest(manifest, mediaType).kind).toBe('image')
    expect({ ...annotations }).toEqual(sample.includes('meta') ? { build: '42', 'io.acme/x': 'y' } : {})
    if (sample.startsWith('pos'))
      expect(Buffer.from(writeNotationPayload(descriptor, annotations, envelope.encoding))).toEqual(
        Buffer.from(envelope.payload),
      )
  })
})

test.each(samples('pos').filter((it) => !it.includes('multi')))(
  '%s is written again as notation wrote it',
  (sample) => {
    const envelope = parse(sample)
    const { encoding, algorithm, payload, signingTime = 0, expiry, timestamp } = envelope
    const begun = beginNotation({
      encoding,
      algorithm,
      payload,
      signingTime,
      ...(expiry === undefined ? {} : { expiry }),
    })
    expect(Buffer.from(concat(...begun.toBeSigned))).toEqual(Buffer.from(concat(...envelope.signedParts)))
    const { signature, chain, signingAgent = '' } = envelope
    const written = begun.finish({ signature, chain, signingAgent, ...(timestamp === undefined ? {} : { timestamp }) })
    expect(Buffer.from(written).toString('latin1')).toBe(Buffer.from(readVector(sample)).toString('latin1'))
  },
)

test('an expiry, a plugin and the time of an authority are read', () => {
  expect(parse('pos/jws-expiry-meta')).toMatchObject({
    signingTime: Date.UTC(2026, 10, 22, 14, 30, 12),
    expiry: Date.UTC(2026, 10, 23, 14, 30, 12),
    critical: ['io.cncf.notary.signingScheme', 'io.cncf.notary.expiry'],
    extended: [],
  })
  const { expiry = 0, signingTime = 0 } = parse('pos/cose-expiry-meta')
  expect(expiry - signingTime).toBe(24 * 60 * 60 * 1000)
  const { verificationPlugin, extended } = parse('ours/jws-verification-plugin')
  expect(verificationPlugin).toBeDefined()
  expect(extended).toMatchObject([{ isCritical: true }])
})

const MALFORMED: Readonly<Record<string, string>> = {
  'neg/cose-missing-crit': 'ENVELOPE_INVALID',
  'neg/cose-neg-ed25519': 'ENVELOPE_INVALID',
  'neg/cose-trailing-bytes': 'ENVELOPE_INVALID',
  'neg/cose-untagged': 'ENVELOPE_INVALID',
  'neg/jws-alg-none': 'ENVELOPE_INVALID',
  'neg/jws-rs256': 'ENVELOPE_INVALID',
}
const MALFORMED_PAYLOAD: readonly string[] = ['neg/cose-dup-key-payload', 'neg/jws-dup-key-payload']

test.each(samples('neg'))('%s is refused here only when its form is wrong', (sample) => {
  expect(codeOf(() => parse(sample))).toBe(MALFORMED[sample])
  if (MALFORMED[sample] !== undefined) return
  const expected = MALFORMED_PAYLOAD.includes(sample) ? 'JSON_INVALID' : undefined
  expect(codeOf(() => parseNotationPayload(parse(sample).payload))).toBe(expected)
})

test('another media type than those of the two envelopes is refused', () => {
  for (const type of ['application/jose', 'application/cose; x=y', 'application/COSE', ''])
    expect(codeOf(() => parseNotation(readVector('pos/jws-p256'), type))).toBe('ENVELOPE_INVALID')
  expect(codeOf(() => parseNotation(readVector('pos/jws-p256'), notationMediaTypes.cose))).toBe('ENVELOPE_INVALID')
  expect(codeOf(() => parseNotation(readVector('pos/cose-p256'), notationMediaTypes.jws))).toBe('JSON_INVALID')
})

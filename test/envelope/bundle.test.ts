/** Sigstore bundles: the versions' rules, and what is refused. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bufferOf, concat, utf8 } from '../../src/base/index.ts'
import { bundleMediaType, isBundleMediaType, parseBundle, writeBundle } from '../../src/envelope/index.ts'
import { codeOf } from '../support/fuzz.ts'

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../vectors/cosign/blob', name), 'utf8').trim()
interface Node {
  [name: string]: Node
}
/** The document with one place set (or removed with undefined): `set(text, 'a.b.0.c', value)`. */
function set(text: string, path: string, value: unknown): string {
  const document = JSON.parse(text) as Node
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const holder = steps.reduce<Node>((node, step) => node[step] ?? {}, document)
  if (value === undefined) delete holder[last]
  else holder[last] = value as Node
  return JSON.stringify(document)
}
const dsse = read('att-key-cosign.sigstore.json')
const signature = read('key-cosign.sigstore.json')
const rekor1 = read('key-rekor1.sigstore.json')
const rekor2 = read('keyless-rekor2.sigstore.json')
const parse = (text: string): ReturnType<typeof parseBundle> => parseBundle(utf8(text))
const material = 'verificationMaterial'
const entry = `${material}.tlogEntries.0`
const certificate = (JSON.parse(rekor2) as { verificationMaterial: { certificate: object } }).verificationMaterial
  .certificate

describe('media types', () => {
  test.each([
    ['application/vnd.dev.sigstore.bundle.v0.3+json', '0.3'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.1', '0.1'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.2', '0.2'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.3', '0.3'],
    ['application/vnd.dev.sigstore.bundle+json; version=0.3', '0.3'],
    ['application/vnd.dev.sigstore.bundle.v0.1+json', '0.1'],
    ['application/vnd.dev.sigstore.bundle.v0.4+json', undefined],
    ['application/vnd.dev.sigstore.bundle.v0.3', undefined],
    ['application/vnd.dev.sigstore.bundle+json', undefined],
    ['application/vnd.dev.sigstore.bundle.v0.3+json\n', undefined],
    ['application/vnd.dev.sigstore.bundle.v013+json', undefined],
    ['', undefined],
  ])('%s', (type, version) => expect(isBundleMediaType(type)).toBe(version))
})

describe('versions', () => {
  const old = (version: string, text: string): string =>
    set(text, 'mediaType', `application/vnd.dev.sigstore.bundle+json;version=${version}`)
  const chain = { certificates: [certificate, certificate] }
  test('0.1 and 0.2 carry a chain', () => {
    const text = set(set(rekor1, `${material}.publicKey`, undefined), `${material}.x509CertificateChain`, chain)
    for (const version of ['0.1', '0.2']) {
      const bundle = parse(old(version, text))
      expect(bundle.version).toBe(version)
      expect(bundle.material.kind === 'certificates' && bundle.material.chain.length).toBe(2)
    }
    expect(codeOf(() => parse(text))).toBe('ENVELOPE_INVALID')
    expect(codeOf(() => parse(old('0.3', text)))).toBe('ENVELOPE_INVALID')
  })

  test('0.1 demands the promise, 0.2 and 0.3 the proof with its checkpoint', () => {
    const noPromise = set(rekor1, `${entry}.inclusionPromise`, undefined)
    const noProof = set(rekor1, `${entry}.inclusionProof`, undefined)
    const noCheckpoint = set(rekor1, `${entry}.inclusionProof.checkpoint`, undefined)
    const codes = (text: string): (string | undefined)[] =>
      ['0.1', '0.2', '0.3'].map((version) => codeOf(() => parse(old(version, text))))
    expect(codes(rekor1)).toEqual([undefined, undefined, undefined])
    expect(codes(noPromise)).toEqual(['ENVELOPE_INVALID', undefined, undefined])
    expect(codes(noProof)).toEqual([undefined, 'ENVELOPE_INVALID', 'ENVELOPE_INVALID'])
    expect(codes(noCheckpoint)).toEqual([undefined, 'ENVELOPE_INVALID', 'ENVELOPE_INVALID'])
  })
})

describe("Protocol Buffers' JSON mapping", () => {
  test.each<[string, string]>([
    ['null members are absent', set(set(dsse, 'messageSignature', null), `${material}.tlogEntries`, null)],
    [
      'empty lists and messages',
      set(set(dsse, `${material}.tlogEntries`, []), `${material}.timestampVerificationData`, {}),
    ],
    ['timestamps null', set(dsse, `${material}.timestampVerificationData`, { rfc3161Timestamps: null })],
    ['int64 as a number', set(rekor1, `${entry}.logIndex`, 1043)],
    ['a digest left out', set(signature, 'messageSignature.messageDigest', undefined)],
    ['an empty digest', set(signature, 'messageSignature.messageDigest', {})],
    ['no hint', set(dsse, `${material}.publicKey`, {})],
  ])('accepted: %s', (_, text) => expect(parse(text).version).toBe('0.3'))

  test('log positions are numbers, a time of zero is none', () => {
    const [first] = parse(rekor1).tlogEntries
    expect(first).toMatchObject({
      logIndex: 1043,
      integratedTime: 1795358138,
      inclusionProof: { logIndex: 43, treeSize: 44 },
    })
    expect(parse(set(rekor1, `${entry}.integratedTime`, '0')).tlogEntries[0]).not.toHaveProperty('integratedTime')
  })
})

describe('refused', () => {
  test.each<[string, string, string]>([
    ['no media type', set(dsse, 'mediaType', undefined), 'JSON_SHAPE'],
    ['an unknown version', set(dsse, 'mediaType', 'application/vnd.dev.sigstore.bundle.v0.9+json'), 'ENVELOPE_INVALID'],
    ['no verification material', set(dsse, material, undefined), 'JSON_SHAPE'],
    ['no content', set(dsse, 'dsseEnvelope', undefined), 'ENVELOPE_INVALID'],
    ['content null', set(dsse, 'dsseEnvelope', null), 'ENVELOPE_INVALID'],
    ['two contents', set(dsse, 'messageSignature', { signature: 'AAEC' }), 'ENVELOPE_INVALID'],
    ['no key and no certificate', set(dsse, `${material}.publicKey`, undefined), 'ENVELOPE_INVALID'],
    ['key and certificate at once', set(dsse, `${material}.certificate`, certificate), 'ENVELOPE_INVALID'],
    [
      'key and chain at once',
      set(dsse, `${material}.x509CertificateChain`, { certificates: [certificate] }),
      'ENVELOPE_INVALID',
    ],
    ['a member that a bundle does not have', set(dsse, 'extra', 1), 'JSON_SHAPE'],
    ['the proto spelling of a member', set(dsse, 'dsse_envelope', {}), 'JSON_SHAPE'],
    ['a case-folded member beside the real one', set(dsse, 'DsseEnvelope', {}), 'JSON_SHAPE'],
    ['an unknown material', set(dsse, `${material}.rawKey`, 'AAEC'), 'JSON_SHAPE'],
    ['the envelope twice', dsse.replace('"dsseEnvelope"', '"dsseEnvelope":{},"dsseEnvelope"'), 'JSON_INVALID'],
    ['the payload twice', dsse.replace('"payload"', '"payload":"AAAA","payload"'), 'JSON_INVALID'],
    ['an envelope without signature', set(dsse, 'dsseEnvelope.signatures', []), 'ENVELOPE_INVALID'],
    [
      'an envelope with two signatures',
      set(dsse, 'dsseEnvelope.signatures', [{ sig: 'AAEC' }, { sig: 'AAED' }]),
      'ENVELOPE_INVALID',
    ],
    ['an envelope that is text', set(dsse, 'dsseEnvelope', 'AAAA'), 'JSON_SHAPE'],
    ['an empty signature', set(signature, 'messageSignature.signature', ''), 'ENVELOPE_INVALID'],
    ['no signature', set(signature, 'messageSignature.signature', undefined), 'JSON_SHAPE'],
    ['a signature in the URL alphabet', set(signature, 'messageSignature.signature', '__-_'), 'BASE64_INVALID'],
    [
      'an unknown digest algorithm',
      set(signature, 'messageSignature.messageDigest.algorithm', 'SHA3_256'),
      'ENVELOPE_INVALID',
    ],
    [
      'an inherited name as algorithm',
      set(signature, 'messageSignature.messageDigest.algorithm', 'constructor'),
      'ENVELOPE_INVALID',
    ],
    ['a digest of another length', set(signature, 'messageSignature.messageDigest.digest', 'AAEC'), 'ENVELOPE_INVALID'],
    [
      'a digest without its algorithm',
      set(signature, 'messageSignature.messageDigest.algorithm', undefined),
      'JSON_SHAPE',
    ],
    ['an endless hint', set(dsse, `${material}.publicKey.hint`, 'h'.repeat(2000)), 'ENVELOPE_INVALID'],
    ['an empty certificate', set(rekor2, `${material}.certificate.rawBytes`, ''), 'ENVELOPE_INVALID'],
    ['33 log entries', set(rekor1, `${material}.tlogEntries`, Array(33).fill({})), 'LIMIT_EXCEEDED'],
    [
      '33 timestamps',
      set(dsse, `${material}.timestampVerificationData`, { rfc3161Timestamps: Array(33).fill({}) }),
      'LIMIT_EXCEEDED',
    ],
    ['a negative log index', set(rekor1, `${entry}.logIndex`, '-1'), 'ENVELOPE_INVALID'],
    ['a log index with an exponent', set(rekor1, `${entry}.logIndex`, '1e3'), 'ENVELOPE_INVALID'],
    ['a log index with a leading zero', set(rekor1, `${entry}.logIndex`, '01043'), 'ENVELOPE_INVALID'],
    ['a log index beyond any log', set(rekor1, `${entry}.logIndex`, '9223372036854775807'), 'ENVELOPE_INVALID'],
    ['a time with a fraction', set(rekor1, `${entry}.integratedTime`, 1.5), 'ENVELOPE_INVALID'],
    ['a proof hash of another length', set(rekor1, `${entry}.inclusionProof.hashes.0`, 'AAEC'), 'ENVELOPE_INVALID'],
    [
      'a proof of a hundred hashes',
      set(rekor1, `${entry}.inclusionProof.hashes`, Array(100).fill('')),
      'LIMIT_EXCEEDED',
    ],
    ['no log id', set(rekor1, `${entry}.logId`, undefined), 'JSON_SHAPE'],
    ['no body', set(rekor1, `${entry}.canonicalizedBody`, undefined), 'JSON_SHAPE'],
    ['an unknown member of an entry', set(rekor1, `${entry}.uuid`, 'x'), 'JSON_SHAPE'],
    ['deep nesting', `${'['.repeat(1000)}${']'.repeat(1000)}`, 'JSON_INVALID'],
    ['null', 'null', 'JSON_SHAPE'],
  ])('%s', (_, text, code) => expect(codeOf(() => parse(text))).toBe(code))
})

describe('writing', () => {
  const content = { kind: 'message-signature', signature: Uint8Array.of(1) } as const
  test('what could not be read again is refused', () => {
    const leaf = Uint8Array.of(0x30, 0)
    const chain = { kind: 'certificates', chain: [leaf, leaf] } as const
    expect(codeOf(() => writeBundle({ content, material: chain }))).toBe('ENVELOPE_INVALID')
    const envelope = { payloadType: 't', payload: [utf8('x')], signatures: [] }
    const material = { kind: 'public-key', hint: '' } as const
    expect(codeOf(() => writeBundle({ content: { kind: 'dsse', envelope }, material }))).toBe('ENVELOPE_INVALID')
  })

  test('without a digest the message digest is an empty message', () => {
    const text = bufferOf(concat(...writeBundle({ content, material: { kind: 'public-key', hint: 'h' } }))).toString()
    expect(text).toBe(
      `{"mediaType":"${bundleMediaType}","verificationMaterial":{"publicKey":{"hint":"h"}},"messageSignature":{"messageDigest":{},"signature":"AQ=="}}`,
    )
  })
})

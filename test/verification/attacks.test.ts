import { sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Bytes, utf8 } from '../../src/base/index.ts'
import { keyHint } from '../../src/crypto/index.ts'
import { bundleAnnotations, paeParts } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import { type Question, verifyImage } from '../../src/verification/index.ts'
import {
  attachBundle,
  attachRaw,
  bundleOf,
  otherDigest,
  SIGN_TYPE,
  signatureStatement,
  simplePayload,
  tagLegacySignature,
} from '../support/attach.ts'
import { putImage } from '../support/image.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const attacker = testSigner('attacker.pub')
const p384 = testSigner('p384.pub', 'ecdsa-p384')
const ed25519 = testSigner('ed25519.pub', 'ed25519')
const rsa = testSigner('rsa.pub', 'rsa')
const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1'
const CYCLONEDX = 'https://cyclonedx.org/bom'

async function scene(): Promise<{ store: ContentStore; image: Descriptor }> {
  const store = memoryStore('registry.test/shop/api')
  return { store, image: await putImage(store) }
}

async function codes(store: ContentStore, image: Descriptor, question: Question): Promise<readonly string[]> {
  const { verdict, candidates } = await verifyImage({ image: store }, image.digest, question)
  const bad = candidates.flatMap((it) => it.findings).filter((it) => it.outcome !== 'pass')
  return [verdict, ...bad.map(({ code }) => code)]
}

const ask = signatureQuestion([release.trusted])

describe('the scene without an attack', () => {
  test('a bundle and a legacy signature pass', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    await tagLegacySignature(store, image, { key: release.key, payload: simplePayload(image) })
    const { verdict, candidates } = await verifyImage({ image: store }, image.digest, ask)
    expect([verdict, ...candidates.map((it) => it.verdict)]).toEqual(['verified', 'passed', 'passed'])
  })
})

describe('an attestation offered as a signature', () => {
  test('a bundle that says nothing of itself', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, {
      key: release.key,
      statement: signatureStatement(image, { predicateType: VULN }),
    })
    expect(await codes(store, image, ask)).toEqual(['refused', 'NOT_A_SIGNATURE'])
  })
  test('a manifest whose annotations call it a signature', async () => {
    const { store, image } = await scene()
    const annotations = { [bundleAnnotations.predicateType]: SIGN_TYPE }
    await attachBundle(store, image, {
      key: release.key,
      statement: signatureStatement(image, { predicateType: VULN }),
      annotations,
    })
    expect(await codes(store, image, ask)).toEqual(['refused', 'NOT_A_SIGNATURE'])
  })
  test('an attestation of another type, annotated as the one asked for', async () => {
    const { store, image } = await scene()
    const annotations = { [bundleAnnotations.predicateType]: CYCLONEDX }
    await attachBundle(store, image, {
      key: release.key,
      statement: signatureStatement(image, { predicateType: VULN }),
      annotations,
    })
    expect(await codes(store, image, attestationQuestion([release.trusted], CYCLONEDX))).toEqual([
      'refused',
      'PREDICATE_TYPE_OTHER',
    ])
  })
  test('a signature offered as an attestation', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    for (const type of ['any', SIGN_TYPE]) {
      expect(await codes(store, image, attestationQuestion([release.trusted], type))).toEqual([
        'refused',
        'NOT_AN_ATTESTATION',
      ])
    }
  })
})

describe('a statement that is not about this image', () => {
  const about = (subject: unknown) => (image: Descriptor) => signatureStatement(image, { subject })
  const hexOf = (image: Descriptor): string => image.digest.slice('sha256:'.length)
  const cases: readonly [string, (image: Descriptor) => unknown, string][] = [
    ['another digest', about([{ digest: { sha256: otherDigest().slice(7) } }]), 'SUBJECT_OTHER'],
    [
      'another algorithm',
      (image) => signatureStatement(image, { subject: [{ digest: { sha512: hexOf(image) } }] }),
      'SUBJECT_OTHER',
    ],
    [
      'upper case',
      (image) => signatureStatement(image, { subject: [{ digest: { sha256: hexOf(image).toUpperCase() } }] }),
      'SUBJECT_OTHER',
    ],
    [
      'the digest as a name',
      (image) => signatureStatement(image, { subject: [{ name: image.digest, digest: {} }] }),
      'SUBJECT_OTHER',
    ],
    ['no subject', about([]), 'STATEMENT_MALFORMED'],
    ['a folded key', (image) => ({ ...signatureStatement(image), Subject: [] }), 'STATEMENT_MALFORMED'],
    [
      'a type of nothing',
      (image) => signatureStatement(image, { _type: 'https://example.org/x' }),
      'STATEMENT_MALFORMED',
    ],
    [
      'duplicate keys',
      (image) => JSON.stringify(signatureStatement(image)).replace('{"_type"', `{"predicateType":"${VULN}","_type"`),
      'STATEMENT_MALFORMED',
    ],
    ['bytes after its end', (image) => `${JSON.stringify(signatureStatement(image))}{}`, 'STATEMENT_MALFORMED'],
    ['no statement at all', () => '[]', 'STATEMENT_MALFORMED'],
    ['prototype members', about([{ digest: { __proto__: { sha256: '00' } } }]), 'SUBJECT_OTHER'],
  ]
  test.each(cases)('%s', async (_name, statement, code) => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key: release.key, statement: statement(image) })
    expect(await codes(store, image, ask)).toEqual(['refused', code])
  })
  test('a payload that is no in-toto statement by its type', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, {
      key: release.key,
      statement: signatureStatement(image),
      payloadType: 'text/plain',
    })
    expect(await codes(store, image, ask)).toEqual(['refused', 'PAYLOAD_TYPE_UNKNOWN'])
  })
})

describe('bytes that were not signed', () => {
  test('the payload encoded again', async () => {
    const { store, image } = await scene()
    const statement = JSON.stringify(signatureStatement(image))
    await attachBundle(store, image, { key: release.key, statement, carried: statement.replace('{', '{ ') })
    expect(await codes(store, image, ask)).toEqual(['refused', 'SIGNATURE_BY_OTHER_KEY'])
  })
  test('a foreign signature under the hint of the trusted key', async () => {
    const { store, image } = await scene()
    const hint = keyHint(release.key.publicKey)
    await attachBundle(store, image, { key: attacker.key, statement: signatureStatement(image), hint })
    expect(await codes(store, image, ask)).toEqual(['refused', 'SIGNATURE_INVALID'])
  })
  test('the same key under a foreign hint still signed', async () => {
    const { store, image } = await scene()
    const hint = keyHint(attacker.key.publicKey)
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image), hint })
    expect(await codes(store, image, ask)).toEqual(['verified'])
  })
  test('simple signing with a changed payload', async () => {
    const { store, image } = await scene()
    await tagLegacySignature(store, image, {
      key: release.key,
      payload: simplePayload({ digest: otherDigest() }),
      carried: simplePayload(image),
    })
    expect(await codes(store, image, ask)).toEqual(['refused', 'SIGNATURE_BY_OTHER_KEY'])
  })
  test.each(['', 'AAAA', '!!!!', 'MEUCIQ=='])('simple signing with the signature "%s"', async (signature) => {
    const { store, image } = await scene()
    await tagLegacySignature(store, image, { key: release.key, payload: simplePayload(image), signature })
    expect((await codes(store, image, ask))[0]).toBe('refused')
  })
})

describe('simple signing that another reader would take', () => {
  const cases: readonly [string, (image: Descriptor) => string, string][] = [
    ['another digest', () => simplePayload({ digest: otherDigest() }), 'SUBJECT_OTHER'],
    ['another type', (image) => simplePayload(image, { type: 'anything at all' }), 'ENVELOPE_MALFORMED'],
    [
      'folded keys',
      (image) => simplePayload(image).replace('docker-manifest-digest', 'Docker-Manifest-Digest'),
      'ENVELOPE_MALFORMED',
    ],
    [
      'duplicate keys',
      (image) =>
        simplePayload(image).replace('"image":', `"image":{"docker-manifest-digest":"${otherDigest()}"},"image":`),
      'ENVELOPE_MALFORMED',
    ],
    ['a member more', (image) => simplePayload(image, { extra: 1 }), 'ENVELOPE_MALFORMED'],
  ]
  test.each(cases)('%s', async (_name, payload, code) => {
    const { store, image } = await scene()
    await tagLegacySignature(store, image, { key: release.key, payload: payload(image) })
    expect(await codes(store, image, ask)).toEqual(['refused', code])
  })
  test("another image's signature under this image's tag", async () => {
    const { store, image } = await scene()
    const other = await putImage(store, 'other')
    await tagLegacySignature(store, image, { key: release.key, payload: simplePayload(other) })
    expect(await codes(store, image, ask)).toEqual(['refused', 'SUBJECT_OTHER'])
  })
})

describe('algorithm and curve confusion', () => {
  const pae = (image: Descriptor): Bytes =>
    Buffer.concat(paeParts('application/vnd.in-toto+json', [utf8(JSON.stringify(signatureStatement(image)))]))
  const cases = [
    ['P-384 with SHA-256', p384, (image: Descriptor) => sign('sha256', pae(image), p384.key.keyObject)],
    ['P-256 with SHA-512', release, (image: Descriptor) => sign('sha512', pae(image), release.key.keyObject)],
    [
      'P-256 as r and s side by side',
      release,
      (image: Descriptor) => sign('sha256', pae(image), { key: release.key.keyObject, dsaEncoding: 'ieee-p1363' }),
    ],
    ['RSA with SHA-1', rsa, (image: Descriptor) => sign('sha1', pae(image), rsa.key.keyObject)],
    [
      'RSA-PSS',
      rsa,
      (image: Descriptor) => sign('sha256', pae(image), { key: rsa.key.keyObject, padding: 6, saltLength: 32 }),
    ],
    ['an empty signature', release, () => new Uint8Array(1)],
  ] as const
  test.each(cases)('%s', async (_name, { key, trusted }, signature) => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key, statement: signatureStatement(image), signature: signature(image) })
    expect((await codes(store, image, signatureQuestion([trusted])))[0]).toBe('refused')
  })
  test('Ed25519 over the envelope, plain as in-toto writes it, is by that key', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key: ed25519.key, statement: signatureStatement(image) })
    expect(await codes(store, image, signatureQuestion([ed25519.trusted]))).toEqual(['verified'])
  })
})

describe('what hangs beside a good signature', () => {
  test('a foreign bundle does not hide a legacy signature, a foreign legacy signature does not hide a bundle', async () => {
    const first = await scene()
    await attachBundle(first.store, first.image, { key: attacker.key, statement: signatureStatement(first.image) })
    await tagLegacySignature(first.store, first.image, { key: release.key, payload: simplePayload(first.image) })
    expect((await codes(first.store, first.image, ask))[0]).toBe('verified')
    const second = await scene()
    await attachBundle(second.store, second.image, { key: release.key, statement: signatureStatement(second.image) })
    await tagLegacySignature(second.store, second.image, { key: attacker.key, payload: simplePayload(second.image) })
    expect((await codes(second.store, second.image, ask))[0]).toBe('verified')
  })
  test.each(['', '{', '[]', 'null', '{"mediaType":"x"}', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`])(
    'malformed content: %s',
    async (content) => {
      const { store, image } = await scene()
      await attachRaw(store, image, utf8(`${content} `))
      await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
      expect(await codes(store, image, ask)).toEqual(['verified', 'ENVELOPE_MALFORMED'])
    },
  )
  test('a referrer whose subject is another image is not judged', async () => {
    const { store, image } = await scene()
    const other = await putImage(store, 'other')
    const good = bundleOf({ key: release.key, statement: signatureStatement(image) })
    await attachRaw(store, other, good)
    expect(await codes(store, image, ask)).toEqual(['refused'])
  })
})

describe('a registry that changes its mind', () => {
  test('a tag that moves: it is asked once, and the digest is what is judged', async () => {
    const { store, image } = await scene()
    const evil = await putImage(store, 'evil')
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    let asked = 0
    const moving: ContentStore = Object.create(store, {
      resolve: { value: async () => (asked++ === 0 ? evil : image) },
    })
    const verdict = await verifyImage({ image: moving }, 'latest', ask)
    expect(verdict).toMatchObject({ digest: evil.digest, verdict: 'refused' })
    expect(asked).toBe(1)
  })
  test('an unexpected failure is no verdict', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    const broken: ContentStore = Object.create(store, {
      blob: {
        value: async () => {
          throw new TypeError('a bug')
        },
      },
    })
    await expect(verifyImage({ image: broken }, image.digest, ask)).rejects.toThrow(TypeError)
  })
})

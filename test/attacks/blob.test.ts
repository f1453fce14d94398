import { describe, expect, test } from 'vitest'
import { digestOf, utf8 } from '../../src/base/index.ts'
import { keyHint, type PrivateKey, signParts } from '../../src/crypto/index.ts'
import { type MessageDigest, writeBundle } from '../../src/envelope/index.ts'
import { type Question, verifyBlob, verifyBlobAttestation } from '../../src/verification/index.ts'
import { bundleOf, signatureStatement } from '../support/attach.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const second = testSigner('second.pub')
const ed25519 = testSigner('ed25519.pub', 'ed25519')
const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1'
const file = utf8('the release')
const artifact = { bytes: file }
const both = [release.trusted, second.trusted]

function signed(key: PrivateKey, bytes = file, digest?: MessageDigest): Uint8Array {
  const scheme = key.publicKey.type === 'ed25519' ? 'ed25519' : 'ecdsa-p256-sha256'
  const signature = signParts(key, scheme, [bytes])
  const content = { kind: 'message-signature', signature, ...(digest === undefined ? {} : { digest }) } as const
  const hint = keyHint(key.publicKey)
  return Buffer.concat(writeBundle({ content, material: { kind: 'public-key', hint } }))
}

const attested = bundleOf({
  key: release.key,
  statement: signatureStatement({ mediaType: '', size: 0, digest: digestOf(file) }, { predicateType: VULN }),
})

async function outcome(work: Promise<{ verdict: string }>): Promise<string> {
  return work.then(
    ({ verdict }) => verdict,
    (error) => (error as { code: string }).code,
  )
}

describe('what is demanded of a file and cannot be there', () => {
  test('one bundle carries one signature: two keys are never met by it', async () => {
    const ask = signatureQuestion(both, { threshold: 2 })
    expect(await outcome(verifyBlob(artifact, signed(release.key), ask))).toBe('VERIFY_THRESHOLD_INVALID')
    const about = attestationQuestion(both, VULN, { threshold: 2 })
    expect(await outcome(verifyBlobAttestation(artifact, attested, about))).toBe('VERIFY_THRESHOLD_INVALID')
  })
  test.each<[string, Partial<Question>]>([
    ['annotations', { annotations: { env: 'prod' } }],
    ['a name', { name: 'registry.test/shop/api' }],
  ])('%s', async (_, more) => {
    const bare = Buffer.from(signParts(release.key, 'ecdsa-p256-sha256', [file])).toString('base64')
    for (const signature of [signed(release.key), utf8(bare)])
      expect(await outcome(verifyBlob(artifact, signature, signatureQuestion(both, more)))).toBe('failed')
    expect(await outcome(verifyBlobAttestation(artifact, attested, attestationQuestion(both, VULN, more)))).toBe(
      'failed',
    )
  })
})

describe('a bundle that lies about the file', () => {
  const ask = signatureQuestion(both)
  test('a good signature beside the digest of another file', async () => {
    const digest = { algorithm: 'sha256', value: Buffer.alloc(32) } as const
    expect(await outcome(verifyBlob(artifact, signed(release.key, file, digest), ask))).toBe('failed')
  })
  test('the digest of this file beside the signature of another', async () => {
    const value = Buffer.from(digestOf(file).slice(7), 'hex')
    const bundle = signed(release.key, utf8('another'), { algorithm: 'sha256', value })
    expect(await outcome(verifyBlob(artifact, bundle, ask))).toBe('failed')
  })
  test('a signature of the digest and not of the file', async () => {
    const bundle = signed(release.key, Buffer.from(digestOf(file).slice(7), 'hex'))
    expect(await outcome(verifyBlob(artifact, bundle, ask))).toBe('failed')
    expect(await outcome(verifyBlob({ digest: digestOf(file) }, bundle, ask))).toBe('failed')
  })
  test('plain Ed25519 of the bytes of a digest, judged by the digest alone', async () => {
    const digest = digestOf(file, 'sha512')
    const bundle = signed(ed25519.key, Buffer.from(digest.slice(7), 'hex'))
    expect(await outcome(verifyBlob({ digest }, bundle, signatureQuestion([ed25519.trusted])))).toBe('unreadable')
  })
  test.each(['sha384', 'sha512'] as const)('a digest of %s that the key does not hash with', async (algorithm) => {
    const digest = digestOf(file, algorithm)
    expect(await outcome(verifyBlob({ digest }, signed(release.key), ask))).toBe('unreadable')
  })
})

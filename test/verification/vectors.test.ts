import { describe, expect, test } from 'vitest'
import { type Digest, parseDigest } from '../../src/base/index.ts'
import { type Question, verifyImage } from '../../src/verification/index.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'
import { vectorKey, vectorRepository } from '../support/vectors.ts'

const keys = ['cosign.pub', 'second.pub', 'p384.pub', 'p521.pub', 'rsa2048.pub', 'rsa3072.pub', 'ed25519.pub'].map(
  vectorKey,
)
const subject = parseDigest('sha256:1519ae5551bd34a17f96dd17392137d27fc30d64bbb94051f8095d32a8172c0b')
const IMAGE_SIGNED = 'VERIFIED'

/** What the reference calls right; cosign 3.1 differs where docs/interop.md says so. */
const table: readonly [folder: string, signature: string, attestation: string, passed: readonly [number, number]][] = [
  ['01-legacy-sig-key', IMAGE_SIGNED, 'NO_ATTESTATION', [3, 0]],
  ['02-legacy-sig-key-rekor1-tsa', IMAGE_SIGNED, 'NO_ATTESTATION', [1, 0]],
  ['03-legacy-sig-keyless-rekor1', 'NOTHING_JUDGED', 'NO_ATTESTATION', [0, 0]],
  ['04-legacy-att-key-all-types', 'NO_SIGNATURE', 'VERIFIED', [0, 11]],
  ['05-bundle-key-notlog-fallbacktag', IMAGE_SIGNED, 'VERIFIED', [2, 1]],
  ['06-bundle-key-notlog-referrersapi-all-types', IMAGE_SIGNED, 'VERIFIED', [1, 10]],
  ['07-bundle-key-rekor1', IMAGE_SIGNED, 'VERIFIED', [1, 1]],
  ['07-bundle-key-rekor2', IMAGE_SIGNED, 'VERIFIED', [1, 1]],
  ['08-bundle-keyless-rekor1', 'NOTHING_JUDGED', 'NOTHING_JUDGED', [0, 0]],
  ['08-bundle-keyless-rekor2', 'NOTHING_JUDGED', 'NOTHING_JUDGED', [0, 0]],
  ['09-bundle-key-tsa-only', IMAGE_SIGNED, 'NO_ATTESTATION', [1, 0]],
  ['10-legacy-oci11-referrers', IMAGE_SIGNED, 'NO_ATTESTATION', [1, 0]],
  ['11-attach', IMAGE_SIGNED, 'NO_ATTESTATION', [1, 0]],
  ['12-index-recursive', IMAGE_SIGNED, 'NO_ATTESTATION', [2, 0]],
  ['13-own-ca-certificate', 'NOTHING_JUDGED', 'NO_ATTESTATION', [0, 0]],
  ['14-cosign-repository', IMAGE_SIGNED, 'NO_ATTESTATION', [2, 0]],
  ['14b-docker-media-types', IMAGE_SIGNED, 'NO_ATTESTATION', [1, 0]],
  ['15-legacy-att-rekor1-tsa', 'NO_SIGNATURE', 'VERIFIED', [0, 2]],
]

async function ask(folder: string, question: Question): Promise<[code: string, passed: number]> {
  const { store, image } = await vectorRepository(folder)
  const digest: Digest = image?.digest ?? subject
  const { reason, candidates, problems } = await verifyImage({ image: store }, digest, question)
  expect(problems).toEqual([])
  return [reason.code, candidates.filter(({ verdict }) => verdict === 'passed').length]
}

describe('what cosign 3.1 wrote', () => {
  test.each(table)('%s', async (folder, signature, attestation, [signatures, attestations]) => {
    expect(await ask(folder, signatureQuestion(keys))).toEqual([signature, signatures])
    expect(await ask(folder, attestationQuestion(keys, 'any'))).toEqual([attestation, attestations])
  })

  test.each(table)('%s: with a key that signed nothing nothing passes', async (folder) => {
    const foreign = [testSigner('foreign.pub').trusted]
    expect((await ask(folder, signatureQuestion(foreign)))[1]).toBe(0)
    expect((await ask(folder, attestationQuestion(foreign, 'any')))[1]).toBe(0)
  })
})

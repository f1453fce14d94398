import { describe, expect, test } from 'vitest'
import { predicateTypeOf } from '../../src/attestation/index.ts'
import { fixedClock, utf8 } from '../../src/base/index.ts'
import type { KeyType } from '../../src/crypto/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import {
  attestImage,
  type SignatureFormat,
  type SigningContext,
  type SigningTarget,
  signImage,
} from '../../src/signing/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { putImage } from '../support/image.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'

const context: SigningContext = {
  clock: fixedClock(Date.UTC(2026, 10, 23)),
  pause: { wait: async () => {}, random: () => 0 },
}
const CYCLONEDX = 'https://cyclonedx.org/bom'

function targetOf(store: ContentStore, subject: Descriptor): SigningTarget {
  return { subject, repository: 'registry.test/shop/api', store }
}

const types: readonly KeyType[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa', 'ed25519']
const formats: readonly SignatureFormat[] = ['bundle', 'cosign']
const cases = types.flatMap((type) => formats.map((format) => ({ type, format })))

describe.each(['api', 'unsupported'] as const)('in a place where referrers are %s', (referrers) => {
  test.each(cases)('sign and verify: $type, format $format', async ({ type, format }) => {
    const store = memoryStore('registry.test/shop/api', { referrers })
    const subject = await putImage(store)
    const { signer, trusted } = testSigner('release.pub', type)
    const signed = await signImage(targetOf(store, subject), { format, annotations: { build: '42' } }, signer, context)
    expect(signed.outcome).toBe('pushed')

    const verdict = await verifyImage({ image: store }, subject.digest, signatureQuestion([trusted]))
    expect(verdict).toMatchObject({ verdict: 'verified', reason: { code: 'VERIFIED' } })
    const other = await verifyImage(
      { image: store },
      subject.digest,
      signatureQuestion([testSigner('other.pub', type).trusted]),
    )
    expect(other).toMatchObject({ verdict: 'refused', reason: { code: 'NONE_PASSED' } })
    expect(other.candidates[0]?.findings.find((it) => it.check === 'signature')?.code).toBe('SIGNATURE_BY_OTHER_KEY')
  })

  test.each(cases)('attest and verify: $type, format $format', async ({ type, format }) => {
    const store = memoryStore('registry.test/shop/api', { referrers })
    const subject = await putImage(store)
    const { signer, trusted } = testSigner('release.pub', type)
    const predicate = utf8('{"bomFormat":"CycloneDX", "specVersion":"1.6"}\n')
    const attestation = { format, type: predicateTypeOf('cyclonedx'), predicate, replace: false }
    await attestImage(targetOf(store, subject), attestation, signer, context)

    const verdict = await verifyImage({ image: store }, subject.digest, attestationQuestion([trusted], CYCLONEDX))
    expect(verdict).toMatchObject({ verdict: 'verified' })
    const statement = verdict.candidates[0]?.statement
    expect(Buffer.from(statement?.predicate?.bytes ?? []).toString()).toBe(
      '{"bomFormat":"CycloneDX", "specVersion":"1.6"}',
    )

    const asSignature = await verifyImage({ image: store }, subject.digest, signatureQuestion([trusted]))
    expect(asSignature).toMatchObject({ verdict: 'refused', reason: { code: 'NO_SIGNATURE' } })
  })
})

describe('the same again', () => {
  test.each(formats)('signing twice with one key pushes nothing: %s', async (format) => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const subject = await putImage(store)
    const { signer, trusted } = testSigner()
    const sign = (annotations: Record<string, string>) =>
      signImage(targetOf(store, subject), { format, annotations }, signer, context)
    expect((await sign({})).outcome).toBe('pushed')
    expect((await sign({})).outcome).toBe('already-there')
    expect((await sign({ build: '1' })).outcome).toBe('pushed')
    expect((await sign({ build: '1' })).outcome).toBe('already-there')
    const { candidates } = await verifyImage({ image: store }, subject.digest, signatureQuestion([trusted]))
    expect(candidates.map(({ verdict }) => verdict)).toEqual(['passed', 'passed'])
  })

  test.each(formats)(
    'attesting twice pushes nothing, a new predicate with --replace removes the older: %s',
    async (format) => {
      const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
      const subject = await putImage(store)
      const { signer, trusted } = testSigner()
      const type = predicateTypeOf('cyclonedx')
      const attest = (predicate: string, replace = false) =>
        attestImage(targetOf(store, subject), { format, type, predicate: utf8(predicate), replace }, signer, context)
      expect((await attest('{"version":1}')).outcome).toBe('pushed')
      expect((await attest('{"version":1}')).outcome).toBe('already-there')
      expect(await attest('{"version":2}', true)).toMatchObject({
        outcome: 'pushed',
        replaced: [expect.stringMatching(/^sha256:/)],
      })
      const { candidates } = await verifyImage(
        { image: store },
        subject.digest,
        attestationQuestion([trusted], CYCLONEDX),
      )
      expect(candidates.map((it) => Buffer.from(it.statement?.predicate?.bytes ?? []).toString())).toEqual([
        '{"version":2}',
      ])
    },
  )

  test("another key's attestation is not replaced", async () => {
    const store = memoryStore('registry.test/shop/api')
    const subject = await putImage(store)
    const mine = testSigner('mine.pub')
    const theirs = testSigner('theirs.pub')
    const attestation = { format: 'bundle', type: predicateTypeOf('cyclonedx'), replace: true } as const
    await attestImage(targetOf(store, subject), { ...attestation, predicate: utf8('{"a":1}') }, theirs.signer, context)
    await attestImage(targetOf(store, subject), { ...attestation, predicate: utf8('{"a":2}') }, mine.signer, context)
    const verdict = await verifyImage(
      { image: store },
      subject.digest,
      attestationQuestion([theirs.trusted], CYCLONEDX),
    )
    expect(verdict.verdict).toBe('verified')
  })
})

describe('what else is asked', () => {
  test.each(formats)('annotations and the signed name: %s', async (format) => {
    const store = memoryStore('registry.test/shop/api')
    const subject = await putImage(store)
    const { signer, trusted } = testSigner()
    await signImage(
      targetOf(store, subject),
      { format, annotations: { env: 'prod' }, name: 'example.org/shop/api' },
      signer,
      context,
    )
    const ask = async (more: object) => {
      const { verdict, candidates } = await verifyImage(
        { image: store },
        subject.digest,
        signatureQuestion([trusted], more),
      )
      return [verdict, ...(candidates[0]?.findings ?? []).filter((it) => it.outcome === 'fail').map(({ code }) => code)]
    }
    expect(await ask({ annotations: { env: 'prod' }, name: 'example.org/shop/api' })).toEqual(['verified'])
    expect(await ask({ annotations: { env: 'test' } })).toEqual(['refused', 'ANNOTATION_MISMATCH'])
    expect(await ask({ annotations: { toString: 'x' } })).toEqual(['refused', 'ANNOTATION_MISMATCH'])
    expect(await ask({ name: 'example.org/other' })).toEqual(['refused', 'NAME_MISMATCH'])
  })

  test('a threshold counts different keys, never signatures or file names', async () => {
    const store = memoryStore('registry.test/shop/api')
    const subject = await putImage(store)
    const a = testSigner('a.pub')
    const b = testSigner('b.pub')
    await signImage(targetOf(store, subject), { format: 'bundle', annotations: {} }, a.signer, context)
    await signImage(targetOf(store, subject), { format: 'cosign', annotations: {} }, a.signer, context)
    const ask = () =>
      verifyImage({ image: store }, subject.digest, signatureQuestion([a.trusted, b.trusted], { threshold: 2 }))
    expect(await ask()).toMatchObject({ verdict: 'refused', reason: { code: 'THRESHOLD_NOT_MET' } })
    await signImage(targetOf(store, subject), { format: 'cosign', annotations: {} }, b.signer, context)
    expect(await ask()).toMatchObject({ verdict: 'verified' })
    const sameKeyTwice = signatureQuestion([a.trusted, { ...a.trusted, name: 'copy.pub' }], { threshold: 2 })
    await expect(verifyImage({ image: store }, subject.digest, sameKeyTwice)).rejects.toMatchObject({
      code: 'VERIFY_THRESHOLD_INVALID',
    })
  })

  test('no key is an error, never a guess', async () => {
    const store = memoryStore('registry.test/shop/api')
    await expect(verifyImage({ image: store }, 'latest', signatureQuestion([]))).rejects.toMatchObject({
      code: 'VERIFY_NO_KEY',
    })
  })

  test('an image that does not exist is unknown, not unsigned', async () => {
    const store = memoryStore('registry.test/shop/api')
    const { trusted } = testSigner()
    const absent = await putImage(memoryStore('elsewhere'))
    for (const target of ['missing', absent.digest]) {
      const verdict = await verifyImage({ image: store }, target, signatureQuestion([trusted]))
      expect(verdict).toMatchObject({ verdict: 'unknown', reason: { code: 'IMAGE_MISSING' } })
    }
  })
})

import { describe, expect, test } from 'vitest'
import { fixedClock } from '../../src/base/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import { type SigningContext, signImage } from '../../src/signing/index.ts'
import { verifyRecursively, verifyThroughIndex } from '../../src/verification/index.ts'
import { putImage, putIndex } from '../support/image.ts'
import { signatureQuestion, testSigner } from '../support/keys.ts'

const context: SigningContext = { clock: fixedClock(0), pause: { wait: async () => {}, random: () => 0 } }
const { signer, trusted } = testSigner()
const ask = signatureQuestion([trusted])

const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64', variant: 'v8' }
const unknown = { os: 'unknown', architecture: 'unknown' }

interface Scene {
  readonly store: ContentStore
  readonly index: Descriptor
  readonly a: Descriptor
  readonly b: Descriptor
}

async function scene(): Promise<Scene> {
  const store = memoryStore('registry.test/shop/api')
  const a = await putImage(store, 'a')
  const b = await putImage(store, 'b')
  const metadata = await putImage(store, 'provenance')
  const index = await putIndex(store, [
    { ...a, platform: amd64 },
    { ...b, platform: arm64 },
    { ...metadata, platform: unknown, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
  ])
  return { store, index, a, b }
}

async function sign(store: ContentStore, subject: Descriptor): Promise<void> {
  await signImage({ subject, store, repository: store.name }, { format: 'bundle', annotations: {} }, signer, context)
}

describe('an index and the images in it', () => {
  test('the index signed: children are proven through it, BuildKit metadata is no platform', async () => {
    const { store, index, a } = await scene()
    await sign(store, index)
    await sign(store, a)
    const verdict = await verifyRecursively({ image: store }, index.digest, ask, { each: false })
    expect(verdict.verdict).toBe('verified')
    expect(verdict.children.map(({ platform, provenBy }) => [platform, provenBy])).toEqual([
      ['linux/amd64', 'itself'],
      ['linux/arm64/v8', 'index'],
      ['unknown/unknown', 'unsigned-metadata'],
    ])
  })
  test('--each demands their own signatures', async () => {
    const { store, index, a, b } = await scene()
    await sign(store, index)
    await sign(store, a)
    const some = await verifyRecursively({ image: store }, index.digest, ask, { each: true })
    expect(some).toMatchObject({ verdict: 'refused', reason: { code: 'CHILD_REFUSED' } })
    await sign(store, b)
    expect(await verifyRecursively({ image: store }, index.digest, ask, { each: true })).toMatchObject({
      verdict: 'verified',
    })
  })
  test('only the children signed: the index is not', async () => {
    const { store, index, a, b } = await scene()
    await sign(store, a)
    await sign(store, b)
    for (const each of [false, true]) {
      const verdict = await verifyRecursively({ image: store }, index.digest, ask, { each })
      expect(verdict).toMatchObject({ verdict: 'refused', reason: { code: 'NO_SIGNATURE' } })
    }
  })
  test('the annotation of BuildKit on a real platform hides nothing', async () => {
    const { store, a } = await scene()
    const index = await putIndex(store, [
      { ...a, platform: amd64, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
    ])
    await sign(store, index)
    const verdict = await verifyRecursively({ image: store }, index.digest, ask, { each: true })
    expect(verdict).toMatchObject({ verdict: 'refused', reason: { code: 'CHILD_REFUSED' } })
  })
  test('images below a nested index count, and one that cannot be read is unknown', async () => {
    const { store, a } = await scene()
    const inner = await putIndex(store, [{ ...a, platform: amd64 }])
    const outer = await putIndex(store, [inner])
    await sign(store, outer)
    await sign(store, inner)
    expect(await verifyRecursively({ image: store }, outer.digest, ask, { each: true })).toMatchObject({
      verdict: 'refused',
    })
    await sign(store, a)
    expect(await verifyRecursively({ image: store }, outer.digest, ask, { each: true })).toMatchObject({
      verdict: 'verified',
    })
    const blind: ContentStore = Object.create(store, {
      manifest: { value: async (target: string) => (target === inner.digest ? undefined : store.manifest(target)) },
    })
    expect(await verifyRecursively({ image: blind }, outer.digest, ask, { each: true })).toMatchObject({
      verdict: 'unknown',
    })
  })
})

describe('a child through its index', () => {
  test('named by a signed index', async () => {
    const { store, index, b } = await scene()
    await sign(store, index)
    const verdict = await verifyThroughIndex({ image: store }, b.digest, index.digest, ask)
    expect(verdict).toMatchObject({ digest: b.digest, verdict: 'verified', reason: { code: 'PROVEN_BY_INDEX' } })
  })
  test('not named by it', async () => {
    const { store, index } = await scene()
    await sign(store, index)
    const other = await putImage(store, 'other')
    const verdict = await verifyThroughIndex({ image: store }, other.digest, index.digest, ask)
    expect(verdict).toMatchObject({ verdict: 'refused', reason: { code: 'NOT_IN_INDEX' } })
  })
  test('named by an unsigned index', async () => {
    const { store, index, b } = await scene()
    expect(await verifyThroughIndex({ image: store }, b.digest, index.digest, ask)).toMatchObject({
      verdict: 'refused',
    })
  })
})

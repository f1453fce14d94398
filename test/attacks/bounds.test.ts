import { describe, expect, test } from 'vitest'
import { digestOf, limits, utf8 } from '../../src/base/index.ts'
import { cosignMediaTypes, cosignTag } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type ContentStore, type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { verifyImage, verifyRecursively, verifyThroughIndex } from '../../src/verification/index.ts'
import { attachBundle, attachRaw, signatureStatement } from '../support/attach.ts'
import { putBlob, putImage, putIndex, putManifest } from '../support/image.ts'
import { signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const ask = signatureQuestion([release.trusted])

async function scene(): Promise<{ store: ContentStore; image: Descriptor }> {
  const store = memoryStore('registry.test/shop/api')
  return { store, image: await putImage(store) }
}

async function verdictOf(store: ContentStore, image: Descriptor, question = ask): Promise<string> {
  return (await verifyImage({ image: store }, image.digest, question)).verdict
}

describe('what is beyond a bound was not seen: nothing is called unsigned because of it', () => {
  test('a signature tag with more layers than are read', async () => {
    const { store, image } = await scene()
    const config = await putBlob(store, mediaTypes.config, '{}')
    const layer = await putBlob(store, cosignMediaTypes.simpleSigning, '{}')
    const layers = Array.from({ length: limits.manifestLayers + 1 }, () => layer)
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }
    await putManifest(store, manifest, cosignTag(image.digest, 'sig'))
    expect(await verdictOf(store, image)).toBe('unknown')
  })
  test('a statement with more subjects than are read', async () => {
    const { store, image } = await scene()
    const one = { digest: { sha256: image.digest.slice(7) } }
    const subject = Array.from({ length: limits.subjects + 1 }, () => one)
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image, { subject }) })
    expect(await verdictOf(store, image)).toBe('unknown')
  })
  test('a bundle with more log entries than are read', async () => {
    const { store, image } = await scene()
    const tlogEntries = Array.from({ length: limits.bundleEntries + 1 }, () => ({}))
    const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { tlogEntries } }
    await attachRaw(store, image, utf8(JSON.stringify(bundle)))
    expect(await verdictOf(store, image)).toBe('unknown')
  })
  test('and none of it keeps a good signature from counting', async () => {
    const { store, image } = await scene()
    const subject = Array.from({ length: limits.subjects + 1 }, () => ({ digest: {} }))
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image, { subject }) })
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    expect(await verdictOf(store, image)).toBe('verified')
  })
})

describe('what is under a signature tag and cannot be read', () => {
  const contents: readonly [string, string, string][] = [
    ['an error document', mediaTypes.manifest, '{"errors":[{"code":"UNKNOWN"}]}'],
    ['a web page', mediaTypes.manifest, '<html>'],
    ['an index', mediaTypes.index, JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] })],
  ]
  test.each(contents)('%s', async (_, mediaType, text) => {
    const { store, image } = await scene()
    const bytes = utf8(text)
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
    await store.putManifest({ descriptor, bytes }, cosignTag(image.digest, 'sig'))
    const { verdict, problems } = await verifyImage({ image: store }, image.digest, ask)
    expect([verdict, problems.length]).toEqual(['unknown', 1])
  })
})

describe('indexes in indexes', () => {
  async function diamond(width: number, depth: number): Promise<{ store: ContentStore; top: Descriptor }> {
    const { store, image } = await scene()
    let top = image
    for (let level = 0; level < depth; level++)
      top = await putIndex(
        store,
        Array.from({ length: width }, () => top),
      )
    return { store, top }
  }
  test('that name the same again and again are not walked for ever', async () => {
    const { store, top } = await diamond(200, 5)
    const started = performance.now()
    const { verdict } = await verifyRecursively({ image: store }, top.digest, ask, { each: true })
    expect(verdict).not.toBe('verified')
    expect(performance.now() - started).toBeLessThan(5000)
  })
  test('nor when an image is looked for in them', async () => {
    const { store, top } = await diamond(200, 5)
    await attachBundle(store, top, { key: release.key, statement: signatureStatement(top) })
    const started = performance.now()
    const other = await putImage(store, 'other')
    const { verdict } = await verifyThroughIndex({ image: store }, other.digest, top.digest, ask)
    expect(verdict).not.toBe('verified')
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

/** What is sent to use up memory and time: the smallest values, the largest manifests, layers without number. */

import { describe, expect, test } from 'vitest'
import { digestOf, limits, readJson, utf8 } from '../../src/base/index.ts'
import { bundleMediaType, cosignTag } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type ContentReader, type Descriptor, mediaTypes, type RawManifest } from '../../src/oci/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { attachBundle, signatureStatement } from '../support/attach.ts'
import { manifestOf, putBlob, putImage, putManifest } from '../support/image.ts'
import { signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const ask = signatureQuestion([release.trusted])

describe('a document of the smallest values', () => {
  const many = limits.jsonValues + 1
  test.each([
    ['arrays', `[${'[],'.repeat(many)}[]]`],
    ['objects', `[${'{},'.repeat(many)}{}]`],
    ['numbers', `[${'1,'.repeat(many)}1]`],
  ])('%s', (_, text) => {
    expect(() => readJson(utf8(text))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
    // Values that nobody builds cost nothing.
    expect(readJson(utf8(`{"predicate":${text}}`), { raw: { predicate: true } })).toBeDefined()
  })
  test('names in one object, and in objects in objects', () => {
    const names = Array.from({ length: limits.jsonNames / 2 }, (_, at) => `"${at.toString(36)}":1`).join(',')
    const raw = { raw: { predicate: true } } as const
    const nested = (depth: number): string => (depth === 0 ? '0' : `{${names},"-":${nested(depth - 1)}}`)
    expect(readJson(utf8(`{"predicate":[${nested(1)},${nested(1)},${nested(1)}]}`), raw)).toBeDefined()
    expect(() => readJson(utf8(`{"predicate":${nested(3)}}`), raw)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
  })
})

describe('referrers whose manifests are as large as may be', () => {
  test('are not held beyond a bound, and do not hide a signature under its tag', async () => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    const reads: string[] = []
    const listed = Array.from({ length: limits.attachments }, (_, at): Descriptor => {
      return { mediaType: mediaTypes.manifest, digest: digestOf(utf8(String(at))), size: 3 * 1024 * 1024 }
    })
    const large = manifestOf({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.empty, digest: image.digest, size: 2 },
      layers: [],
      subject: image,
      annotations: { x: 'x'.repeat(3 * 1024 * 1024) },
    })
    const reader: ContentReader = Object.assign(Object.create(store) as ContentReader, {
      referrers: async () => ({ by: 'api', manifests: listed, problems: [] }),
      manifest: async (target: string): Promise<RawManifest | undefined> => {
        if (!listed.some(({ digest }) => digest === target)) return store.manifest(target)
        reads.push(target)
        return { ...large, bytes: Buffer.from(large.bytes) }
      },
    })
    const { verdict, problems } = await verifyImage({ image: reader }, image.digest, ask)
    expect([verdict, problems.at(-1)?.code]).toEqual(['unknown', 'ATTACHMENT_BOUND_REACHED'])
    expect(reads.length).toBeLessThan(64)
  })
})

describe('layers without number', () => {
  test('in front of a good signature do not keep it from counting', async () => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    const config = await putBlob(store, mediaTypes.empty, '{}')
    const layer = await putBlob(store, bundleMediaType, '{}')
    const layers = Array.from({ length: limits.manifestLayers }, () => layer)
    for (let at = 0; at < 6; at++) {
      const annotations = { at: String(at) }
      const artifactType = bundleMediaType
      const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, artifactType, config, layers, annotations }
      if (at === 0) await putManifest(store, manifest, cosignTag(image.digest, 'sig'))
      else await putManifest(store, { ...manifest, subject: image })
    }
    const unsigned = await verifyImage({ image: store }, image.digest, ask)
    expect([unsigned.verdict, unsigned.candidates.length]).toEqual(['unknown', limits.candidates])
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    expect((await verifyImage({ image: store }, image.digest, ask)).verdict).toBe('verified')
  })
})

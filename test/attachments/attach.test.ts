import { expect, test } from 'vitest'
import { attachReferrer } from '../../src/attachments/index.ts'
import { utf8 } from '../../src/base/index.ts'
import { bundleMediaType, fallbackTag } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { emptyBlob, mediaTypes } from '../../src/oci/index.ts'
import { putBlob, putImage, putManifest } from '../support/image.ts'

const pause = { wait: async () => {}, random: () => 0 }
const referrer = {
  artifactType: bundleMediaType,
  mediaType: bundleMediaType,
  content: [utf8('{}')],
  annotations: {},
}

test.each([
  ['an image manifest', { mediaType: mediaTypes.manifest, config: emptyBlob.descriptor, layers: [] }],
  ['an index and an image at once', { mediaType: mediaTypes.index, manifests: [], layers: [] }],
  ['no list', { mediaType: mediaTypes.index, manifests: {} }],
])('a fallback tag that holds %s is not overwritten', async (_, written) => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
  const image = await putImage(store)
  await putBlob(store, mediaTypes.empty, emptyBlob.bytes)
  const there = await putManifest(store, { schemaVersion: 2, ...written }, fallbackTag(image.digest))
  await expect(attachReferrer(store, image, referrer, pause)).rejects.toMatchObject({
    code: 'ATTACH_INCOMPLETE',
    fix: expect.stringContaining('fallback tag'),
  })
  expect((await store.resolve(fallbackTag(image.digest)))?.digest).toBe(there.digest)
})

/** `cosign copy` leaves the image itself under its fallback tag: no list, nothing hidden, and replaced by the first one who attaches. */

import { expect, it } from 'vitest'
import { attachReferrer, discover, removeAttachments } from '../../src/attachments/index.ts'
import { utf8 } from '../../src/base/index.ts'
import { bundleMediaType, fallbackTag } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import { putImage, putIndex } from '../support/image.ts'
import { noWait } from './helpers.ts'

async function put(store: ContentStore, kind: 'image' | 'index'): Promise<Descriptor> {
  const image = await putImage(store)
  const subject = kind === 'image' ? image : await putIndex(store, [image])
  const raw = await store.manifest(subject.digest)
  if (raw === undefined) throw new Error('It was just put.')
  await store.putManifest(raw, fallbackTag(subject.digest))
  return subject
}

it.each(['image', 'index'] as const)('an %s under its own fallback tag', async (kind) => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
  const subject = await put(store, kind)
  expect((await discover(store, subject.digest)).problems).toEqual([])
  const referrer = { artifactType: bundleMediaType, mediaType: bundleMediaType, content: [utf8('{}')], annotations: {} }
  const { manifest } = await attachReferrer(store, subject, referrer, noWait)
  const listed = await store.manifest(fallbackTag(subject.digest))
  const { manifests } = JSON.parse(Buffer.from(listed?.bytes ?? []).toString()) as { manifests: { digest: string }[] }
  expect(manifests.map(({ digest }) => digest)).toEqual([manifest])
  const { attachments } = await discover(store, subject.digest)
  await removeAttachments(store, subject.digest, attachments, noWait)
  expect((await discover(store, subject.digest)).attachments).toEqual([])
})

import { expect, test } from 'vitest'
import { inspectImage } from '../../src/attachments/index.ts'
import { inspectReport } from '../../src/contract/attachments.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { putImage, putIndex, putManifest } from '../support/image.ts'
import { attachText, furnish } from './helpers.ts'

test('an index with its images, what hangs on each, and on that in turn', async () => {
  const store = memoryStore('registry.test/shop/api')
  const { index, child, other, bundle, ofBundle } = await furnish(store)
  const tree = await inspectImage(store, '1.4')
  expect(tree).toMatchObject({
    digest: index.digest,
    problems: [],
    attachments: [
      { kind: 'bundle', place: 'referrers', predicateType: 'https://sigstore.dev/cosign/sign/v1' },
      { kind: 'cosign-signature', place: 'signature-tag' },
    ],
    children: [
      { platform: 'linux/amd64', digest: child.digest },
      { platform: 'linux/arm64/v8', digest: other.digest, attachments: [] },
    ],
  })
  const attached = tree.children?.[0]?.attachments ?? []
  expect(attached.find(({ manifest }) => manifest === bundle.digest)?.attachments).toMatchObject([
    { kind: 'unknown', manifest: ofBundle.digest, artifactType: 'application/vnd.example.note' },
  ])
  const report = { schema: 'zegel.dev/inspect/v1', image: 'x', trust: 'nothing-verified', ...tree }
  expect(() => inspectReport.parse(report)).not.toThrow()
  expect(JSON.stringify(tree)).not.toContain('dev.cosignproject.cosign/signature')
})

test('the size is that of the manifest, its configuration and layers', async () => {
  const store = memoryStore('registry.test/shop/api')
  const image = await putImage(store, 'hello')
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } })
  expect((await inspectImage(store, image.digest)).size).toBe(image.size + config.length + 5)
})

test('an image that the index names and that is not there', async () => {
  const store = memoryStore('registry.test/shop/api')
  const gone = await putImage(memoryStore('elsewhere'))
  await putIndex(store, [gone], '1.4')
  expect(await inspectImage(store, '1.4')).toMatchObject({ children: [{ digest: gone.digest, isMissing: true }] })
})

test('a referrer without layers, and one that is an index, are shown', async () => {
  const store = memoryStore('registry.test/shop/api')
  const image = await putImage(store)
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [], subject: image }
  const { digest } = await putManifest(store, { ...index, annotations: { a: 'b' } })
  const { attachments } = await inspectImage(store, image.digest)
  expect(attachments).toMatchObject([{ kind: 'unknown', manifest: digest, annotations: { a: 'b' } }])
})

test('no such image', async () => {
  await expect(inspectImage(memoryStore('registry.test'), '1.4')).rejects.toMatchObject({
    code: 'IMAGE_MISSING',
    status: 3,
  })
})

test('what is nested without end is cut and told', async () => {
  const store = memoryStore('registry.test/shop/api')
  const image = await putImage(store, 'x', '1.4')
  let below: Descriptor = image
  for (let depth = 0; depth < 12; depth++) below = await attachText(store, below, 'application/vnd.example', `${depth}`)
  const { problems } = await inspectImage(store, '1.4')
  expect(problems).toMatchObject([{ code: 'ATTACHMENT_BOUND_REACHED', isUnseen: true }])
})

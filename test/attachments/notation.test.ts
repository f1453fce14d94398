/** Notation signatures as referrers: the older shape, which notation 1.3 writes, and the newer one; and those that are neither. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { attachReferrer, discover, inspectImage, notationReferrer } from '../../src/attachments/index.ts'
import { type Bytes, digestOf, fixedClock } from '../../src/base/index.ts'
import { fallbackTag, notationMediaTypes, parseNotation } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type ContentStore, type Descriptor, emptyBlob, mediaTypes, parseManifest } from '../../src/oci/index.ts'
import { putBlob, putImage, putIndex, putManifest } from '../support/image.ts'
import { notationSample, notationVector } from '../support/notation-vectors.ts'
import { noWait } from './helpers.ts'

const NOTARY = 'application/vnd.cncf.notary.signature'
const envelope = readFileSync(notationVector('pos/jws-p256/envelope.jws'))
const recorded = JSON.parse(readFileSync(notationVector('pos/jws-p256/sig-manifest.json'), 'utf8'))
const chain = parseNotation(envelope, notationMediaTypes.jws).chain.map((raw) => ({ raw }))
const created = Date.parse('2026-11-22T14:30:08Z')

async function manifestBytes(store: ContentStore, digest: string): Promise<Bytes> {
  const raw = await store.manifest(digest)
  if (raw === undefined) throw new Error(`There is no ${digest}.`)
  return raw.bytes
}

test('notation 1.3 would have written the same manifest, byte for byte, and the same entry in the fallback index', async () => {
  const { store, digest } = await notationSample('pos/jws-p256')
  const copy = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
  const subject = await store.resolve(digest)
  if (subject === undefined) throw new Error('The sample has no artifact.')
  const referrer = notationReferrer({ envelope, encoding: 'jws', chain, created })
  const { manifest, layer } = await attachReferrer(copy, subject, referrer, noWait)
  const written = await manifestBytes(copy, manifest)
  expect(Buffer.from(written).toString()).toBe(readFileSync(notationVector('pos/jws-p256/sig-manifest.json'), 'utf8'))
  expect(layer).toBe(recorded.layers[0].digest)
  const index = JSON.parse(Buffer.from(await manifestBytes(copy, fallbackTag(digest))).toString())
  const theirs = JSON.parse(readFileSync(notationVector('pos/jws-p256/referrers-index.json'), 'utf8'))
  expect(index.manifests).toEqual(theirs.manifests)
  expect([...(await copy.blob({ ...emptyBlob.descriptor, mediaType: NOTARY }, 10))]).toEqual([...emptyBlob.bytes])
})

test('the newer shape names its type and has an empty config', async () => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
  const subject = await putImage(store)
  const referrer = notationReferrer({ envelope, encoding: 'cose', chain: [], created, shape: 'modern' })
  const { manifest } = await attachReferrer(store, subject, referrer, noWait)
  const parsed = parseManifest(await manifestBytes(store, manifest), mediaTypes.manifest)
  expect(parsed).toMatchObject({
    artifactType: NOTARY,
    config: emptyBlob.descriptor,
    layers: [{ mediaType: 'application/cose' }],
    annotations: { 'io.cncf.notary.x509chain.thumbprint#S256': '[]' },
  })
})

test.each([
  'pos/jws-p256',
  'pos/cose-p256',
  'pos/multi-jws-cose',
  'ours/jws-p256',
  'ours/jws-legacy-manifest',
  'ours/cose-legacy-manifest',
])('%s is found', async (sample) => {
  const { store, digest } = await notationSample(sample)
  const { attachments, problems } = await discover(store, digest)
  expect(problems).toEqual([])
  expect(new Set(attachments.map(({ kind }) => kind))).toEqual(new Set(['notation']))
})

test('the withdrawn artifact manifest is read as well', async () => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'scan' })
  const subject = await putImage(store)
  const blob = await putBlob(store, notationMediaTypes.jws, envelope)
  await putManifest(store, { mediaType: mediaTypes.artifactManifest, artifactType: NOTARY, blobs: [blob], subject })
  expect((await discover(store, subject.digest)).attachments).toMatchObject([{ kind: 'notation' }])
})

describe('one malformed referrer hides nothing', () => {
  async function poisoned(layers: readonly Descriptor[], modern: boolean): Promise<[ContentStore, Descriptor, string]> {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const subject = await putImage(store)
    await putBlob(store, notationMediaTypes.jws, envelope)
    await putBlob(store, mediaTypes.empty, emptyBlob.bytes)
    const type = modern
      ? { artifactType: NOTARY, config: emptyBlob.descriptor }
      : { config: { ...emptyBlob.descriptor, mediaType: NOTARY } }
    const bad = await putManifest(store, { schemaVersion: 2, mediaType: mediaTypes.manifest, ...type, layers, subject })
    await putIndex(store, [{ ...bad, artifactType: NOTARY }], fallbackTag(subject.digest))
    const referrer = notationReferrer({ envelope, encoding: 'jws', chain, created })
    await attachReferrer(store, subject, referrer, noWait)
    return [store, subject, bad.digest]
  }

  const layer: Descriptor = { mediaType: notationMediaTypes.jws, digest: digestOf(envelope), size: envelope.length }
  test.each([
    ['two layers', [layer, layer], true],
    ['two layers, the older shape', [layer, { ...layer, mediaType: notationMediaTypes.cose }], false],
    ['no layers', [], true],
    ['no layers, the older shape', [], false],
  ])('%s', async (_, layers, modern) => {
    const [store, subject, bad] = await poisoned(layers, modern)
    const { attachments, problems } = await discover(store, subject.digest)
    expect(problems).toMatchObject([{ code: 'ATTACHMENT_MALFORMED', digest: bad, isUnseen: false }])
    expect(attachments).toMatchObject([{ kind: 'notation', layerIndex: 0 }])
    expect(attachments[0]?.manifest.descriptor.digest).not.toBe(bad)
    const shown = await inspectImage(store, subject.digest)
    expect(shown.problems).toMatchObject([{ code: 'ATTACHMENT_MALFORMED', digest: bad }])
  })

  test('a size in the index that is a lie', async () => {
    const [store, subject] = await poisoned([layer], true)
    const index = JSON.parse(Buffer.from(await manifestBytes(store, fallbackTag(subject.digest))).toString())
    index.manifests[0].size += 1
    await putManifest(store, index, fallbackTag(subject.digest))
    expect((await discover(store, subject.digest)).attachments).toHaveLength(2)
  })
})

test('the clock of the annotations is the one that was given', () => {
  const { annotations } = notationReferrer({ envelope, encoding: 'jws', chain, created: fixedClock(0)() })
  expect(annotations['org.opencontainers.image.created']).toBe('1970-01-01T00:00:00Z')
})

import { describe, expect, test } from 'vitest'
import { discover } from '../../src/attachments/index.ts'
import { Fault, limits, utf8 } from '../../src/base/index.ts'
import { bundleMediaType, cosignTag, fallbackTag } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type ContentReader, type ContentStore, type Descriptor, emptyBlob, mediaTypes } from '../../src/oci/index.ts'
import { manifestOf, putBlob, putImage, putIndex, putManifest } from '../support/image.ts'
import { attachText, furnish } from './helpers.ts'

const TYPE = 'application/vnd.example'

/** A reader of which some answers are others. */
function lying(store: ContentReader, answers: Partial<ContentReader>): ContentReader {
  return {
    name: store.name,
    manifest: (target) => store.manifest(target),
    resolve: (target) => store.resolve(target),
    blob: (descriptor, maxBytes) => store.blob(descriptor, maxBytes),
    openBlob: (descriptor) => store.openBlob(descriptor),
    referrers: (digest) => store.referrers(digest),
    tags: () => store.tags(),
    ...answers,
  }
}

async function problemCodes(reader: ContentReader, subject: Descriptor): Promise<readonly string[]> {
  return (await discover(reader, subject.digest)).problems.map(
    ({ code, isUnseen }) => `${code}${isUnseen ? ' unseen' : ''}`,
  )
}

/** A manifest with one layer, listed under the subject's fallback tag whatever it says itself. */
async function listed(store: ContentStore, subject: Descriptor, manifest: object, entry: object = {}): Promise<void> {
  await putBlob(store, mediaTypes.empty, emptyBlob.bytes)
  const descriptor = await putManifest(store, { schemaVersion: 2, mediaType: mediaTypes.manifest, ...manifest })
  await putIndex(store, [{ ...descriptor, ...entry }], fallbackTag(subject.digest))
}

test('every place is read: referrers, fallback tag, .sig, .att; .sbom where it is asked for', async () => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
  const { child } = await furnish(store)
  const found = await discover(store, child.digest)
  expect(found.attachments.map(({ kind, place }) => `${kind} ${place}`)).toEqual([
    'bundle fallback-tag',
    'bundle fallback-tag',
    'cosign-signature signature-tag',
  ])
  const all = await discover(store, child.digest, { withSboms: true })
  expect(all.attachments.at(-1)).toMatchObject({ kind: 'sbom', place: 'sbom-tag' })
  expect(found).toMatchObject({ problems: [], hasReferrersApi: false })
})

test('what two places list is read once', async () => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'api' })
  const image = await putImage(store)
  const referrer = await attachText(store, image, TYPE, 'x')
  await putIndex(store, [referrer], fallbackTag(image.digest))
  const { attachments } = await discover(store, image.digest)
  expect(attachments.map(({ place }) => place)).toEqual(['referrers'])
})

describe('malformed entries are skipped and told', () => {
  const good = async (): Promise<{ store: ContentStore; image: Descriptor; referrer: Descriptor }> => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const image = await putImage(store)
    return { store, image, referrer: await attachText(store, image, TYPE, 'good') }
  }

  test.each([
    ['no digest', { mediaType: mediaTypes.manifest, size: 1 }],
    ['a digest that is none', { mediaType: mediaTypes.manifest, size: 1, digest: 'sha256:../../x' }],
    ['a negative size', { mediaType: mediaTypes.manifest, size: -1, digest: `sha256:${'0'.repeat(64)}` }],
    ['no object', 'text'],
    ['null', null],
    [
      'annotations that are no strings',
      { mediaType: mediaTypes.manifest, size: 1, digest: `sha256:${'0'.repeat(64)}`, annotations: { a: 1 } },
    ],
  ])('%s', async (_, entry) => {
    const { store, image, referrer } = await good()
    await putIndex(store, [entry as object, referrer], fallbackTag(image.digest))
    const { attachments, problems } = await discover(store, image.digest)
    expect(attachments.map(({ manifest }) => manifest.descriptor.digest)).toEqual([referrer.digest])
    expect(problems).toMatchObject([{ place: 'fallback-tag', code: 'ATTACHMENT_MALFORMED', isUnseen: false }])
  })

  test.each([
    [
      'an image manifest',
      { schemaVersion: 2, mediaType: mediaTypes.manifest, config: emptyBlob.descriptor, layers: [] },
    ],
    ['both at once', { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [], layers: [] }],
    ['no list', { schemaVersion: 2, mediaType: mediaTypes.index, manifests: {} }],
  ])('a fallback tag that holds %s: what it should list is unseen', async (_, manifest) => {
    const { store, image } = await good()
    await putBlob(store, mediaTypes.empty, emptyBlob.bytes)
    await putManifest(store, manifest, fallbackTag(image.digest))
    expect(await problemCodes(store, image)).toEqual(['ATTACHMENT_MALFORMED unseen'])
  })

  test('a fallback tag that is no JSON', async () => {
    const { store, image } = await good()
    const raw = { descriptor: manifestOf({ mediaType: mediaTypes.index }).descriptor, bytes: utf8('{"manifests":[') }
    const reader = lying(store, {
      manifest: async (target) => (target === fallbackTag(image.digest) ? raw : undefined),
    })
    expect(await problemCodes(reader, image)).toEqual(['ATTACHMENT_MALFORMED unseen'])
  })

  test('listed, but not there', async () => {
    const { store, image, referrer } = await good()
    const gone = { mediaType: mediaTypes.manifest, size: 1, digest: `sha256:${'1'.repeat(64)}` }
    await putIndex(store, [gone, referrer], fallbackTag(image.digest))
    expect(await problemCodes(store, image)).toEqual(['ATTACHMENT_MISSING unseen'])
  })

  test('a manifest that is said to be larger than the bound is not asked for', async () => {
    const { store, image } = await good()
    const huge = { mediaType: mediaTypes.manifest, size: limits.manifestBytes + 1, digest: `sha256:${'1'.repeat(64)}` }
    await putIndex(store, [huge], fallbackTag(image.digest))
    const asked: string[] = []
    const reader = lying(store, {
      manifest: (target) => {
        asked.push(target)
        return store.manifest(target)
      },
    })
    expect(await problemCodes(reader, image)).toEqual(['ATTACHMENT_BOUND_REACHED unseen'])
    expect(asked).not.toContain(huge.digest)
  })
})

describe('what hangs on another image, or is no manifest of an attachment', () => {
  const config = emptyBlob.descriptor
  const layers = [{ mediaType: bundleMediaType, digest: emptyBlob.descriptor.digest, size: 2 }]

  test('a subject that is another image', async () => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const image = await putImage(store)
    const other = await putImage(store, 'other')
    await listed(store, image, { config, layers, subject: other })
    expect(await problemCodes(store, image)).toEqual(['ATTACHMENT_OF_ANOTHER_IMAGE'])
  })

  test('no subject at all', async () => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const image = await putImage(store)
    await listed(store, image, { config, layers })
    expect(await problemCodes(store, image)).toEqual(['ATTACHMENT_OF_ANOTHER_IMAGE'])
  })

  test('a Referrers API that lists it all the same', async () => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'api' })
    const image = await putImage(store)
    const other = await putImage(store, 'other')
    const theirs = await attachText(store, other, bundleMediaType, 'of the other')
    const reader = lying(store, { referrers: async () => ({ by: 'api', manifests: [theirs], problems: [] }) })
    const { attachments, problems } = await discover(reader, image.digest)
    expect(attachments).toEqual([])
    expect(problems).toMatchObject([{ place: 'referrers', code: 'ATTACHMENT_OF_ANOTHER_IMAGE' }])
  })

  test('a .sig tag whose manifest has another image as its subject', async () => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    const other = await putImage(store, 'other')
    await putBlob(store, mediaTypes.empty, emptyBlob.bytes)
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, subject: other }
    await putManifest(store, manifest, cosignTag(image.digest, 'sig'))
    expect(await problemCodes(store, image)).toEqual(['ATTACHMENT_OF_ANOTHER_IMAGE'])
  })

  test.each([
    ['manifest and index at once', { config, layers, manifests: [] }],
    ['an index served as a manifest', { manifests: [] }],
    ['a subject that is text', { config, layers, subject: 'sha256:1' }],
  ])('%s', async (_, members) => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const image = await putImage(store)
    await listed(store, image, { subject: image, ...members })
    expect(await problemCodes(store, image)).toEqual(['ATTACHMENT_MALFORMED'])
  })

  test('an index is no attachment, and no problem', async () => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
    const image = await putImage(store)
    await listed(store, image, { mediaType: mediaTypes.index, manifests: [], subject: image })
    expect(await discover(store, image.digest)).toMatchObject({ attachments: [], problems: [] })
  })
})

describe('places that cannot be read', () => {
  const fault = async (): Promise<never> => {
    throw new Fault('REGISTRY_UNAUTHORIZED', 3, 'No.')
  }

  test('the Referrers API', async () => {
    const store = memoryStore('registry.test/shop/api')
    const { child } = await furnish(store)
    const { attachments, problems, hasReferrersApi } = await discover(lying(store, { referrers: fault }), child.digest)
    expect(problems).toMatchObject([{ place: 'referrers', code: 'ATTACHMENT_UNREADABLE', isUnseen: true }])
    expect(attachments.map(({ kind }) => kind)).toEqual(['cosign-signature'])
    expect(hasReferrersApi).toBe(false)
  })

  test('the tags', async () => {
    const store = memoryStore('registry.test/shop/api')
    const { child } = await furnish(store)
    const { attachments, problems } = await discover(lying(store, { manifest: fault }), child.digest)
    expect(attachments).toEqual([])
    expect(problems.every(({ code, isUnseen }) => code === 'ATTACHMENT_UNREADABLE' && isUnseen)).toBe(true)
    expect(new Set(problems.map(({ place }) => place))).toEqual(
      new Set(['referrers', 'fallback-tag', 'signature-tag', 'attestation-tag']),
    )
  })

  test('what a listing left out by a bound', async () => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    const reader = lying(store, {
      referrers: async () => ({ by: 'api', manifests: [], problems: [{ what: 'More pages.', isBound: true }] }),
    })
    expect(await problemCodes(reader, image)).toEqual(['ATTACHMENT_BOUND_REACHED unseen'])
  })

  test('an error of our own is none of the place', async () => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    const reader = lying(store, { referrers: () => Promise.reject(new TypeError('a bug')) })
    await expect(discover(reader, image.digest)).rejects.toThrow(TypeError)
  })
})

describe('ten thousand foreign referrers', () => {
  const crowd = (artifactType: string): Descriptor[] =>
    Array.from({ length: 10_000 }, (_, at) => ({
      mediaType: mediaTypes.manifest,
      digest: `sha256:${at.toString(16).padStart(64, '0')}` as Descriptor['digest'],
      size: 100,
      artifactType,
    }))

  test.each(['application/vnd.foreign', '', mediaTypes.config])('of type "%s" do not hide a good one', async (type) => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'api' })
    const { child } = await furnish(store)
    const own = (await store.referrers(child.digest)).manifests
    let asked = 0
    const reader = lying(store, {
      referrers: async () => ({ by: 'api', manifests: [...crowd(type), ...own], problems: [] }),
      manifest: (target) => {
        asked += 1
        return store.manifest(target)
      },
    })
    const { attachments, problems } = await discover(reader, child.digest)
    expect(attachments.filter(({ kind }) => kind === 'bundle')).toHaveLength(2)
    expect(problems.at(-1)).toMatchObject({ code: 'ATTACHMENT_BOUND_REACHED', isUnseen: true })
    expect(asked).toBeLessThanOrEqual(limits.attachments + 3)
  })

  test("that claim to be bundles leave Cosign's tags and the fallback tag to be read, and are told", async () => {
    const store = memoryStore('registry.test/shop/api', { referrers: 'api' })
    const { child } = await furnish(store)
    const reader = lying(store, {
      referrers: async () => ({ by: 'api', manifests: crowd(bundleMediaType), problems: [] }),
    })
    const { attachments, problems } = await discover(reader, child.digest)
    expect(attachments.map(({ kind }) => kind)).toEqual(['cosign-signature'])
    expect(problems.some(({ code }) => code === 'ATTACHMENT_BOUND_REACHED')).toBe(true)
  })
})

/** One suite for every implementation of the content ports (src/oci/content.ts): registry, layout, memory. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat, digestOf, Fault, utf8 } from '../../src/base/index.ts'
import {
  type BlobReader,
  type ContentStore,
  type Descriptor,
  emptyBlob,
  mediaTypes,
  type RawManifest,
} from '../../src/oci/index.ts'

export interface SuiteStore {
  readonly store: ContentStore
  /** Another repository of the same place, where it has several: for mounts. */
  readonly sibling?: { readonly store: ContentStore; readonly repository: string }
  close(): Promise<void>
}

export interface SuiteTraits {
  /** What `referrers` answers with; `unsupported` skips what needs the list. */
  readonly referrers: 'api' | 'scan' | 'unsupported'
  /** A place that cannot delete leaves those cases out. */
  readonly deletes?: boolean
  /** What a place of other people is known not to do. */
  readonly gaps?: readonly Gap[]
}

/** `tags-outlive-manifests`: a deleted manifest stays under its tags. `referrer-details`: listed with a wrong type, without `OCI-Subject`. */
export type Gap = 'sha512-manifests' | 'tag-deletes' | 'tags-outlive-manifests' | 'referrer-details'

/**
 * Runs the shared cases against an implementation; a fresh store is asked for once.
 * @example contentStoreSuite('memory', { referrers: 'scan' }, async () => ({ store: memoryStore('memory'), close: async () => {} }))
 */
/** A case that the implementation cannot have is not registered: a skip means something that should have run. */
function when(applies: boolean): (name: string, body: () => Promise<void>) => void {
  return (name, body) => {
    if (applies) it(name, body)
  }
}

export function contentStoreSuite(name: string, traits: SuiteTraits, open: () => Promise<SuiteStore>): void {
  describe(`ContentStore: ${name}`, () => {
    let place: SuiteStore
    const store = (): ContentStore => place.store
    beforeAll(async () => {
      place = await open()
      await place.store.putBlob(emptyBlob.descriptor, { parts: [emptyBlob.bytes] })
    })
    afterAll(async () => {
      await place.close()
    })

    describe('blobs', () => {
      blobCases(store)
      it('mounts from another repository of the same place', async () => {
        if (place.sibling === undefined) return
        const { bytes, descriptor } = blobOf('a layer that another repository has')
        await place.sibling.store.putBlob(descriptor, { parts: [bytes] })
        await store().putBlob(
          descriptor,
          {
            open: () => {
              throw new Error('a mounted blob is not read')
            },
          },
          { mountFrom: place.sibling.repository },
        )
        expect(Buffer.from(await store().blob(descriptor, 1000))).toEqual(Buffer.from(bytes))
      })
    })
    describe('manifests', () => manifestCases(store, traits))
    describe('referrers', () => referrerCases(store, traits))
    describe('tags', () => tagCases(store))
  })
}

function blobCases(store: () => ContentStore): void {
  it('gives back what was put, whole and as a stream', async () => {
    const { bytes, descriptor } = blobOf('some layer')
    await store().putBlob(descriptor, { parts: [bytes.subarray(0, 4), bytes.subarray(4)] })
    expect(Buffer.from(await store().blob(descriptor, 100))).toEqual(Buffer.from(bytes))
    expect(await collect(store(), descriptor)).toEqual(Buffer.from(bytes))
  })

  it('takes an empty blob', async () => {
    const { bytes, descriptor } = blobOf('')
    await store().putBlob(descriptor, { parts: [bytes] })
    expect(await store().hasBlob(descriptor.digest)).toBe(true)
    expect((await store().blob(descriptor, 0)).length).toBe(0)
  })

  it('takes sha512', async () => {
    const bytes = utf8('hashed with sha512')
    const descriptor = { mediaType: mediaTypes.layer, digest: digestOf(bytes, 'sha512'), size: bytes.length }
    await store().putBlob(descriptor, { parts: [bytes] })
    expect(Buffer.from(await store().blob(descriptor, 100))).toEqual(Buffer.from(bytes))
  })

  it('takes a stream of several pieces', async () => {
    const piece = Buffer.alloc(300_000, 7)
    const bytes = concat(piece, piece, piece)
    const descriptor = { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length }
    await store().putBlob(descriptor, { open: () => pieces([piece, piece, piece]) })
    expect(digestOf(await collect(store(), descriptor))).toBe(descriptor.digest)
  })

  it('puts the same blob twice, also at the same time', async () => {
    const { bytes, descriptor } = blobOf('pushed by two at once')
    await Promise.all([1, 2, 3].map(() => store().putBlob(descriptor, { parts: [bytes] })))
    await store().putBlob(descriptor, { parts: [bytes] })
    expect(await store().hasBlob(descriptor.digest)).toBe(true)
  })

  it('says what it does not have', async () => {
    const { descriptor } = blobOf('never pushed')
    expect(await store().hasBlob(descriptor.digest)).toBe(false)
    expect(await codeOf(store().blob(descriptor, 100))).toBe('CONTENT_MISSING')
    expect(await codeOf(collect(store(), descriptor))).toBe('CONTENT_MISSING')
  })

  it('reads no more than it may', async () => {
    const { bytes, descriptor } = blobOf('longer than ten bytes')
    await store().putBlob(descriptor, { parts: [bytes] })
    expect(await codeOf(store().blob(descriptor, 10))).toBe('LIMIT_EXCEEDED')
    expect(await codeOf(store().blob({ ...descriptor, size: 10 }, 10))).toMatch(/^(DIGEST_MISMATCH|LIMIT_EXCEEDED)$/)
  })

  it('refuses a blob whose length is not what its descriptor says', async () => {
    const { bytes, descriptor } = blobOf('length that a descriptor lies about')
    await store().putBlob(descriptor, { parts: [bytes] })
    for (const size of [descriptor.size - 1, descriptor.size + 1]) {
      expect(await codeOf(store().blob({ ...descriptor, size }, 1000))).toBe('DIGEST_MISMATCH')
      expect(await codeOf(collect(store(), { ...descriptor, size }))).toBe('DIGEST_MISMATCH')
    }
  })

  it('refuses to take bytes that are not what their descriptor says, and keeps nothing', async () => {
    const { descriptor } = blobOf('what was promised!')
    const other = utf8('what was delivered')
    expect(other.length).toBe(descriptor.size)
    expect(await codeOf(store().putBlob(descriptor, { parts: [other] }))).toBe('DIGEST_MISMATCH')
    expect(await codeOf(store().putBlob(descriptor, { open: () => pieces([other]) }))).toBe('DIGEST_MISMATCH')
    expect(await codeOf(store().putBlob(descriptor, { parts: [utf8('short')] }))).toBe('DIGEST_MISMATCH')
    expect(await store().hasBlob(descriptor.digest)).toBe(false)
  })

  it('passes on the error of a stream that breaks, and keeps nothing', async () => {
    const { bytes, descriptor } = blobOf('a stream that breaks')
    const open = async function* (): AsyncGenerator<Bytes> {
      yield bytes.subarray(0, 5)
      throw new RangeError('the disk is gone')
    }
    await expect(store().putBlob(descriptor, { open })).rejects.toThrow('the disk is gone')
    expect(await store().hasBlob(descriptor.digest)).toBe(false)
  })

  it('lets a reader leave in the middle', async () => {
    const bytes = Buffer.alloc(2_000_000, 3)
    const descriptor = { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length }
    await store().putBlob(descriptor, { parts: [bytes] })
    for await (const part of store().openBlob(descriptor)) {
      expect(part.length).toBeGreaterThan(0)
      break
    }
    expect((await store().blob(descriptor, 2_000_000)).length).toBe(2_000_000)
  })
}

function manifestCases(store: () => ContentStore, traits: SuiteTraits): void {
  it('gives back the exact bytes by digest and by tag', async () => {
    const manifest = manifestOf({ annotations: { n: 'exact' } }, ' \n')
    const put = await store().putManifest(manifest, 'v1')
    expect(put.digest).toBe(manifest.descriptor.digest)
    for (const target of ['v1', manifest.descriptor.digest]) {
      const found = await store().manifest(target)
      expect(Buffer.from(found?.bytes ?? [])).toEqual(Buffer.from(manifest.bytes))
      expect(found?.descriptor).toMatchObject({
        digest: manifest.descriptor.digest,
        mediaType: mediaTypes.manifest,
        size: manifest.bytes.length,
      })
      expect(await store().resolve(target)).toMatchObject({
        digest: manifest.descriptor.digest,
        mediaType: mediaTypes.manifest,
        size: manifest.bytes.length,
      })
    }
  })

  it('keeps a manifest that has no tag', async () => {
    const manifest = manifestOf({ annotations: { n: 'no tag' } })
    await store().putManifest(manifest)
    expect((await store().manifest(manifest.descriptor.digest))?.descriptor.digest).toBe(manifest.descriptor.digest)
  })

  it('keeps an index', async () => {
    const child = manifestOf({ annotations: { n: 'child' } })
    await store().putManifest(child)
    const index = rawManifest(
      { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [child.descriptor] },
      mediaTypes.index,
    )
    await store().putManifest(index, 'index')
    expect((await store().manifest('index'))?.descriptor).toMatchObject({
      mediaType: mediaTypes.index,
      digest: index.descriptor.digest,
    })
  })

  when(!has(traits, 'sha512-manifests'))('keeps a manifest that is named by sha512', async () => {
    const manifest = manifestOf({ annotations: { n: 'sha512' } }, '', 'sha512')
    await store().putManifest(manifest)
    const found = await store().manifest(manifest.descriptor.digest)
    expect(found?.descriptor.digest).toBe(manifest.descriptor.digest)
  })

  it('moves a tag', async () => {
    const [one, two] = [manifestOf({ annotations: { n: 'one' } }), manifestOf({ annotations: { n: 'two' } })]
    await store().putManifest(one, 'moves')
    await store().putManifest(two, 'moves')
    expect((await store().resolve('moves'))?.digest).toBe(two.descriptor.digest)
    expect((await store().resolve(one.descriptor.digest))?.digest).toBe(one.descriptor.digest)
  })

  it('answers undefined for what is not there', async () => {
    const absent = manifestOf({ annotations: { n: 'absent' } }).descriptor.digest
    for (const target of ['no-such-tag', absent]) {
      expect(await store().manifest(target)).toBeUndefined()
      expect(await store().resolve(target)).toBeUndefined()
    }
  })

  it('refuses a manifest whose bytes are not what its descriptor says', async () => {
    const manifest = manifestOf({ annotations: { n: 'mismatch' } })
    const other = manifestOf({ annotations: { n: 'other' } })
    const wrong = { descriptor: manifest.descriptor, bytes: other.bytes }
    expect(await codeOf(store().putManifest(wrong, 'wrong'))).toBe('DIGEST_MISMATCH')
    expect(await store().resolve('wrong')).toBeUndefined()
  })

  when(traits.deletes !== false)('deletes by digest, and once more without complaint', async () => {
    const manifest = manifestOf({ annotations: { n: 'deleted' } })
    await store().putManifest(manifest, 'deleted')
    await store().deleteManifest(manifest.descriptor.digest)
    expect(await store().manifest(manifest.descriptor.digest)).toBeUndefined()
    if (!has(traits, 'tags-outlive-manifests')) expect(await store().resolve('deleted')).toBeUndefined()
    await store().deleteManifest(manifest.descriptor.digest)
  })

  when(traits.deletes !== false && !has(traits, 'tag-deletes'))('deletes a tag and keeps its manifest', async () => {
    const manifest = manifestOf({ annotations: { n: 'untagged' } })
    await store().putManifest(manifest, 'untagged')
    await store().deleteManifest('untagged')
    expect(await store().resolve('untagged')).toBeUndefined()
    expect((await store().resolve(manifest.descriptor.digest))?.digest).toBe(manifest.descriptor.digest)
  })
}

function referrerCases(store: () => ContentStore, traits: SuiteTraits): void {
  it('says how it knows', async () => {
    const subject = manifestOf({ annotations: { n: 'lonely' } })
    expect(await store().referrers(subject.descriptor.digest)).toMatchObject({ by: traits.referrers, manifests: [] })
  })

  when(traits.referrers !== 'unsupported')('lists what names the digest as its subject, and nothing else', async () => {
    const subject = manifestOf({ annotations: { n: 'subject' } })
    const stranger = manifestOf({ annotations: { n: 'stranger' } })
    await store().putManifest(subject, 'subject')
    const artifactType = 'application/vnd.example.signature'
    const referrer = manifestOf({ artifactType, subject: subject.descriptor, annotations: { n: 'referrer' } })
    const other = manifestOf({ artifactType, subject: stranger.descriptor, annotations: { n: 'elsewhere' } })
    const put = await store().putManifest(referrer)
    await store().putManifest(other)
    if (!has(traits, 'referrer-details')) expect(put.listsReferrers).toBe(true)
    const found = await store().referrers(subject.descriptor.digest)
    expect(found.problems).toEqual([])
    expect(found.manifests).toHaveLength(1)
    expect(found.manifests[0]).toMatchObject({
      digest: referrer.descriptor.digest,
      mediaType: mediaTypes.manifest,
      size: referrer.bytes.length,
      ...(has(traits, 'referrer-details') ? {} : { artifactType, annotations: { n: 'referrer' } }),
    })
  })

  when(traits.referrers !== 'unsupported')('lists a referrer that came before its subject', async () => {
    const subject = manifestOf({ annotations: { n: 'later' } })
    const referrer = manifestOf({ subject: subject.descriptor, annotations: { n: 'early' } })
    await store().putManifest(referrer)
    expect((await store().referrers(subject.descriptor.digest)).manifests.map((one) => one.digest)).toEqual([
      referrer.descriptor.digest,
    ])
  })

  when(traits.referrers !== 'unsupported' && traits.deletes !== false)('forgets a deleted referrer', async () => {
    const subject = manifestOf({ annotations: { n: 'was signed' } })
    const referrer = manifestOf({ subject: subject.descriptor, annotations: { n: 'goes away' } })
    await store().putManifest(referrer)
    await store().deleteManifest(referrer.descriptor.digest)
    expect((await store().referrers(subject.descriptor.digest)).manifests).toEqual([])
  })
}

function tagCases(store: () => ContentStore): void {
  it('lists each tag once', async () => {
    const manifest = manifestOf({ annotations: { n: 'tags' } })
    for (const tag of ['list-b', 'list-a', 'list-c', 'list-a']) await store().putManifest(manifest, tag)
    const tags: string[] = []
    for await (const tag of store().tags()) tags.push(tag)
    expect(tags.filter((tag) => tag.startsWith('list-')).sort()).toEqual(['list-a', 'list-b', 'list-c'])
  })
}

function has(traits: SuiteTraits, gap: Gap): boolean {
  return traits.gaps?.includes(gap) === true
}

function blobOf(text: string): { bytes: Bytes; descriptor: Descriptor } {
  const bytes = utf8(text)
  return { bytes, descriptor: { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length } }
}

/** An image manifest over the empty blob; `tail` is white space that a re-encoding would lose. */
export function manifestOf(members: object, tail = '', algorithm: 'sha256' | 'sha512' = 'sha256'): RawManifest {
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: emptyBlob.descriptor,
    layers: [emptyBlob.descriptor],
    ...members,
  }
  return rawManifest(content, mediaTypes.manifest, tail, algorithm)
}

function rawManifest(
  content: object,
  mediaType: string,
  tail = '',
  algorithm: 'sha256' | 'sha512' = 'sha256',
): RawManifest {
  const bytes = utf8(JSON.stringify(content) + tail)
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes, algorithm), size: bytes.length } }
}

async function* pieces(parts: readonly Bytes[]): AsyncGenerator<Bytes> {
  yield* parts
}

async function collect(reader: BlobReader, descriptor: Descriptor): Promise<Buffer> {
  const parts: Bytes[] = []
  for await (const part of reader.openBlob(descriptor)) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** The code of the Fault that a promise ends with; `resolved` when it does not fail. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
  return 'resolved'
}

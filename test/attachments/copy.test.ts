import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CopyOptions, type CopyResult, copyImage, discover, parsePlatform } from '../../src/attachments/index.ts'
import { Fault, utf8 } from '../../src/base/index.ts'
import { cosignTag, fallbackTag } from '../../src/envelope/index.ts'
import { memoryStore, openLayout, openLayoutForWriting, writeArchive } from '../../src/layout/index.ts'
import { type ContentReader, type ContentStore, type Descriptor, emptyBlob, mediaTypes } from '../../src/oci/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { putBlob, putImage, putIndex, putManifest } from '../support/image.ts'
import { signatureQuestion } from '../support/keys.ts'
import { attachText, type Furnished, furnish, noWait } from './helpers.ts'

type Kind = 'api' | 'unsupported' | 'scan'
const kinds: readonly Kind[] = ['api', 'unsupported', 'scan']
const pairs = kinds.flatMap((from) => kinds.map((to) => ({ from, to })))

function copy(
  source: ContentReader,
  destination: ContentStore,
  options: Partial<CopyOptions> = {},
  target = '1.4',
): Promise<CopyResult> {
  return copyImage(source, destination, target, { tag: '1.4', pause: noWait, ...options })
}

async function expectWhole(destination: ContentReader, made: Furnished): Promise<void> {
  for (const { digest } of [made.index, made.child, made.other, made.bundle, made.ofBundle])
    expect((await destination.manifest(digest))?.descriptor.digest).toBe(digest)
  expect((await destination.resolve('1.4'))?.digest).toBe(made.index.digest)
  for (const [subject, kindsThere] of [
    [made.index, ['bundle', 'cosign-signature']],
    [made.child, ['bundle', 'bundle', 'cosign-signature', 'sbom']],
    [made.bundle, ['unknown']],
  ] as const) {
    const { attachments, problems } = await discover(destination, subject.digest, { withSboms: true })
    expect(attachments.map(({ kind }) => kind).sort()).toEqual(kindsThere)
    expect(problems).toEqual([])
  }
}

describe.each(pairs)('copy where referrers are $from to where they are $to', ({ from, to }) => {
  test('the image comes with everything that hangs on it, byte for byte', async () => {
    const source = memoryStore('source.test/shop/api', { referrers: from })
    const destination = memoryStore('mirror.test/shop/api', { referrers: to })
    const made = await furnish(source)
    const result = await copy(source, destination)
    expect(result).toMatchObject({ digest: made.index.digest, tag: '1.4', isIncomplete: false, problems: [] })
    expect(result).toMatchObject({ attachments: 7, mergedTags: [], manifests: { sent: 10, present: 0 } })
    await expectWhole(destination, made)
    const verdict = await verifyImage({ image: destination }, '1.4', signatureQuestion([made.trusted]))
    expect(verdict.verdict).toBe('verified')
  })

  test('the same again sends nothing', async () => {
    const source = memoryStore('source.test/shop/api', { referrers: from })
    const destination = memoryStore('mirror.test/shop/api', { referrers: to })
    await furnish(source)
    const first = await copy(source, destination)
    const again = await copy(source, destination)
    expect(again).toMatchObject({ bytesSent: 0, bytesSkipped: first.bytesSent + first.bytesSkipped })
    expect(again).toMatchObject({ blobs: { sent: 0 }, manifests: { sent: 0, present: 10 } })
  })
})

test('the fallback index at the destination says artifact type and annotations, and keeps the entries of others', async () => {
  const source = memoryStore('source.test/shop/api', { referrers: 'api' })
  const destination = memoryStore('mirror.test/shop/api', { referrers: 'unsupported' })
  const made = await furnish(source)
  const theirs = await putImage(destination, 'somebody else’s')
  await putIndex(
    destination,
    [{ ...theirs, artifactType: 'application/vnd.theirs', extra: 1 }, { broken: true }],
    fallbackTag(made.child.digest),
  )
  await copy(source, destination)
  const raw = await destination.manifest(fallbackTag(made.child.digest))
  const index = JSON.parse(Buffer.from(raw?.bytes ?? []).toString())
  expect(index.manifests).toHaveLength(3)
  expect(index.manifests[0]).toMatchObject({ digest: theirs.digest, extra: 1 })
  const signed = index.manifests.find((entry: Descriptor) => entry.annotations?.['dev.sigstore.bundle.predicateType'])
  expect(signed).toMatchObject({
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    mediaType: mediaTypes.manifest,
  })
})

test('an entry without artifact type, as older tools write it, is corrected', async () => {
  const source = memoryStore('source.test/shop/api', { referrers: 'api' })
  const destination = memoryStore('mirror.test/shop/api', { referrers: 'unsupported' })
  const made = await furnish(source)
  await copy(source, destination)
  const { mediaType, digest, size } = made.ofBundle
  await putIndex(destination, [{ mediaType, digest, size }], fallbackTag(made.bundle.digest))
  expect(await copy(source, destination)).toMatchObject({ bytesSent: 0 })
  const raw = await destination.manifest(fallbackTag(made.bundle.digest))
  expect(JSON.parse(Buffer.from(raw?.bytes ?? []).toString()).manifests).toMatchObject([
    { digest, artifactType: 'application/vnd.example.note' },
  ])
})

test("Cosign's tags that hold something else keep it beside what is copied", async () => {
  const source = memoryStore('source.test/shop/api')
  const destination = memoryStore('mirror.test/shop/api')
  const made = await furnish(source)
  const tag = cosignTag(made.index.digest, 'sig')
  const layer = await putBlob(destination, 'application/vnd.dev.cosign.simplesigning.v1+json', 'another signature')
  const theirs = { ...layer, annotations: { 'dev.cosignproject.cosign/signature': 'abcd' }, extra: 'kept' }
  const config = await putBlob(destination, mediaTypes.config, '{}')
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: [theirs],
    annotations: { by: 'them' },
  }
  await putManifest(destination, manifest, tag)
  expect(await copy(source, destination)).toMatchObject({ mergedTags: [tag] })
  const merged = JSON.parse(Buffer.from((await destination.manifest(tag))?.bytes ?? []).toString())
  expect(merged.layers).toHaveLength(2)
  expect(merged).toMatchObject({ annotations: { by: 'them' }, layers: [{ extra: 'kept' }, {}] })
  expect(await copy(source, destination)).toMatchObject({ mergedTags: [], bytesSent: 0 })
})

describe('a copy that stops in the middle', () => {
  const failing = (store: ContentStore, at: number): ContentStore => {
    let puts = 0
    return new Proxy(store, {
      get: (target, name) => {
        const member = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          if ((name === 'putBlob' || name === 'putManifest') && ++puts > at)
            throw new Fault('REGISTRY_UNAVAILABLE', 3, 'It went away.')
          return Reflect.apply(member, target, args)
        }
      },
    })
  }

  test.each([6, 9, 12, 17, 22])('after %i writes: the tag is not there; the same command finishes it', async (at) => {
    const source = memoryStore('source.test/shop/api', { referrers: 'api' })
    const destination = memoryStore('mirror.test/shop/api', { referrers: 'unsupported' })
    const made = await furnish(source)
    const error = await copy(source, failing(destination, at)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'COPY_INCOMPLETE', status: 3, facts: { reason: expect.any(String) } })
    expect(await destination.resolve('1.4')).toBeUndefined()
    const result = await copy(source, destination)
    expect(result.bytesSkipped).toBeGreaterThan(0)
    await expectWhole(destination, made)
  })

  test('before anything was written the failure is its own', async () => {
    const source = memoryStore('source.test/shop/api')
    await furnish(source)
    const error = await copy(source, failing(memoryStore('mirror.test/shop/api'), 0)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
  })
})

describe('what is asked for', () => {
  test('--platform: one image with its own attachments, by its own digest', async () => {
    const source = memoryStore('source.test/shop/api')
    const destination = memoryStore('mirror.test/shop/api')
    const made = await furnish(source)
    const result = await copy(source, destination, { platform: parsePlatform('linux/amd64') })
    expect(result).toMatchObject({ digest: made.child.digest, index: made.index.digest })
    expect((await destination.resolve('1.4'))?.digest).toBe(made.child.digest)
    expect(await destination.resolve(made.index.digest)).toBeUndefined()
    expect(await destination.resolve(cosignTag(made.index.digest, 'sig'))).toBeUndefined()
    expect(await destination.resolve(cosignTag(made.child.digest, 'sig'))).toBeDefined()
  })

  test.each(['linux/arm64', 'linux/arm64/v8'])('--platform %s finds arm64/v8', async (platform) => {
    const source = memoryStore('source.test/shop/api')
    const made = await furnish(source)
    const result = await copy(source, memoryStore('mirror'), { platform: parsePlatform(platform) })
    expect(result.digest).toBe(made.other.digest)
  })

  test.each([
    ['linux/s390x', 'COPY_PLATFORM_MISSING'],
    ['linux/arm64/v9', 'COPY_PLATFORM_MISSING'],
  ])('--platform %s: %s', async (platform, code) => {
    const source = memoryStore('source.test/shop/api')
    await furnish(source)
    await expect(copy(source, memoryStore('mirror'), { platform: parsePlatform(platform) })).rejects.toMatchObject({
      code,
      status: 2,
    })
  })

  test.each(['linux', 'linux/', '/amd64', 'linux/arm/v7/x', ''])('the platform "%s" is none', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'COPY_PLATFORM_INVALID' }))
  })

  test('a single image of another platform is refused', async () => {
    const source = memoryStore('source.test/shop/api')
    await putImage(source, 'x', '1.4')
    await expect(copy(source, memoryStore('mirror'), { platform: parsePlatform('linux/arm64') })).rejects.toMatchObject(
      { code: 'COPY_PLATFORM_MISSING' },
    )
    expect(await copy(source, memoryStore('mirror'), { platform: parsePlatform('linux/amd64') })).toMatchObject({
      tag: '1.4',
    })
  })

  test('--only signatures: not the image, no SBOM', async () => {
    const source = memoryStore('source.test/shop/api')
    const destination = memoryStore('mirror.test/shop/api')
    const made = await furnish(source)
    const result = await copy(source, destination, { only: ['signature'] })
    expect(result.tag).toBeUndefined()
    expect(await destination.resolve('1.4')).toBeUndefined()
    expect(await destination.resolve(made.child.digest)).toBeUndefined()
    expect(await destination.resolve(cosignTag(made.child.digest, 'sig'))).toBeDefined()
    expect(await destination.resolve(cosignTag(made.child.digest, 'sbom'))).toBeUndefined()
    expect((await destination.referrers(made.child.digest)).manifests).toHaveLength(1)
    expect(await copy(source, destination, { only: ['sbom'] })).toMatchObject({ attachments: 1 })
  })

  test('--without-attachments', async () => {
    const source = memoryStore('source.test/shop/api')
    const destination = memoryStore('mirror.test/shop/api')
    await furnish(source)
    expect(await copy(source, destination, { withoutAttachments: true })).toMatchObject({
      attachments: 0,
      manifests: { sent: 3 },
    })
  })

  test('by digest, without a tag', async () => {
    const source = memoryStore('source.test/shop/api')
    const destination = memoryStore('mirror.test/shop/api')
    const made = await furnish(source)
    const result = await copyImage(source, destination, made.child.digest, { pause: noWait })
    expect(result.digest).toBe(made.child.digest)
    expect(await destination.resolve('1.4')).toBeUndefined()
  })

  test('progress ends at its total', async () => {
    const source = memoryStore('source.test/shop/api')
    await furnish(source)
    const seen: { bytes: number; totalBytes: number; items: number; totalItems: number }[] = []
    await copy(source, memoryStore('mirror'), { onProgress: (progress) => seen.push(progress) })
    const last = seen.at(-1)
    expect(last).toMatchObject({ bytes: last?.totalBytes, items: last?.totalItems })
    expect(seen.every(({ bytes, totalBytes }) => bytes >= 0 && bytes <= totalBytes)).toBe(true)
  })
})

describe('sources that are wrong', () => {
  test('no such tag', async () => {
    await expect(copy(memoryStore('source'), memoryStore('mirror'))).rejects.toMatchObject({
      code: 'COPY_SOURCE_MISSING',
      status: 3,
    })
  })

  test('an index that names what is not there', async () => {
    const source = memoryStore('source')
    const child = await putImage(memoryStore('elsewhere'))
    await putIndex(source, [child], '1.4')
    await expect(copy(source, memoryStore('mirror'))).rejects.toMatchObject({ code: 'COPY_SOURCE_INCOMPLETE' })
  })

  test('a layer that may not be distributed and is not there is left where its URLs say', async () => {
    const source = memoryStore('source')
    const config = await putBlob(source, mediaTypes.config, '{}')
    const gone = { digest: `sha256:${'1'.repeat(64)}`, size: 1000, urls: ['https://example.org/layer'] }
    const layers = [{ ...gone, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }]
    await putManifest(source, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }, '1.4')
    expect(await copy(source, memoryStore('mirror'))).toMatchObject({ blobs: { foreign: 1, sent: 1 } })
    const missing = [{ ...gone, mediaType: mediaTypes.layer }]
    await putManifest(source, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: missing }, '1.4')
    await expect(copy(source, memoryStore('mirror'))).rejects.toMatchObject({ code: 'CONTENT_MISSING' })
  })

  test('a place that cannot be read makes the copy incomplete, and says so', async () => {
    const store = memoryStore('source')
    await furnish(store)
    const source = new Proxy(store, {
      get: (target, name) =>
        name === 'referrers'
          ? async () => {
              throw new Fault('REGISTRY_UNAUTHORIZED', 3, 'No.')
            }
          : (Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)),
    })
    const result = await copy(source, memoryStore('mirror'))
    expect(result.isIncomplete).toBe(true)
    expect(result.problems.every(({ code }) => code === 'ATTACHMENT_UNREADABLE')).toBe(true)
  })

  test('indexes that name one another many times are read once each', async () => {
    const source = memoryStore('source')
    let below: Descriptor = await putImage(source)
    for (let depth = 0; depth < 7; depth++) {
      const same = below
      below = await putIndex(
        source,
        Array.from({ length: 50 }, (_, at) => ({ ...same, annotations: { at: `${at}` } })),
        '1.4',
      )
    }
    expect(await copy(source, memoryStore('mirror'))).toMatchObject({ manifests: { sent: 8 } })
  })

  test('indexes nested deeper than the bound', async () => {
    const source = memoryStore('source')
    let below = await putImage(source)
    for (let depth = 0; depth < 12; depth++) below = await putIndex(source, [below], '1.4')
    await expect(copy(source, memoryStore('mirror'))).rejects.toMatchObject({ code: 'COPY_TOO_MUCH' })
  })

  test('attachments of attachments deeper than the bound are told', async () => {
    const source = memoryStore('source')
    let below = await putImage(source, 'x', '1.4')
    for (let depth = 0; depth < 12; depth++)
      below = await attachText(source, below, 'application/vnd.example', `${depth}`)
    expect(await copy(source, memoryStore('mirror'))).toMatchObject({ isIncomplete: true, attachments: 8 })
  })

  test('a referrer that is an index comes with what it names', async () => {
    const source = memoryStore('source')
    const destination = memoryStore('mirror')
    const image = await putImage(source, 'x', '1.4')
    const part = await putImage(source, 'part')
    const blob = await putBlob(source, 'application/vnd.example', 'a blob in an index')
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, subject: image, manifests: [part, blob] }
    const referrer = await putManifest(source, index)
    await copy(source, destination)
    expect(await destination.resolve(part.digest)).toBeDefined()
    expect((await destination.referrers(image.digest)).manifests.map(({ digest }) => digest)).toEqual([referrer.digest])
    expect(await destination.blob(blob, 100)).toEqual(utf8('a blob in an index'))
  })
})

describe('layouts and archives', () => {
  test('there and back keeps every digest; referrers are in blobs and index.json', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zegel-copy-'))
    try {
      const source = memoryStore('source', { referrers: 'api' })
      const made = await furnish(source)
      const layout = await openLayoutForWriting(join(folder, 'layout'))
      await copy(source, layout)
      await expectWhole(layout, made)
      const entries = (await layout.entries()).map(({ descriptor }) => descriptor.digest)
      expect(entries).toContain(made.bundle.digest)
      const reader = await openLayout(join(folder, 'layout'))
      expect((await reader.resolveImage({})).descriptor.digest).toBe(made.index.digest)

      await using archive = await writeArchive(join(folder, 'image.tar'), { temporary: folder })
      await copy(reader, archive)
      await archive.finish()
      await using again = await writeArchive(join(folder, 'image.tar'), { temporary: folder })
      expect(await copy(reader, again)).toMatchObject({ bytesSent: 0 })
      const back = memoryStore('back', { referrers: 'unsupported' })
      await copy(again, back)
      await expectWhole(back, made)
      await reader.dispose()
      await layout.dispose()
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('the empty blob is stored', async () => {
    const source = memoryStore('source')
    await furnish(source)
    const destination = memoryStore('mirror')
    await copy(source, destination)
    expect(await destination.hasBlob(emptyBlob.descriptor.digest)).toBe(true)
  })
})

/** OCI image layout in a folder (OCI image-spec 1.1, image-layout.md): reading, choosing, writing, and layouts that were tampered with. */

import { execFile } from 'node:child_process'
import { cp, link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Digest, utf8 } from '../../src/base/index.ts'
import { type LayoutReader, openLayout, openLayoutForWriting } from '../../src/layout/index.ts'
import type { ContentStore, RawManifest } from '../../src/oci/index.ts'
import { blobOf, codeOf, collect, faultOf, folders, indexOf, putImage, putReferrer, vectors } from './helpers.ts'

const folder = folders()
const image = 'sha256:1519ae5551bd34a17f96dd17392137d27fc30d64bbb94051f8095d32a8172c0b' as Digest

async function made(fill: (store: ContentStore) => Promise<void>): Promise<{ path: string; layout: LayoutReader }> {
  const path = join(await folder(), 'layout')
  await fill(await openLayoutForWriting(path))
  return { path, layout: await openLayout(path) }
}

function blobPath(path: string, digest: Digest): string {
  return join(path, 'blobs', digest.replace(':', '/'))
}

async function indexJson(
  path: string,
): Promise<{ manifests: { digest: string; annotations?: Record<string, string> }[] }> {
  return JSON.parse(await readFile(join(path, 'index.json'), 'utf8'))
}

describe('what cosign save writes', () => {
  it('names its single image without a tag', async () => {
    for (const name of ['bundle', 'legacy']) {
      const layout = await openLayout(join(vectors, name))
      expect((await layout.resolveImage({})).descriptor.digest).toBe(image)
    }
  })

  it('finds bundles that are in blobs/ alone, and not the statements that have a subject too', async () => {
    const layout = await openLayout(join(vectors, 'bundle'))
    const found = await layout.referrers(image)
    expect(found.by).toBe('scan')
    expect(found.problems).toEqual([])
    expect(found.manifests.map(({ artifactType }) => artifactType)).toEqual(
      Array(3).fill('application/vnd.dev.sigstore.bundle.v0.3+json'),
    )
    expect(found.manifests.map(({ annotations }) => annotations?.['dev.sigstore.bundle.predicateType']).sort()).toEqual(
      ['https://cyclonedx.org/bom', 'https://sigstore.dev/cosign/sign/v1', 'https://sigstore.dev/cosign/sign/v1'],
    )
  })

  it('answers for the legacy tag with the sigs entry', async () => {
    const layout = await openLayout(join(vectors, 'legacy'))
    const tag = `${image.replace(':', '-')}.sig`
    expect((await layout.manifest(tag))?.descriptor.digest).toMatch(/^sha256:d4291189/)
    expect(await layout.manifest(tag.replace('.sig', '.att'))).toBeUndefined()
    expect(await collect(layout.tags())).toEqual([tag])
  })

  it('keeps its signatures when another image is added', async () => {
    const path = join(await folder(), 'layout')
    await cp(join(vectors, 'legacy'), path, { recursive: true })
    const store = await openLayoutForWriting(path)
    await putImage(store, 'another', 'other')
    const layout = await openLayout(path)
    expect((await layout.manifest(`${image.replace(':', '-')}.sig`))?.descriptor.digest).toMatch(/^sha256:d4291189/)
    expect((await indexJson(path)).manifests.map(({ annotations }) => annotations?.['kind'])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('oci:DIR alone', () => {
  it('names the single image beside its attachments, referrers and children', async () => {
    const { layout } = await made(async (store) => {
      const amd64 = await putImage(store, 'amd64')
      const arm64 = await putImage(store, 'arm64')
      const index = indexOf([amd64, arm64])
      await store.putManifest(index, '1.4')
      await putImage(store, 'signature', `${index.descriptor.digest.replace(':', '-')}.sig`)
      await putImage(store, 'fallback', index.descriptor.digest.replace(':', '-'))
      await putReferrer(store, index.descriptor, 'referrer')
    })
    expect((await layout.resolveImage({})).descriptor.mediaType).toContain('index')
  })

  it('lists the names to choose from', async () => {
    const { path, layout } = await made(async (store) => {
      await putImage(store, 'one', '1.4')
      await putImage(store, 'two')
    })
    const fault = await faultOf(layout.resolveImage({}))
    expect(fault.code).toBe('LAYOUT_AMBIGUOUS')
    expect(fault.status).toBe(2)
    expect(fault.fix).toContain(`oci:${path}:1.4`)
    expect(fault.fix).toContain(`oci:${path}@sha256:`)
  })

  it('says what is not there', async () => {
    const { layout } = await made(async (store) => {
      await putImage(store, 'one', '1.4')
    })
    const fault = await faultOf(layout.resolveImage({ tag: '1.5' }))
    expect([fault.code, fault.status]).toEqual(['LAYOUT_IMAGE_MISSING', 3])
    expect(fault.fix).toContain('1.4')
    expect(await codeOf(layout.resolveImage({ digest: image }))).toBe('LAYOUT_IMAGE_MISSING')
  })

  it('refuses a name that two images have', async () => {
    const { path, layout } = await made(async (store) => {
      await putImage(store, 'one', '1.4')
      await putImage(store, 'two', '1.5')
    })
    const index = await readFile(join(path, 'index.json'), 'utf8')
    await writeFile(join(path, 'index.json'), index.replace('"1.5"', '"1.4"'))
    expect(await codeOf(layout.manifest('1.4'))).toBe('LAYOUT_AMBIGUOUS')
  })

  it('finds an image by the full name that containerd and Docker write', async () => {
    const { path, layout } = await made(async (store) => {
      await putImage(store, 'one', 'latest')
      await putImage(store, 'two', 'registry.example.org/shop/api:1.4')
    })
    const index = await indexJson(path)
    Object.assign(index.manifests[0]?.annotations ?? {}, {
      'io.containerd.image.name': 'docker.io/library/alpine:latest',
    })
    await writeFile(join(path, 'index.json'), JSON.stringify(index))
    const [one, two] = (await layout.entries()).map((entry) => entry.descriptor.digest)
    expect((await layout.manifest('alpine:latest'))?.descriptor.digest).toBe(one)
    expect((await layout.manifest('registry.example.org/shop/api:1.4'))?.descriptor.digest).toBe(two)
    expect(await layout.manifest('1.4')).toBeUndefined()
  })
})

describe('writing', () => {
  it('lists images for oras and cosign, children through their index only, referrers with their type', async () => {
    let signed: RawManifest | undefined
    const { path } = await made(async (store) => {
      const child = await putImage(store, 'amd64')
      signed = indexOf([child])
      await store.putManifest(signed)
      await store.putManifest(signed, '1.4')
      await putReferrer(store, signed.descriptor, 'referrer')
      await putImage(store, 'late child', undefined)
      await putImage(store, 'signature', `${signed.descriptor.digest.replace(':', '-')}.sig`)
    })
    const { manifests } = await indexJson(path)
    expect(manifests).toHaveLength(4)
    expect(manifests.find(({ digest }) => digest === signed?.descriptor.digest)?.annotations).toEqual({
      'org.opencontainers.image.ref.name': '1.4',
    })
    expect(manifests.filter((entry) => 'artifactType' in entry)).toHaveLength(1)
  })

  it('marks the one image and its signature for cosign load', async () => {
    const { path } = await made(async (store) => {
      const one = await putImage(store, 'one', '1.4')
      const name = one.descriptor.digest.replace(':', '-')
      await putImage(store, 'signature', `${name}.sig`)
      await putImage(store, 'attestation', `${name}.att`)
      await putImage(store, 'sbom', `${name}.sbom`)
      await putReferrer(store, one.descriptor, 'referrer')
    })
    expect((await indexJson(path)).manifests.map(({ annotations }) => annotations?.['kind'])).toEqual([
      'dev.cosignproject.cosign/image',
      'dev.cosignproject.cosign/sigs',
      'dev.cosignproject.cosign/atts',
      undefined,
      undefined,
    ])
  })

  it('does not list again what a listed index holds', async () => {
    const { path } = await made(async (store) => {
      const child = await putImage(store, 'child')
      await store.putManifest(indexOf([child]), '1.4')
      await store.putManifest(child)
    })
    expect((await indexJson(path)).manifests).toHaveLength(1)
  })

  it('keeps members of index.json that it does not know', async () => {
    const { path } = await made(async (store) => {
      await putImage(store, 'one', '1.4')
    })
    const index = await indexJson(path)
    Object.assign(index, { annotations: { team: 'shop' } })
    Object.assign(index.manifests[0] ?? {}, {
      urls: ['https://example.org/'],
      platform: { os: 'linux', architecture: 'amd64' },
    })
    index.manifests.push({ digest: '../../etc/passwd' })
    await writeFile(join(path, 'index.json'), JSON.stringify(index))
    await putImage(await openLayoutForWriting(path), 'two', '1.5')
    const after = await readFile(join(path, 'index.json'), 'utf8')
    for (const kept of ['"team":"shop"', '"urls"', '"platform"', '../../etc/passwd', '"1.5"'])
      expect(after).toContain(kept)
  })

  it('ends with every entry when several processes add at once', async () => {
    const path = join(await folder(), 'layout')
    const script = new URL('./add-images.ts', import.meta.url).pathname
    const run = promisify(execFile)
    await Promise.all([1, 2, 3, 4].map((number) => run(process.execPath, [script, path, String(number), '6'])))
    const layout = await openLayout(path)
    expect((await collect(layout.tags())).length).toBe(24)
    expect((await readdir(path)).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
  })

  it('leaves nothing of a blob that fails, and completes the same layout later', async () => {
    const path = join(await folder(), 'layout')
    const store = await openLayoutForWriting(path)
    const { descriptor, bytes } = blobOf('content')
    const full = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 3)
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    await expect(store.putBlob(descriptor, { open: full })).rejects.toThrow('no space')
    expect((await readdir(path)).sort()).toEqual(['blobs', 'index.json', 'oci-layout'])
    expect(await readdir(join(path, 'blobs', 'sha256'))).toEqual([])
    await putImage(await openLayoutForWriting(path), 'one', '1.4')
    expect((await (await openLayout(path)).resolveImage({})).bytes.length).toBeGreaterThan(0)
  })

  it('replaces a blob that is there with another length', async () => {
    const { path } = await made(async (store) => {
      await putImage(store, 'one', '1.4')
    })
    const { descriptor, bytes } = blobOf('layer of one')
    await writeFile(blobPath(path, descriptor.digest), 'cut')
    await (await openLayoutForWriting(path)).putBlob(descriptor, { parts: [bytes] })
    expect((await (await openLayout(path)).blob(descriptor, 100)).length).toBe(bytes.length)
  })

  it('refuses a folder with other things in it', async () => {
    const path = await folder()
    await writeFile(join(path, 'notes.txt'), 'mine')
    const fault = await faultOf(openLayoutForWriting(path))
    expect([fault.code, fault.status]).toEqual(['LAYOUT_INVALID', 2])
    expect(await codeOf(openLayoutForWriting(join(path, 'notes.txt')))).toBe('LAYOUT_INVALID')
  })
})

describe('a layout that is none', () => {
  it.each([
    ['no folder', 'LAYOUT_MISSING', async (path: string) => rm(path, { recursive: true })],
    ['an empty folder', 'LAYOUT_INVALID', async () => {}],
    [
      'no index.json',
      'LAYOUT_INVALID',
      async (path: string) => writeFile(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}'),
    ],
    [
      'another version',
      'LAYOUT_INVALID',
      async (path: string) => files(path, '{"imageLayoutVersion":"2.0.0"}', '{"manifests":[]}'),
    ],
    ['no version', 'LAYOUT_INVALID', async (path: string) => files(path, '{}', '{"manifests":[]}')],
    ['no JSON', 'LAYOUT_INVALID', async (path: string) => files(path, '{"imageLayoutVersion":"1.0.0"}', 'manifests')],
    [
      'duplicate members',
      'LAYOUT_INVALID',
      async (path: string) => files(path, '{"imageLayoutVersion":"1.0.0"}', '{"manifests":[],"manifests":[]}'),
    ],
    [
      'manifests that is no list',
      'LAYOUT_INVALID',
      async (path: string) => files(path, '{"imageLayoutVersion":"1.0.0"}', '{"manifests":{}}'),
    ],
    [
      'ten thousand and one entries',
      'LAYOUT_INVALID',
      async (path: string) =>
        files(path, '{"imageLayoutVersion":"1.0.0"}', JSON.stringify({ manifests: Array(10_001).fill({}) })),
    ],
  ])('%s', async (_name, code, prepare) => {
    const path = join(await folder(), 'layout')
    await mkdir(path)
    await prepare(path)
    const fault = await faultOf(openLayout(path))
    expect([fault.code, fault.status]).toEqual([code, 2])
  })

  async function files(path: string, marker: string, index: string): Promise<void> {
    await writeFile(join(path, 'oci-layout'), marker)
    await writeFile(join(path, 'index.json'), index)
  }
})

describe('a layout that was tampered with', () => {
  let one: RawManifest
  let referrer: RawManifest
  async function tampered(change: (path: string) => Promise<void>): Promise<LayoutReader> {
    const { path, layout } = await made(async (store) => {
      one = await putImage(store, 'one', '1.4')
      referrer = await putReferrer(store, one.descriptor, 'referrer')
    })
    await change(path)
    return layout
  }

  it('refuses a manifest whose bytes were changed', async () => {
    const layout = await tampered((path) => writeFile(blobPath(path, one.descriptor.digest), `${one.bytes} `))
    for (const name of ['1.4', one.descriptor.digest])
      expect(await codeOf(layout.manifest(name))).toBe('DIGEST_MISMATCH')
    expect(await codeOf(layout.resolveImage({}))).toBe('DIGEST_MISMATCH')
  })

  it('refuses a layer whose bytes were changed at the same length', async () => {
    const { descriptor } = blobOf('layer of one')
    const layout = await tampered((path) => writeFile(blobPath(path, descriptor.digest), 'LAYER OF ONE'))
    expect(await codeOf(layout.blob(descriptor, 100))).toBe('DIGEST_MISMATCH')
    expect(await codeOf(collect(layout.openBlob(descriptor)))).toBe('DIGEST_MISMATCH')
  })

  it('reports a referrer whose bytes were changed and does not believe it', async () => {
    const layout = await tampered(async (path) => {
      const text = Buffer.from(referrer.bytes).toString().replace('"referrer"', '"REFERRER"')
      await writeFile(blobPath(path, referrer.descriptor.digest), text)
    })
    const found = await layout.referrers(one.descriptor.digest)
    expect(found.manifests).toEqual([])
    expect(found.problems).toHaveLength(1)
  })

  it('reports a forged referrer in blobs/ that does not have its name’s digest', async () => {
    const layout = await tampered((path) =>
      writeFile(blobPath(path, `sha256:${'0'.repeat(64)}` as Digest), `${referrer.bytes} `),
    )
    const found = await layout.referrers(one.descriptor.digest)
    expect(found.manifests.map(({ digest }) => digest)).toEqual([referrer.descriptor.digest])
    expect(found.problems).toHaveLength(1)
  })

  it('skips malformed entries of index.json and reports them', async () => {
    const layout = await tampered(async (path) => {
      const index = await indexJson(path)
      const entries = [{ digest: '../../../etc/passwd', size: 1 }, 'text', { digest: one.descriptor.digest, size: -1 }]
      await writeFile(join(path, 'index.json'), JSON.stringify({ manifests: [...entries, ...index.manifests] }))
    })
    expect((await layout.resolveImage({})).descriptor.digest).toBe(one.descriptor.digest)
    expect((await layout.referrers(one.descriptor.digest)).problems).toHaveLength(3)
  })

  it('refuses an entry that points to nothing, or lies about the size', async () => {
    const gone = await tampered((path) => rm(blobPath(path, one.descriptor.digest)))
    expect(await codeOf(gone.manifest('1.4'))).toBe('CONTENT_MISSING')
    const layout = await tampered(async (path) => {
      const index = await readFile(join(path, 'index.json'), 'utf8')
      await writeFile(join(path, 'index.json'), index.replace(`"size":${one.bytes.length}`, '"size":7'))
    })
    expect(await codeOf(layout.manifest('1.4'))).toBe('LAYOUT_INVALID')
  })

  it('follows no symbolic link out of blobs/', async () => {
    const layout = await tampered(async (path) => {
      const blob = blobPath(path, one.descriptor.digest)
      await rename(blob, join(path, 'elsewhere'))
      await symlink(join(path, 'elsewhere'), blob)
    })
    expect(await codeOf(layout.manifest('1.4'))).toBe('LAYOUT_INVALID')
    expect((await layout.referrers(referrer.descriptor.digest)).problems).toHaveLength(1)
  })

  it('follows no linked folder, reading or writing', async () => {
    const elsewhere = await folder()
    const path = join(await folder(), 'layout')
    await putImage(await openLayoutForWriting(path), 'one', '1.4')
    await rm(join(path, 'blobs', 'sha256'), { recursive: true })
    await symlink(elsewhere, join(path, 'blobs', 'sha256'))
    expect(await codeOf((await openLayout(path)).manifest('1.4'))).toBe('LAYOUT_INVALID')
    expect(await codeOf(putImage(await openLayoutForWriting(path), 'two', '1.5'))).toBe('LAYOUT_INVALID')
    expect(await readdir(elsewhere)).toEqual([])
  })

  it('does not wait for a pipe', async () => {
    const layout = await tampered(async (path) => {
      const blob = blobPath(path, one.descriptor.digest)
      await rm(blob)
      await promisify(execFile)('mkfifo', [blob])
    })
    expect(await codeOf(layout.manifest('1.4'))).toBe('LAYOUT_INVALID')
  })

  it('is not fooled by a hard link of other content', async () => {
    const layout = await tampered(async (path) => {
      await rm(blobPath(path, one.descriptor.digest))
      await link(blobPath(path, referrer.descriptor.digest), blobPath(path, one.descriptor.digest))
    })
    expect(await codeOf(layout.manifest('1.4'))).toBe('DIGEST_MISMATCH')
  })

  it('takes no name for a path', async () => {
    const layout = await tampered(async () => {})
    for (const name of ['../index.json', 'sha256:../../index.json', '/etc/passwd', ''])
      expect(await layout.manifest(name)).toBeUndefined()
  })

  it('finds a good referrer beside a thousand foreign ones', async () => {
    const layout = await tampered(async (path) => {
      for (let number = 0; number < 1000; number++) {
        const bytes = utf8(`{"subject":{"digest":"${one.descriptor.digest}"},"n":${number}}`)
        await writeFile(blobPath(path, blobOf(bytes).descriptor.digest), bytes)
      }
    })
    const found = await layout.referrers(one.descriptor.digest)
    expect(found.manifests.map(({ digest }) => digest)).toEqual([referrer.descriptor.digest])
    expect(found.problems).toEqual([])
  })

  it('reports a manifest of this image that is malformed, and no other image’s', async () => {
    const other = `sha256:${'1'.repeat(64)}` as Digest
    const layout = await tampered(async (path) => {
      const bytes = utf8(`{"subject":{"digest":"${one.descriptor.digest}"},"layers":[]}`)
      await writeFile(blobPath(path, blobOf(bytes).descriptor.digest), bytes)
    })
    expect((await layout.referrers(one.descriptor.digest)).problems).toHaveLength(1)
    expect((await layout.referrers(other)).problems).toEqual([])
  })
})

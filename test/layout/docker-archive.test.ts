/** docker-archive: the classic form has no signed digest; what can be reproduced is, and what can't says so. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { TarEntry } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { type Digest, digestOf, utf8 } from '../../src/base/index.ts'
import { openDockerArchive, openImage, type PathSource } from '../../src/layout/index.ts'
import { mediaTypes, parseImageSource } from '../../src/oci/index.ts'
import { codeOf, collect, faultOf, file, folders, tar, temporary } from './helpers.ts'

const folder = folders()
const layers = [Buffer.alloc(50_000, 'first layer '), Buffer.alloc(3000, 'second ')]
const config = Buffer.from(
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map((one) => digestOf(one)) },
  }),
)
const configName = `${digestOf(config).slice(7)}.json`

async function saved(...entries: TarEntry[]): Promise<string> {
  const path = join(await folder(), 'image.tar')
  await writeFile(path, await tar(...entries))
  return path
}

function classic(
  changes: { config?: Buffer; manifest?: object; more?: TarEntry[]; second?: TarEntry } = {},
): Promise<string> {
  const manifest = {
    Config: configName,
    RepoTags: ['shop/api:1.4'],
    Layers: ['a/layer.tar', 'b/layer.tar'],
    ...changes.manifest,
  }
  return saved(
    file('a/layer.tar', layers[0] ?? ''),
    changes.second ?? file('b/layer.tar', layers[1] ?? ''),
    file(configName, changes.config ?? config),
    file('manifest.json', JSON.stringify([manifest])),
    ...(changes.more ?? []),
  )
}

/** The manifest a tool would have pushed, with its digest. */
function pushed(kind: 'docker' | 'oci', compress: (layer: Buffer) => Buffer, layerType: string, indent = 0): Digest {
  const types =
    kind === 'docker' ? [mediaTypes.dockerManifest, mediaTypes.dockerConfig] : [mediaTypes.manifest, mediaTypes.config]
  const named = (mediaType: string | undefined, bytes: Buffer): object => ({
    mediaType,
    size: bytes.length,
    digest: digestOf(bytes),
  })
  const document = {
    schemaVersion: 2,
    mediaType: types[0],
    config: named(types[1], config),
    layers: layers.map((layer) => named(layerType, compress(layer))),
  }
  return digestOf(utf8(JSON.stringify(document, null, indent)))
}

const go = (layer: Buffer): Buffer => {
  const bytes = gzipSync(layer)
  bytes[9] = 255
  return bytes
}

function source(text: string): PathSource {
  const parsed = parseImageSource(text)
  if (parsed.kind === 'registry') throw new Error('not a path')
  return parsed
}

describe('the classic form', () => {
  it('gives its images with tags, configuration and layers', async () => {
    await using archive = await openDockerArchive(await classic(), { temporary })
    expect(archive.layout).toBeUndefined()
    expect(archive.images).toHaveLength(1)
    expect(archive.images[0]?.tags).toEqual(['shop/api:1.4'])
    expect(archive.images[0]?.configDigest).toBe(digestOf(config))
    expect(archive.images[0]?.layers.map(({ diffId }) => diffId)).toEqual(layers.map((one) => digestOf(one)))
  })

  it('has no digest', async () => {
    const fault = await faultOf(openImage(source(`docker-archive:${await classic()}`), { temporary }))
    expect([fault.code, fault.status]).toEqual(['DOCKER_ARCHIVE_HAS_NO_DIGEST', 2])
    expect(fault.fix).toContain('oci-archive:')
  })

  it.each([
    [
      'Docker’s push of plain layers',
      pushed('docker', (one) => one, 'application/vnd.docker.image.rootfs.diff.tar', 3),
    ],
    ['plain OCI layers', pushed('oci', (one) => one, mediaTypes.layer)],
    [
      'Docker’s push of layers that zlib compressed',
      pushed('docker', (one) => gzipSync(one), mediaTypes.dockerLayerGzip, 3),
    ],
    ['OCI layers that zlib compressed', pushed('oci', (one) => gzipSync(one), mediaTypes.layerGzip)],
    ['OCI layers under the header that Go writes', pushed('oci', go, mediaTypes.layerGzip)],
  ])('reproduces %s', async (_name, digest) => {
    await using opened = await openImage(source(`docker-archive:${await classic()}`), { temporary, expected: digest })
    expect(opened.image.descriptor.digest).toBe(digest)
    const manifest = JSON.parse(Buffer.from(opened.image.bytes).toString())
    for (const part of [manifest.config, ...manifest.layers])
      expect(digestOf(Buffer.concat(await collect(opened.reader.openBlob(part))))).toBe(part.digest)
    expect(await collect(opened.reader.tags())).toEqual(['shop/api:1.4'])
  })

  it('says when it can’t', async () => {
    const other = `sha256:${'1'.repeat(64)}`
    const fault = await faultOf(openImage(source(`docker-archive:${await classic()}@${other}`), { temporary }))
    expect([fault.code, fault.status]).toEqual(['DOCKER_ARCHIVE_NOT_REPRODUCED', 2])
  })

  it('finds the image by any spelling of its name', async () => {
    const digest = pushed('oci', (one) => one, mediaTypes.layer)
    const path = await classic()
    for (const tag of ['shop/api:1.4', 'docker.io/shop/api:1.4']) {
      await using archive = await openDockerArchive(path, { temporary })
      expect((await archive.reproduceManifest(digest, tag)).name).toBe(`docker-archive:${path}`)
    }
    await using archive = await openDockerArchive(path, { temporary })
    expect(await codeOf(archive.reproduceManifest(digest, 'shop/api:1.5'))).toBe('LAYOUT_IMAGE_MISSING')
  })

  it('follows one link to a layer inside the archive, as old Docker wrote it', async () => {
    const second: TarEntry = { header: { name: 'b/layer.tar', type: 'symlink', size: 0, linkname: '../c/layer.tar' } }
    const path = await classic({ second, more: [file('c/layer.tar', layers[1] ?? '')] })
    const digest = pushed('oci', (one) => one, mediaTypes.layer)
    await using archive = await openDockerArchive(path, { temporary })
    expect((await (await archive.reproduceManifest(digest)).resolveImage({})).descriptor.digest).toBe(digest)
  })

  it('refuses a layer that is not what the configuration says', async () => {
    const path = await classic({ second: file('b/layer.tar', 'another layer') })
    await using archive = await openDockerArchive(path, { temporary })
    const digest = pushed('oci', (one) => gzipSync(one), mediaTypes.layerGzip)
    expect(await codeOf(archive.reproduceManifest(digest))).toBe('DIGEST_MISMATCH')
  })

  it.each<[string, () => Promise<string>]>([
    ['a layer that is not there', () => classic({ manifest: { Layers: ['a/layer.tar', 'x/layer.tar'] } })],
    ['a layer outside', () => classic({ manifest: { Layers: ['a/layer.tar', '../../etc/passwd'] } })],
    ['fewer layers than the configuration', () => classic({ manifest: { Layers: ['a/layer.tar'] } })],
    ['a configuration that is no JSON', () => classic({ config: Buffer.from('config') })],
    [
      'a link out of the archive',
      () =>
        classic({
          second: { header: { name: 'b/layer.tar', type: 'symlink', size: 0, linkname: '../../../etc/passwd' } },
        }),
    ],
    ['no manifest.json', () => saved(file('x', 'y'))],
    ['a manifest.json that is no list', () => saved(file('manifest.json', '{}'))],
  ])('refuses %s', async (_name, make) => {
    expect(await codeOf(openDockerArchive(await make(), { temporary }))).toBe('ARCHIVE_INVALID')
  })
})

describe('the form with an OCI layout inside', () => {
  it('is read as an oci-archive, by Docker’s names', async () => {
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, size: config.length, digest: digestOf(config) },
      layers: [],
    })
    const bytes = utf8(manifest)
    const entry = {
      mediaType: mediaTypes.manifest,
      digest: digestOf(bytes),
      size: bytes.length,
      annotations: { 'io.containerd.image.name': 'docker.io/shop/api:1.4', 'org.opencontainers.image.ref.name': '1.4' },
    }
    const path = await classic({
      more: [
        file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
        file('index.json', JSON.stringify({ schemaVersion: 2, manifests: [entry] })),
        file(`blobs/sha256/${digestOf(bytes).slice(7)}`, bytes),
      ],
    })
    for (const suffix of ['', ':1.4', ':shop/api:1.4', `@${entry.digest}`]) {
      await using opened = await openImage(source(`docker-archive:${path}${suffix}`), { temporary })
      expect(opened.image.descriptor.digest).toBe(entry.digest)
    }
    const digest = pushed('oci', (one) => gzipSync(one), mediaTypes.layerGzip)
    await using opened = await openImage(source(`docker-archive:${path}@${digest}`), { temporary })
    expect(opened.image.descriptor.digest).toBe(digest)
  })
})

/** Layouts and archives between us and the programs that people use: oras, skopeo, crane and cosign. */

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bytes, type Digest, digestOf } from '../../src/base/index.ts'
import { openImage, openLayout, openLayoutForWriting, writeArchive } from '../../src/layout/index.ts'
import {
  type ContentReader,
  type ContentStore,
  emptyBlob,
  mediaTypes,
  parseImageSource,
  parseManifest,
  type RawManifest,
} from '../../src/oci/index.ts'
import { describeWithPeers, type PeerName, type RunningRegistry, runPeer, startRegistryPeer } from '../peers/peers.ts'
import { blobOf, collect, file, folders, indexOf, manifestOf, tar, temporary, vectors } from './helpers.ts'

const folder = folders()
const policy = ['--insecure-policy']

async function run(name: PeerName, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runPeer(name, args, { env: { COSIGN_PASSWORD: '' } })
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}

/** An image with a real layer, as a builder with zlib makes it. */
async function putRealImage(store: ContentStore, text: string, tag?: string): Promise<RawManifest> {
  const layer: Bytes = await tar(file('etc/release', text))
  const packed = blobOf(gzipSync(layer), mediaTypes.layerGzip)
  const config = blobOf(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }),
    mediaTypes.config,
  )
  for (const blob of [packed, config]) await store.putBlob(blob.descriptor, { parts: [blob.bytes] })
  const manifest = manifestOf(config, [packed])
  await store.putManifest(manifest, tag)
  return manifest
}

async function putSignature(store: ContentStore, { descriptor }: RawManifest): Promise<RawManifest> {
  const layer = blobOf('a signature', 'application/vnd.example.signature')
  for (const blob of [layer, emptyBlob]) await store.putBlob(blob.descriptor, { parts: [blob.bytes] })
  const members = { artifactType: 'application/vnd.example.signature', subject: descriptor }
  const manifest = manifestOf(emptyBlob, [layer], members)
  await store.putManifest(manifest)
  return manifest
}

async function copyManifest(from: ContentReader, to: ContentStore, name: string, tag?: string): Promise<void> {
  const manifest = await from.manifest(name)
  if (manifest === undefined) throw new Error(`no ${name}`)
  const parsed = parseManifest(manifest.bytes, manifest.descriptor.mediaType)
  const blobs = parsed.kind === 'image' ? [parsed.config, ...parsed.layers] : []
  for (const blob of blobs) await to.putBlob(blob, { open: () => from.openBlob(blob) })
  await to.putManifest(manifest, tag)
}

function openOci(path: string): ReturnType<typeof openImage> {
  const source = parseImageSource(path)
  if (source.kind === 'registry') throw new Error('not a path')
  return openImage(source, { temporary })
}

describeWithPeers(['oras', 'docker-registry'], 'oras', () => {
  let registry: RunningRegistry
  beforeAll(async () => {
    registry = await startRegistryPeer('docker-registry')
  })
  afterAll(() => registry.stop())

  it('discovers and carries the referrers of a layout that we wrote, and we of one that it wrote', async () => {
    const path = join(await folder(), 'layout')
    const store = await openLayoutForWriting(path)
    const image = await putRealImage(store, 'one', '1.4')
    const signature = await putSignature(store, image)
    const found = await run('oras', 'discover', '--format', 'json', '--oci-layout', `${path}:1.4`)
    expect(found).toContain(signature.descriptor.digest)
    const target = `${registry.address}/shop/api:1.4`
    await run('oras', 'cp', '-r', '--from-oci-layout', '--to-plain-http', `${path}:1.4`, target)
    const back = join(await folder(), 'back')
    await run('oras', 'cp', '-r', '--from-plain-http', '--to-oci-layout', target, `${back}:1.4`)
    const layout = await openLayout(back)
    expect((await layout.resolveImage({})).descriptor.digest).toBe(image.descriptor.digest)
    const referrers = await layout.referrers(image.descriptor.digest)
    expect(referrers.manifests.map(({ digest }) => digest)).toEqual([signature.descriptor.digest])
  })
})

describeWithPeers(['skopeo'], 'skopeo', () => {
  it('reads our archive and our layout, and we read its', async () => {
    const places = await folder()
    const [ours, theirs, layout] = ['ours.tar', 'theirs.tar', 'layout'].map((name) => join(places, name))
    const image = await (async () => {
      await using archive = await writeArchive(`${ours}`, { temporary })
      const child = await putRealImage(archive, 'one')
      await archive.putManifest(indexOf([child]), '1.4')
      await archive.finish()
      return archive.resolveImage({})
    })()
    await run('skopeo', 'copy', ...policy, '--all', `oci-archive:${ours}:1.4`, `oci:${layout}:other`)
    await run('skopeo', 'copy', ...policy, '--all', `oci:${layout}:other`, `oci-archive:${theirs}:shop/api:1.4`)
    for (const source of [
      `oci:${layout}`,
      `oci:${layout}:other`,
      `oci-archive:${theirs}`,
      `oci-archive:${theirs}:shop/api:1.4`,
    ]) {
      await using opened = await openOci(source)
      expect(opened.image.descriptor.digest).toBe(image.descriptor.digest)
    }
    const store = await openLayoutForWriting(`${layout}`)
    await putRealImage(store, 'two', '1.5')
    await run('skopeo', 'copy', ...policy, `oci:${layout}:1.5`, `dir:${join(places, 'dir')}`)
  })

  it('writes a docker-archive that we reproduce the digest of', async () => {
    const places = await folder()
    const path = join(places, 'layout')
    const image = await putRealImage(await openLayoutForWriting(path), 'one', '1.4')
    const archive = join(places, 'docker.tar')
    await run('skopeo', 'copy', ...policy, `oci:${path}:1.4`, `docker-archive:${archive}:shop/api:1.4`)
    await using opened = await openOci(`docker-archive:${archive}@${image.descriptor.digest}`)
    expect(Buffer.from(opened.image.bytes)).toEqual(Buffer.from(image.bytes))
    const { layers } = JSON.parse(Buffer.from(image.bytes).toString())
    expect(digestOf(Buffer.concat(await collect(opened.reader.openBlob(layers[0]))))).toBe(layers[0].digest)
  })
})

describeWithPeers(['crane', 'cosign', 'docker-registry', 'registry-honest'], 'crane and cosign', () => {
  const image = 'sha256:1519ae5551bd34a17f96dd17392137d27fc30d64bbb94051f8095d32a8172c0b' as Digest
  let plain: RunningRegistry
  let honest: RunningRegistry
  beforeAll(async () => {
    plain = await startRegistryPeer('docker-registry')
    honest = await startRegistryPeer('registry-honest')
  })
  afterAll(async () => {
    await plain.stop()
    await honest.stop()
  })

  it('crane pushes our layout, and we read the one it pulls', async () => {
    const places = await folder()
    const pushed = await putRealImage(await openLayoutForWriting(join(places, 'ours')), 'one', '1.4')
    const target = `${plain.address}/crane:1.4`
    await run('crane', 'push', '--insecure', join(places, 'ours'), target)
    await run('crane', 'pull', '--insecure', '--format', 'oci', target, join(places, 'theirs'))
    const layout = await openLayout(join(places, 'theirs'))
    expect((await layout.resolveImage({})).descriptor.digest).toBe(pushed.descriptor.digest)
  })

  it('cosign loads legacy signatures from a layout that we wrote', async () => {
    const from = await openLayout(join(vectors, 'legacy'))
    const path = join(await folder(), 'layout')
    const store = await openLayoutForWriting(path)
    const tag = `${image.replace(':', '-')}.sig`
    await copyManifest(from, store, tag, tag)
    await copyManifest(from, store, image, '1.4')
    await run('cosign', 'load', '--allow-http-registry', '--dir', path, `${plain.address}/loaded:1.4`)
    expect(await run('crane', 'digest', '--insecure', `${plain.address}/loaded:1.4`)).toContain(image)
    expect(await run('crane', 'ls', '--insecure', `${plain.address}/loaded`)).toContain(tag)
  })

  it('cosign loads bundles from a layout that we wrote', async () => {
    const from = await openLayout(join(vectors, 'bundle'))
    const path = join(await folder(), 'layout')
    const store = await openLayoutForWriting(path)
    await copyManifest(from, store, image, '1.4')
    for (const { digest } of (await from.referrers(image)).manifests) await copyManifest(from, store, digest)
    await run('cosign', 'load', '--allow-http-registry', '--dir', path, `${honest.address}/loaded:1.4`)
    const referrers = await fetch(`${honest.url}/v2/loaded/referrers/${image}`)
    expect(((await referrers.json()) as { manifests: unknown[] }).manifests).toHaveLength(3)
  })

  it('we read and extend what cosign saved, and cosign loads it again', async () => {
    const path = join(await folder(), 'saved')
    const [source, target] = [`${plain.address}/source:1.4`, `${plain.address}/target:1.4`]
    await run('cosign', 'load', '--allow-http-registry', '--dir', join(vectors, 'legacy'), source)
    await run('cosign', 'save', '--allow-http-registry', '--dir', path, source)
    const store = await openLayoutForWriting(path)
    const saved = await store.resolveImage({})
    expect(saved.descriptor.digest).toBe(image)
    await putSignature(store, saved)
    const tag = `${image.replace(':', '-')}.sig`
    expect(await collect(store.tags())).toEqual([tag])
    await run('cosign', 'load', '--allow-http-registry', '--dir', path, target)
    expect(await run('crane', 'ls', '--insecure', `${plain.address}/target`)).toContain(tag)
  })
})

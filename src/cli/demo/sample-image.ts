/** A small real image for the demo, made from nothing: one layer with two files, a config, a manifest; and an SBOM that fits it. */

import { type Bytes, concat, digestOf, utf8 } from '../../base/index.ts'
import { type ContentStore, type Descriptor, mediaTypes, type RawManifest } from '../../oci/index.ts'

export interface SampleImage {
  readonly manifest: RawManifest
  readonly blobs: readonly { readonly descriptor: Descriptor; readonly bytes: Bytes }[]
}

const CREATED = '2026-01-01T00:00:00Z'

/** @param greeting what the image prints: another greeting is another image */
export async function sampleImage(greeting: string): Promise<SampleImage> {
  const { packTar } = await import('modern-tar')
  const files = [
    { header: { name: 'app/hello.sh', size: 0, mode: 0o755 }, body: `#!/bin/sh\necho "${greeting}"\n` },
    { header: { name: 'app/VERSION', size: 0, mode: 0o644 }, body: '1.0\n' },
  ].map(({ header, body }) => ({ header: { ...header, size: body.length, mtime: new Date(CREATED) }, body }))
  const layerBytes = await packTar(files)
  const layer = describe(mediaTypes.layer, layerBytes)
  const config = describe(mediaTypes.config, utf8(JSON.stringify(configOf(layer))))
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers: [layer.descriptor],
  }
  const bytes = utf8(JSON.stringify(document))
  return { manifest: { descriptor: describe(mediaTypes.manifest, bytes).descriptor, bytes }, blobs: [layer, config] }
}

function describe(mediaType: string, bytes: Bytes): { descriptor: Descriptor; bytes: Bytes } {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes: concat(bytes) }
}

function configOf(layer: { descriptor: Descriptor }): object {
  return {
    created: CREATED,
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/app/hello.sh'] },
    rootfs: { type: 'layers', diff_ids: [layer.descriptor.digest] },
  }
}

export async function pushImage(store: ContentStore, { manifest, blobs }: SampleImage, tag: string): Promise<void> {
  for (const { descriptor, bytes } of blobs) await store.putBlob(descriptor, { parts: [bytes] })
  await store.putManifest(manifest, tag)
}

/** CycloneDX 1.6, as an SBOM tool would write it. */
export const sampleSbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'container', name: 'demo/app', version: '1.0' } },
  components: [
    { type: 'file', name: '/app/hello.sh', version: '1.0', licenses: [{ license: { id: 'Apache-2.0' } }] },
    {
      type: 'library',
      name: 'busybox',
      version: '1.37.0',
      purl: 'pkg:deb/debian/busybox@1.37.0',
      licenses: [{ license: { id: 'GPL-2.0-only' } }],
    },
  ],
} as const

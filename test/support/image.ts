/** Small images for tests: made, not stored. */

import { digestOf, utf8 } from '../../src/base/index.ts'
import { type ContentStore, type Descriptor, mediaTypes, type RawManifest } from '../../src/oci/index.ts'

/** A manifest whose config and layers lie in the store too. */
export async function putImage(store: ContentStore, content = 'hello', tag?: string): Promise<Descriptor> {
  const config = await putBlob(
    store,
    mediaTypes.config,
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
  )
  const layer = await putBlob(store, mediaTypes.layer, content)
  return putManifest(store, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] }, tag)
}

export async function putIndex(store: ContentStore, manifests: readonly object[], tag?: string): Promise<Descriptor> {
  return putManifest(store, { schemaVersion: 2, mediaType: mediaTypes.index, manifests }, tag)
}

export async function putBlob(
  store: ContentStore,
  mediaType: string,
  content: string | Uint8Array,
): Promise<Descriptor> {
  const bytes = typeof content === 'string' ? utf8(content) : content
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  await store.putBlob(descriptor, { parts: [bytes] })
  return descriptor
}

export async function putManifest(store: ContentStore, manifest: ManifestJson, tag?: string): Promise<Descriptor> {
  const raw = manifestOf(manifest)
  await store.putManifest(raw, tag)
  return raw.descriptor
}

export function manifestOf(manifest: ManifestJson): RawManifest {
  const bytes = utf8(JSON.stringify(manifest))
  const { mediaType, artifactType, annotations } = manifest
  return {
    descriptor: {
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    bytes,
  }
}

export interface ManifestJson {
  readonly mediaType: string
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly [member: string]: unknown
}

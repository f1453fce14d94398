/** Which manifests the registry takes (distribution-spec 1.1, "Pushing Manifests"), and what it remembers of one. */

import { type Bytes, type Digest, Fault, limits } from '../base/index.ts'
import {
  type Descriptor,
  type ImageManifest,
  isManifestMediaType,
  type Manifest,
  mediaTypes,
  parseManifest,
} from '../oci/index.ts'
import type { Catalog } from './catalog.ts'
import type { ManifestRecord } from './driver.ts'
import { Refusal } from './refusal.ts'

/** image-spec 1.1, layer.md "Non-Distributable Layers", and Docker's foreign layers: a registry need not have them. */
const ELSEWHERE =
  /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.v1\.tar|docker\.image\.rootfs\.foreign\.diff\.tar)(?:[.+][a-z]+)?$/

/** @throws Refusal 400 MANIFEST_INVALID */
export function acceptManifest(bytes: Bytes, contentType: string): Manifest {
  const manifest = parse(bytes, contentType)
  if (!isManifestMediaType(manifest.mediaType)) {
    throw invalid(`"${manifest.mediaType.slice(0, 100)}" is no manifest or index of OCI or of Docker's schema 2.`)
  }
  if (typeOf(manifest).length > limits.servedTypeBytes) throw invalid('The artifact type is too long.')
  return manifest
}

function parse(bytes: Bytes, contentType: string): Manifest {
  try {
    return parseManifest(bytes, contentType)
  } catch (error) {
    if (error instanceof Fault) throw invalid(error.message)
    throw error
  }
}

function invalid(why: string): Refusal {
  return new Refusal(400, 'MANIFEST_INVALID', why)
}

/** What the manifest needs and the repository lacks. A subject may be missing: it can be pushed afterwards. */
export function missingContent(catalog: Catalog, name: string, manifest: Manifest): readonly Digest[] {
  const isBlob = (digest: Digest): boolean => catalog.blobSize(name, digest) !== undefined
  // Build caches list blobs in an index.
  const isHeld = (digest: Digest): boolean => catalog.manifest(name, digest) !== undefined || isBlob(digest)
  const missing =
    manifest.kind === 'index'
      ? manifest.manifests.filter((entry) => !isHeld(entry.digest))
      : blobsOf(manifest).filter((entry) => !isBlob(entry.digest))
  return [...new Set(missing.map((entry) => entry.digest))]
}

function blobsOf(manifest: ImageManifest): readonly Descriptor[] {
  const layers = manifest.layers.filter((layer) => !ELSEWHERE.test(layer.mediaType))
  return manifest.mediaType === mediaTypes.artifactManifest ? layers : [manifest.config, ...layers]
}

export function recordOf(manifest: Manifest, size: number): ManifestRecord {
  const artifactType = typeOf(manifest)
  return {
    mediaType: manifest.mediaType,
    size,
    ...(manifest.subject === undefined ? {} : { subject: manifest.subject.digest }),
    ...(manifest.subject === undefined || artifactType === '' ? {} : { artifactType }),
    ...(Object.keys(manifest.annotations).length === 0 ? {} : { isAnnotated: true }),
  }
}

/** distribution-spec 1.1, "Listing Referrers": the manifest's artifactType; of an image without one, its config's media type. */
function typeOf(manifest: Manifest): string {
  return manifest.artifactType ?? (manifest.kind === 'image' ? manifest.config.mediaType : '')
}

/** Image manifests and indexes (OCI image-spec 1.1, manifest.md and image-index.md; Docker's schema 2). */

import {
  asArray,
  asObject,
  asStringMap,
  type Bytes,
  isJsonObject,
  type Json,
  type JsonObject,
  limits,
  optionalString,
  readJson,
} from '../base/index.ts'
import { type Descriptor, readDescriptor } from './descriptor.ts'
import { ociFault } from './faults.ts'
import { foldedNames, refuseFoldedNames } from './folded-names.ts'
import { isIndexMediaType, mediaTypes } from './media-types.ts'

interface ManifestCommon {
  readonly mediaType: string
  readonly artifactType?: string
  readonly subject?: Descriptor
  readonly annotations: Readonly<Record<string, string>>
}
export interface ImageManifest extends ManifestCommon {
  readonly kind: 'image'
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}
export interface ImageIndex extends ManifestCommon {
  readonly kind: 'index'
  readonly manifests: readonly Descriptor[]
}
export type Manifest = ImageManifest | ImageIndex

/** A manifest as it was served: the exact bytes, already hashed against `descriptor.digest`. */
export interface RawManifest {
  readonly descriptor: Descriptor
  readonly bytes: Bytes
}

const memberNames = foldedNames(
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'blobs',
  'manifests',
  'subject',
  'annotations',
)

/**
 * Parses a manifest or index. What could be read as both is refused (the confusion of CVE-2021-41190).
 * @param mediaType what the server or the descriptor called it; a `mediaType` inside must agree
 * @throws MANIFEST_INVALID, JSON_INVALID, JSON_SHAPE
 */
export function parseManifest(bytes: Bytes, mediaType: string): Manifest {
  const object = asObject(readJson(bytes, { what: 'The manifest', maxBytes: limits.manifestBytes }), 'The manifest')
  refuseFoldedNames(object, memberNames, 'The manifest')
  const inside = optionalString(object['mediaType'], 'mediaType')
  const known = mediaType.split(';')[0]?.trim() ?? ''
  if (inside !== undefined && known !== '' && inside !== known) {
    throw ociFault('MANIFEST_INVALID', `The manifest was served as ${known} but calls itself ${inside}.`)
  }
  const type = inside ?? known
  const isIndex = object['manifests'] !== undefined
  if (isIndex && (object['layers'] !== undefined || object['config'] !== undefined || object['blobs'] !== undefined)) {
    throw ociFault('MANIFEST_INVALID', 'The manifest can be read as an image and as an index at once.')
  }
  if (type !== '' && isIndex !== isIndexMediaType(type)) {
    throw ociFault(
      'MANIFEST_INVALID',
      `The manifest calls itself ${type} but has the members of ${isIndex ? 'an index' : 'an image manifest'}.`,
    )
  }
  return isIndex ? readIndex(object, type) : readImage(object, type)
}

function readIndex(object: JsonObject, type: string): ImageIndex {
  const manifests = asArray(listOf(object['manifests']), 'manifests', limits.indexManifests)
  return {
    kind: 'index',
    manifests: manifests.map((entry, at) => readDescriptor(entry, `manifests[${at}]`)),
    ...readCommon(object, type === '' ? mediaTypes.index : type),
  }
}

function readImage(object: JsonObject, type: string): ImageManifest {
  const isArtifact = type === mediaTypes.artifactManifest
  const listed = isArtifact ? (object['blobs'] ?? []) : listOf(object['layers'])
  const layers = asArray(listed, 'layers', limits.manifestLayers)
  const config = isArtifact ? emptyDescriptor(object['artifactType']) : readDescriptor(object['config'], 'config')
  return {
    kind: 'image',
    config,
    layers: layers.map((layer, at) => readDescriptor(layer, `layers[${at}]`)),
    ...readCommon(object, type === '' ? mediaTypes.manifest : type),
  }
}

/** Go writes an empty list that was never filled as null, and its readers take that for an empty list. */
function listOf(value: Json | undefined): Json | undefined {
  return value === null ? [] : value
}

function readCommon(object: JsonObject, mediaType: string): ManifestCommon {
  const artifactType = optionalString(object['artifactType'], 'artifactType')
  const subject = object['subject']
  const annotations = object['annotations']
  return {
    mediaType,
    ...(artifactType === undefined || artifactType === '' ? {} : { artifactType }),
    ...(isJsonObject(subject) ? { subject: readDescriptor(subject, 'subject') } : refuseSubject(subject)),
    annotations: isJsonObject(annotations) ? asStringMap(annotations, 'annotations', limits.annotations) : {},
  }
}

function refuseSubject(subject: Json | undefined): Record<never, never> {
  if (subject === undefined || subject === null) return {}
  throw ociFault('MANIFEST_INVALID', 'The manifest has a "subject" that is no descriptor.')
}

/** The empty JSON blob `{}` (image-spec, manifest.md "Guidance for an Empty Descriptor"). */
export const emptyBlob: { readonly descriptor: Descriptor; readonly bytes: Bytes } = {
  descriptor: {
    mediaType: mediaTypes.empty,
    digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' as Descriptor['digest'],
    size: 2,
  },
  bytes: new Uint8Array([0x7b, 0x7d]),
}

function emptyDescriptor(artifactType: Json | undefined): Descriptor {
  return { ...emptyBlob.descriptor, mediaType: typeof artifactType === 'string' ? artifactType : mediaTypes.empty }
}

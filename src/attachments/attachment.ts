/** What hangs on an image: one attachment is one layer of one manifest, known by its media types, believed in nothing. */

import type { Digest } from '../base/index.ts'
import { cosignMediaTypes, isBundleMediaType } from '../envelope/index.ts'
import { type Descriptor, type ImageManifest, type Manifest, mediaTypes, type RawManifest } from '../oci/index.ts'

/** Where a manifest was found: the Referrers API (or a layout's scan), the fallback tag, one of Cosign's tags. */
export type Place = 'referrers' | 'fallback-tag' | 'signature-tag' | 'attestation-tag' | 'sbom-tag'

export type AttachmentKind = 'bundle' | 'cosign-signature' | 'cosign-attestation' | 'sbom' | 'notation' | 'unknown'

export interface Attachment {
  readonly kind: AttachmentKind
  readonly place: Place
  readonly manifest: RawManifest
  readonly parsed: ImageManifest
  readonly layer: Descriptor
  readonly layerIndex: number
}

/** Something that was skipped or could not be read; never fatal for what hangs beside it. */
export interface AttachmentProblem {
  readonly place: Place
  readonly digest?: Digest
  readonly code: AttachmentProblemCode
  readonly detail: string
  /** There may be evidence here that was not seen: "unsigned" must not be said. */
  readonly isUnseen: boolean
}

export type AttachmentProblemCode =
  | 'ATTACHMENT_UNREADABLE'
  | 'ATTACHMENT_MALFORMED'
  | 'ATTACHMENT_MISSING'
  | 'ATTACHMENT_OF_ANOTHER_IMAGE'
  | 'ATTACHMENT_BOUND_REACHED'

export const notationMediaType = 'application/vnd.cncf.notary.signature'

const SBOM_TYPES =
  /^(?:text\/spdx(?:\+json|\+xml)?|application\/(?:spdx\+json|vnd\.cyclonedx(?:\+json|\+xml)?|vnd\.syft\+json))$/

/** The kind of one layer, by its own media type and the manifest's artifact type. */
export function kindOf(manifest: ImageManifest, layer: Descriptor): AttachmentKind {
  if (isBundleMediaType(layer.mediaType) !== undefined) return 'bundle'
  if (layer.mediaType === cosignMediaTypes.simpleSigning) return 'cosign-signature'
  if (layer.mediaType === cosignMediaTypes.dsse) return 'cosign-attestation'
  if (isNotation(manifest)) return 'notation'
  if (SBOM_TYPES.test(layer.mediaType)) return 'sbom'
  return 'unknown'
}

/** By its artifact type, or by that of its config, as notation 1.3 writes it. */
function isNotation(manifest: ImageManifest): boolean {
  return (manifest.artifactType ?? manifest.config.mediaType) === notationMediaType
}

/** Notation signatures have one layer (signature-specification.md, "OCI Image Manifest"): of several nobody knows which one counts. */
export function hasWrongLayers(manifest: Manifest): boolean {
  return manifest.kind === 'image' && isNotation(manifest) && manifest.layers.length !== 1
}

/**
 * How likely a listing's `artifactType` is evidence, least first: only an order of reading, since registries and cosign itself write wrong
 * ones (cosign's fallback index says the config's media type).
 */
export function evidenceRank({ artifactType = '' }: Descriptor): 0 | 1 | 2 {
  if (artifactType === notationMediaType || SIGSTORE_TYPES.some((prefix) => artifactType.startsWith(prefix))) return 0
  return VAGUE_TYPES.includes(artifactType) ? 1 : 2
}

const SIGSTORE_TYPES: readonly string[] = [
  'application/vnd.dev.sigstore',
  'application/vnd.dev.cosign',
  'application/vnd.dsse',
]
const VAGUE_TYPES: readonly string[] = ['', mediaTypes.empty, mediaTypes.config]

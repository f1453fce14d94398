/**
 * Attaches a referrer to an image (image-spec 1.1, manifest.md "Guidelines for Artifact Usage"): blobs, then the manifest, then, where the
 * place does not list referrers itself, the entry in the fallback index. A failure says what stays and how to finish.
 */

import { type Bytes, type Digest, digestOf, digestOfParts, Fault, utf8 } from '../base/index.ts'
import { fallbackTag } from '../envelope/index.ts'
import {
  type BlobContent,
  type ContentStore,
  type Descriptor,
  emptyBlob,
  type Manifest,
  mediaTypes,
  type RawManifest,
} from '../oci/index.ts'
import { listUnder, withEntries } from './fallback-index.ts'
import { attachmentFault } from './faults.ts'
import { patiently } from './passing.ts'
import type { Pause } from './pause.ts'
import { type NewTagged, updateTag } from './tagged-update.ts'

export interface NewReferrer {
  readonly artifactType: string
  /** Instead of the empty one: the older shape, in which the config's media type stands for the artifact type. */
  readonly config?: { readonly mediaType: string; readonly bytes: Bytes }
  /** What is attached, as parts. */
  readonly content: readonly Bytes[]
  readonly mediaType: string
  readonly annotations: Readonly<Record<string, string>>
  readonly layerAnnotations?: Readonly<Record<string, string>>
}

export interface Attached {
  readonly manifest: Digest
  readonly layer: Digest
  /** The fallback tag that was changed; undefined where the place lists referrers itself. */
  readonly fallbackTag?: string
}

/** @throws ATTACH_INCOMPLETE when the manifest is there but could not be listed; other faults mean that nothing is attached */
export async function attachReferrer(
  store: ContentStore,
  subject: Descriptor,
  referrer: NewReferrer,
  pause: Pause,
): Promise<Attached> {
  const layer: Descriptor = {
    mediaType: referrer.mediaType,
    digest: digestOfParts(referrer.content),
    size: referrer.content.reduce((sum, part) => sum + part.length, 0),
    ...(referrer.layerAnnotations === undefined ? {} : { annotations: referrer.layerAnnotations }),
  }
  const content: BlobContent = { parts: referrer.content }
  const config = configOf(referrer)
  await Promise.all([
    patiently(pause, () => store.putBlob(config.descriptor, { parts: [config.bytes] })),
    patiently(pause, () => store.putBlob(layer, content)),
  ])
  const manifest = referrerManifest(subject, referrer, config.descriptor, layer)
  const listed = await putReferrer(store, subject.digest, manifest, pause)
  return { manifest: manifest.descriptor.digest, layer: layer.digest, ...listed }
}

function configOf({ config }: NewReferrer): { readonly descriptor: Descriptor; readonly bytes: Bytes } {
  if (config === undefined) return emptyBlob
  const { mediaType, bytes } = config
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

function referrerManifest(
  subject: Descriptor,
  referrer: NewReferrer,
  config: Descriptor,
  layer: Descriptor,
): RawManifest {
  const { artifactType, annotations } = referrer
  const bytes = utf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      ...(referrer.config === undefined ? { artifactType } : {}),
      config,
      layers: [layer],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      annotations,
    }),
  )
  const descriptor = {
    mediaType: mediaTypes.manifest,
    digest: digestOf(bytes),
    size: bytes.length,
    artifactType,
    annotations,
  }
  return { descriptor, bytes }
}

/**
 * Puts a manifest that has a `subject` and sees to it that it is listed.
 * @param manifest its descriptor carries the artifact type and annotations that a listing shows
 */
export async function putReferrer(
  store: ContentStore,
  subject: Digest,
  manifest: RawManifest,
  pause: Pause,
): Promise<{ fallbackTag?: string }> {
  const { listsReferrers } = await patiently(pause, () => store.putManifest(manifest))
  if (listsReferrers) return {}
  return listReferrers(store, subject, [manifest.descriptor], pause)
}

/**
 * Sees to it that manifests which are there are listed among the subject's referrers, with one change of the fallback tag for all.
 * @param manifests with the artifact type and annotations that a listing shows
 * @throws ATTACH_INCOMPLETE
 */
export async function listReferrers(
  store: ContentStore,
  subject: Digest,
  manifests: readonly Descriptor[],
  pause: Pause,
): Promise<{ fallbackTag?: string }> {
  try {
    const unlisted = await notListed(store, subject, manifests)
    if (unlisted.length === 0) return {}
    const tag = fallbackTag(subject)
    const change = (current: RawManifest | undefined): NewTagged | undefined => {
      const bytes = withEntries(listUnder(current, subject), unlisted)
      return bytes === undefined ? undefined : { mediaType: mediaTypes.index, bytes }
    }
    await updateTag(store, tag, change, pause)
    return { fallbackTag: tag }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    const names = manifests.map(({ digest }) => digest).join(', ')
    const what = `${manifests.length === 1 ? 'The manifest' : 'The manifests'} ${names}`
    const are = manifests.length === 1 ? 'is' : 'are'
    throw attachmentFault(
      'ATTACH_INCOMPLETE',
      `${what} ${are} in ${store.name}, but could not be listed: ${cause.message}`,
      { cause, fix: cause.code === 'ATTACH_INCOMPLETE' && cause.fix !== undefined ? cause.fix : AGAIN },
    )
  }
}

const AGAIN = 'Run the same command again: it adds what is missing and leaves the rest.'

/** Some registries list referrers and do not say so when one is put. */
async function notListed(
  store: ContentStore,
  subject: Digest,
  manifests: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const referrers = await store.referrers(subject)
  if (referrers.by === 'unsupported') return manifests
  const listed = new Set(referrers.manifests.map(({ digest }) => digest))
  return manifests.filter(({ digest }) => !listed.has(digest))
}

/** A manifest's entry in a listing (distribution-spec 1.1, "Listing Referrers"): the config's type stands in for an artifact type. */
export function listedDescriptor({ descriptor }: RawManifest, parsed: Manifest): Descriptor {
  const { mediaType, digest, size } = descriptor
  const artifactType = parsed.artifactType ?? (parsed.kind === 'image' ? parsed.config.mediaType : undefined)
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(parsed.annotations).length === 0 ? {} : { annotations: parsed.annotations }),
  }
}

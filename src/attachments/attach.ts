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
  mediaTypes,
  type RawManifest,
} from '../oci/index.ts'
import { withEntry } from './fallback-index.ts'
import { attachmentFault } from './faults.ts'
import { type NewTagged, type Pause, updateTag } from './tagged-update.ts'

export interface NewReferrer {
  readonly artifactType: string
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
  await Promise.all([store.putBlob(emptyBlob.descriptor, { parts: [emptyBlob.bytes] }), store.putBlob(layer, content)])
  const manifest = referrerManifest(subject, referrer, layer)
  const listed = await putReferrer(store, subject.digest, manifest, pause)
  return { manifest: manifest.descriptor.digest, layer: layer.digest, ...listed }
}

function referrerManifest(subject: Descriptor, referrer: NewReferrer, layer: Descriptor): RawManifest {
  const { artifactType, annotations } = referrer
  const bytes = utf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType,
      config: emptyBlob.descriptor,
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
  const { listsReferrers } = await store.putManifest(manifest)
  if (listsReferrers) return {}
  try {
    if (await isListed(store, subject, manifest.descriptor.digest)) return {}
    const tag = fallbackTag(subject)
    const change = (current: RawManifest | undefined): NewTagged | undefined => {
      const bytes = withEntry(current, manifest.descriptor)
      return bytes === undefined ? undefined : { mediaType: mediaTypes.index, bytes }
    }
    await updateTag(store, tag, change, pause)
    return { fallbackTag: tag }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    const what = `The manifest ${manifest.descriptor.digest} is in ${store.name}, but it could not be listed: ${cause.message}`
    throw attachmentFault('ATTACH_INCOMPLETE', what, {
      cause,
      fix: 'Run the same command again: it adds what is missing and leaves the rest.',
    })
  }
}

/** Some registries list referrers and do not say so when one is put. */
async function isListed(store: ContentStore, subject: Digest, digest: Digest): Promise<boolean> {
  const referrers = await store.referrers(subject)
  return referrers.by !== 'unsupported' && referrers.manifests.some((descriptor) => descriptor.digest === digest)
}

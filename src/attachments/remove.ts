/** Removes attachments: the entry in the fallback index first, then the manifest; layers of Cosign's tags one by one. */

import type { Digest } from '../base/index.ts'
import { cosignTag, fallbackTag } from '../envelope/index.ts'
import { type ContentStore, mediaTypes, type RawManifest } from '../oci/index.ts'
import type { Attachment } from './attachment.ts'
import { isSame, removeCosignLayers } from './cosign-tag.ts'
import { listUnder, withoutEntries } from './fallback-index.ts'
import { isTaggedPlace, taggedPlaces } from './find.ts'
import type { Pause } from './pause.ts'
import { type NewTagged, updateTag } from './tagged-update.ts'

/** Removes exactly the named attachments of the image and nothing beside them: a manifest that also holds others stays. */
export async function removeAttachments(
  store: ContentStore,
  subject: Digest,
  gone: readonly Attachment[],
  pause: Pause,
): Promise<void> {
  for (const [place, suffix] of Object.entries(taggedPlaces)) {
    const layers = gone.filter((attachment) => attachment.place === place).map(({ layer }) => layer)
    if (layers.length === 0) continue
    await removeCosignLayers(
      store,
      cosignTag(subject, suffix),
      (layer) => layers.some((it) => isSame(it, layer)),
      pause,
    )
  }
  await removeReferrers(store, subject, wholeManifests(gone), pause)
}

/** Manifests of which every layer is to go. */
function wholeManifests(gone: readonly Attachment[]): ReadonlySet<Digest> {
  const named = new Map<Digest, Set<number>>()
  for (const { place, manifest, parsed, layerIndex } of gone) {
    if (isTaggedPlace(place)) continue
    const layers = named.get(manifest.descriptor.digest) ?? new Set(parsed.layers.keys())
    layers.delete(layerIndex)
    named.set(manifest.descriptor.digest, layers)
  }
  return new Set([...named].filter(([, left]) => left.size === 0).map(([digest]) => digest))
}

/**
 * The index first: a listing must not name what is gone.
 * @param onlyListed entries of the fallback index that go without a manifest: what they name is not there, or is another image's
 */
export async function removeReferrers(
  store: ContentStore,
  subject: Digest,
  manifests: ReadonlySet<Digest>,
  pause: Pause,
  onlyListed: ReadonlySet<Digest> = new Set(),
): Promise<void> {
  const entries = manifests.union(onlyListed)
  if (entries.size === 0) return
  const change = (current: RawManifest | undefined): NewTagged | undefined => {
    const bytes = withoutEntries(listUnder(current, subject), entries)
    return bytes === undefined ? undefined : { mediaType: mediaTypes.index, bytes }
  }
  await updateTag(store, fallbackTag(subject), change, pause)
  for (const digest of manifests) await store.deleteManifest(digest)
}

/** Removes attachments: the entry in the fallback index first, then the manifest; layers of Cosign's tags one by one. */

import type { Digest } from '../base/index.ts'
import { cosignTag, fallbackTag } from '../envelope/index.ts'
import { type ContentStore, mediaTypes, type RawManifest } from '../oci/index.ts'
import type { Attachment, Place } from './attachment.ts'
import { isSame, removeCosignLayers } from './cosign-tag.ts'
import { withoutEntries } from './fallback-index.ts'
import { type NewTagged, type Pause, updateTag } from './tagged-update.ts'

const TAG_SUFFIX: Readonly<Partial<Record<Place, 'sig' | 'att' | 'sbom'>>> = {
  'signature-tag': 'sig',
  'attestation-tag': 'att',
  'sbom-tag': 'sbom',
}

/** Removes exactly the named attachments of the image and nothing beside them. */
export async function removeAttachments(
  store: ContentStore,
  subject: Digest,
  gone: readonly Attachment[],
  pause: Pause,
): Promise<void> {
  for (const place of ['signature-tag', 'attestation-tag', 'sbom-tag'] as const) {
    const layers = gone.filter((attachment) => attachment.place === place).map(({ layer }) => layer)
    const tag = cosignTag(subject, TAG_SUFFIX[place] ?? 'sig')
    if (layers.length > 0)
      await removeCosignLayers(store, tag, (layer) => layers.some((it) => isSame(it, layer)), pause)
  }
  const manifests = new Set(
    gone.filter(({ place }) => TAG_SUFFIX[place] === undefined).map((it) => it.manifest.descriptor.digest),
  )
  if (manifests.size > 0) await removeReferrers(store, subject, manifests, pause)
}

/** The index first: a listing must not name what is gone. */
async function removeReferrers(
  store: ContentStore,
  subject: Digest,
  manifests: ReadonlySet<Digest>,
  pause: Pause,
): Promise<void> {
  const change = (current: RawManifest | undefined): NewTagged | undefined => {
    const bytes = withoutEntries(current, manifests)
    return bytes === undefined ? undefined : { mediaType: mediaTypes.index, bytes }
  }
  await updateTag(store, fallbackTag(subject), change, pause)
  for (const digest of manifests) await store.deleteManifest(digest)
}

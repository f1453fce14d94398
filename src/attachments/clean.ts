/** Removes what hangs on an image: signatures, attestations, SBOMs, or all of it; never the image itself. */

import { type Digest, Fault, mapBounded } from '../base/index.ts'
import { cosignTag } from '../envelope/index.ts'
import type { ContentStore } from '../oci/index.ts'
import { type Attachment, type AttachmentKind, type AttachmentProblem, kindOf, type Place } from './attachment.ts'
import { removeCosignLayers } from './cosign-tag.ts'
import { attachmentsIn } from './discover.ts'
import { attachmentFault } from './faults.ts'
import { type FoundManifest, findManifests, isTaggedPlace, taggedPlaces } from './find.ts'
import type { Pause } from './pause.ts'
import { removeAttachments, removeReferrers } from './remove.ts'
import { type AttachmentRole, roleOf } from './role.ts'

/** `referrer`: everything that the Referrers API or the fallback tag lists, whatever it is. */
export type CleanType = 'signature' | 'attestation' | 'sbom' | 'referrer' | 'all'

export interface CleanOptions {
  readonly types: readonly CleanType[]
  /** Removes nothing, and says what would go. */
  readonly dryRun: boolean
  readonly pause: Pause
}

export interface CleanedItem {
  readonly kind: AttachmentKind
  readonly place: Place
  readonly manifest: Digest
  readonly layer?: Digest
  /** Cosign's tag, which goes with its last layer. */
  readonly tag?: string
}

export interface CleanResult {
  /** With `dryRun`: what would go. */
  readonly removed: readonly CleanedItem[]
  /** What was not looked into and so was left. */
  readonly problems: readonly AttachmentProblem[]
}

/** What goes: whole manifests, and single layers. */
interface Chosen {
  readonly whole: readonly FoundManifest[]
  readonly layers: readonly Attachment[]
}

/**
 * @throws CLEAN_INCOMPLETE when the place refuses to delete; other faults mean that nothing was removed
 * @example await cleanImage(repository, digest, { types: ['signature'], dryRun: true, pause })
 */
export async function cleanImage(store: ContentStore, subject: Digest, options: CleanOptions): Promise<CleanResult> {
  const { manifests, problems } = await findManifests(store, subject, { withSboms: true })
  const chosen = await choose(store, manifests, options.types)
  const stale = isAnyReferrer(options.types) ? staleEntries(problems) : []
  if (!options.dryRun) await remove(store, subject, chosen, stale, options.pause)
  const layers = [...chosen.whole.flatMap(attachmentsIn), ...chosen.layers]
  const bare = chosen.whole.filter((found) => attachmentsIn(found).length === 0)
  const removed = [
    ...layers.map((attachment) => layerItem(attachment, subject)),
    ...stale.map((manifest): CleanedItem => ({ kind: 'unknown', place: 'fallback-tag', manifest })),
    ...bare.map(({ place, raw }): CleanedItem => ({ kind: 'unknown', place, manifest: raw.descriptor.digest })),
  ]
  return { removed, problems }
}

function isAnyReferrer(types: readonly CleanType[]): boolean {
  return types.includes('all') || types.includes('referrer')
}

/** Entries of the fallback index that name nothing, or what hangs on another image. */
function staleEntries(problems: readonly AttachmentProblem[]): readonly Digest[] {
  return problems.flatMap(({ place, code, digest }) => {
    const isStale = code === 'ATTACHMENT_MISSING' || code === 'ATTACHMENT_OF_ANOTHER_IMAGE'
    return place === 'fallback-tag' && isStale && digest !== undefined ? [digest] : []
  })
}

const ROLES_AT_ONCE = 8

/** A manifest goes whole where all of it is meant, else layer by layer. */
async function choose(
  store: ContentStore,
  manifests: readonly FoundManifest[],
  types: readonly CleanType[],
): Promise<Chosen> {
  const isWhole = ({ place }: FoundManifest): boolean =>
    types.includes('all') || (isAnyReferrer(types) && !isTaggedPlace(place))
  const others = manifests.filter((found) => !isWhole(found)).flatMap(attachmentsIn)
  const roles = await mapBounded(others, ROLES_AT_ONCE, (attachment) => roleOf(store, attachment))
  const wanted: readonly AttachmentRole[] = types.filter((type) => type !== 'all' && type !== 'referrer')
  const layers = others.filter((_, at) => wanted.includes(roles[at] ?? 'other'))
  return { whole: manifests.filter(isWhole), layers: ofOneRole(others, layers) }
}

/** A referrer cannot lose one layer and stay what its digest says: it goes only with all of them. */
function ofOneRole(all: readonly Attachment[], wanted: readonly Attachment[]): readonly Attachment[] {
  const left = new Set(all.filter((it) => !wanted.includes(it)).map((it) => it.manifest.descriptor.digest))
  return wanted.filter(({ place, manifest }) => isTaggedPlace(place) || !left.has(manifest.descriptor.digest))
}

async function remove(
  store: ContentStore,
  subject: Digest,
  { whole, layers }: Chosen,
  stale: readonly Digest[],
  pause: Pause,
): Promise<void> {
  try {
    await removeAttachments(store, subject, layers, pause)
    for (const { place } of whole)
      if (isTaggedPlace(place))
        await removeCosignLayers(store, cosignTag(subject, taggedPlaces[place]), () => true, pause)
    const referrers = whole.filter(({ place }) => !isTaggedPlace(place)).map(({ raw }) => raw.descriptor.digest)
    await removeReferrers(store, subject, new Set(referrers), pause, new Set(stale))
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw attachmentFault('CLEAN_INCOMPLETE', `Not everything could be removed from ${store.name}: ${cause.message}`, {
      cause,
      fix:
        cause.fix ??
        'Where the registry allows no deletion, its operator has to switch it on (docker-registry: REGISTRY_STORAGE_DELETE_ENABLED=true).',
    })
  }
}

function layerItem({ place, manifest, parsed, layer }: Attachment, subject: Digest): CleanedItem {
  return {
    kind: kindOf(parsed, layer),
    place,
    manifest: manifest.descriptor.digest,
    layer: layer.digest,
    ...(isTaggedPlace(place) ? { tag: cosignTag(subject, taggedPlaces[place]) } : {}),
  }
}

/**
 * The index behind a fallback tag (distribution-spec 1.1, "Referrers Tag Schema"): read entry by entry, so that one malformed entry does not
 * spoil the others, and written again with what was good in it.
 */

import {
  asArray,
  asObject,
  type Bytes,
  canonicalJson,
  type Digest,
  Fault,
  type Json,
  limits,
  readJson,
  utf8,
} from '../base/index.ts'
import { type Descriptor, isIndexMediaType, mediaTypes, type RawManifest, readDescriptor } from '../oci/index.ts'
import { attachmentFault } from './faults.ts'

interface FallbackEntry {
  readonly descriptor: Descriptor
  /** As it was written: members that this house does not know survive. */
  readonly json: Json
}

interface FallbackIndex {
  readonly entries: readonly FallbackEntry[]
  /** `isWhole`: nothing of the index could be read, so there may be entries that were not seen. */
  readonly problems: readonly { readonly detail: string; readonly isWhole: boolean }[]
}

/**
 * What the fallback tag lists, undefined where it lists nothing. `cosign copy` leaves the image itself under the tag: that is no list, hides
 * nothing, and an index may take its place.
 */
export function listUnder(raw: RawManifest | undefined, subject: Digest): RawManifest | undefined {
  return raw?.descriptor.digest === subject ? undefined : raw
}

export function readFallbackIndex(raw: RawManifest): FallbackIndex {
  const items = readItems(raw)
  if (typeof items === 'string') return { entries: [], problems: [{ detail: items, isWhole: true }] }
  const entries: FallbackEntry[] = []
  const problems: { detail: string; isWhole: boolean }[] = []
  items.forEach((json, at) => {
    try {
      entries.push({ descriptor: readDescriptor(json, `manifests[${at}]`), json })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      problems.push({ detail: error.message, isWhole: false })
    }
  })
  return { entries, problems }
}

function readItems(raw: RawManifest): readonly Json[] | string {
  const { mediaType } = raw.descriptor
  if (mediaType !== '' && !isIndexMediaType(mediaType)) return `The fallback tag holds a ${mediaType}, not an index.`
  try {
    const document = readJson(raw.bytes, { what: 'The fallback index', maxBytes: limits.manifestBytes })
    const object = asObject(document, 'The fallback index')
    if (object['layers'] !== undefined || object['config'] !== undefined) {
      return 'The fallback index can be read as an image and as an index at once.'
    }
    return asArray(object['manifests'], 'manifests', Number.MAX_SAFE_INTEGER)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.message
  }
}

/** Adds entries as `withEntry` does each; undefined when all stand there as they should. @throws ATTACH_INCOMPLETE when the index cannot be read */
export function withEntries(current: RawManifest | undefined, added: readonly Descriptor[]): Bytes | undefined {
  let bytes: Bytes | undefined
  for (const entry of added) {
    const so: RawManifest | undefined =
      bytes === undefined ? current : { descriptor: { ...entry, mediaType: mediaTypes.index }, bytes }
    bytes = withEntry(so, entry) ?? bytes
  }
  return bytes
}

/** Adds the entry, or corrects one that says something else of the same digest; undefined when it stands there as it should. */
function withEntry(current: RawManifest | undefined, entry: Descriptor): Bytes | undefined {
  const { entries, problems } = current === undefined ? { entries: [], problems: [] } : readFallbackIndex(current)
  const unreadable = problems.find(({ isWhole }) => isWhole)
  if (unreadable !== undefined) throw notOverwritten(unreadable.detail)
  const same = entries.find(({ descriptor }) => descriptor.digest === entry.digest)?.descriptor
  if (problems.length === 0 && same !== undefined && isEntry(same, entry)) return undefined
  const others = entries.filter(({ descriptor }) => descriptor.digest !== entry.digest)
  return writeIndex([...others.map(({ json }) => json), entry])
}

/** Other readers may see signatures in it that this one cannot: an index of one entry in its place would take them away. */
function notOverwritten(detail: string): Error {
  return attachmentFault(
    'ATTACH_INCOMPLETE',
    `What others wrote there cannot be read, and is not overwritten: ${detail}`,
    {
      fix: 'Look at the fallback tag of the image, repair or remove it, and run the same command again.',
    },
  )
}

/** Removes entries; undefined when none of them is there. An index that becomes empty is kept: not every registry deletes tags. */
export function withoutEntries(current: RawManifest | undefined, digests: ReadonlySet<Digest>): Bytes | undefined {
  if (current === undefined) return undefined
  const { entries } = readFallbackIndex(current)
  const kept = entries.filter(({ descriptor }) => !digests.has(descriptor.digest))
  return kept.length === entries.length ? undefined : writeIndex(kept.map(({ json }) => json))
}

/** Listings show the artifact type and the annotations (distribution-spec 1.1, "Pushing Manifests with Subject"): an entry without them is wrong. */
function isEntry(a: Descriptor, b: Descriptor): boolean {
  return (
    a.mediaType === b.mediaType &&
    a.size === b.size &&
    a.artifactType === b.artifactType &&
    canonicalJson({ ...a.annotations }) === canonicalJson({ ...b.annotations })
  )
}

function writeIndex(manifests: readonly (Json | Descriptor)[]): Bytes {
  return utf8(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }))
}

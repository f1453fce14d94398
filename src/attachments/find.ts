/**
 * Finds the manifests that hang on an image, in every place at once: the Referrers API, the fallback tag (distribution-spec 1.1, "Referrers
 * Tag Schema") and Cosign's `.sig`, `.att` and `.sbom` tags. No place hides another; what cannot be read is reported, never taken for absent.
 */

import { type Digest, Fault, formatBytes, limits, mapBounded } from '../base/index.ts'
import { type CosignSuffix, cosignTag, fallbackTag } from '../envelope/index.ts'
import {
  type ContentReader,
  type Descriptor,
  isTag,
  type Manifest,
  parseManifest,
  type RawManifest,
} from '../oci/index.ts'
import { type AttachmentProblem, evidenceRank, hasWrongLayers, type Place } from './attachment.ts'
import { listUnder, readFallbackIndex } from './fallback-index.ts'

/** A manifest whose `subject` is the image, or that lies under one of Cosign's tags of the image. */
export interface FoundManifest {
  readonly place: Place
  readonly raw: RawManifest
  readonly parsed: Manifest
}

export interface FoundManifests {
  readonly manifests: readonly FoundManifest[]
  readonly problems: readonly AttachmentProblem[]
  /** Whether the Referrers API (or a layout's scan) answered; without it writers keep the fallback tag. */
  readonly hasReferrersApi: boolean
}

export interface FindOptions {
  /** Manifests that are read at most; more is reported as a bound that was reached. */
  readonly maxManifests?: number
  /** Reads the unsigned `.sbom` tag too: for showing and copying, never for a verdict. */
  readonly withSboms?: boolean
}

/** Cosign's tags that hold what is attached. */
export const taggedPlaces = {
  'signature-tag': 'sig',
  'attestation-tag': 'att',
  'sbom-tag': 'sbom',
} as const satisfies Partial<Record<Place, CosignSuffix>>

export type TaggedPlace = keyof typeof taggedPlaces

export function isTaggedPlace(place: Place): place is TaggedPlace {
  return Object.hasOwn(taggedPlaces, place)
}

interface Listed {
  readonly place: Place
  readonly descriptor: Descriptor
}

interface Found {
  readonly listed: readonly Listed[]
  readonly manifests: readonly FoundManifest[]
  readonly problems: readonly AttachmentProblem[]
}

const nothing: Found = { listed: [], manifests: [], problems: [] }

/** Everything that hangs on `subject`, with what was skipped and why, in two round trips and a stable order. */
export async function findManifests(
  reader: ContentReader,
  subject: Digest,
  options: FindOptions = {},
): Promise<FoundManifests> {
  const [referrers, ...places] = await Promise.all([
    listReferrers(reader, subject),
    listFallbackTag(reader, subject),
    readTag(reader, subject, 'signature-tag'),
    readTag(reader, subject, 'attestation-tag'),
    ...(options.withSboms === true ? [readTag(reader, subject, 'sbom-tag')] : []),
  ])
  const first = [referrers.found, ...places]
  const listed = await readListed(
    reader,
    subject,
    first.flatMap((found) => found.listed),
    options.maxManifests ?? limits.attachments,
  )
  const all = [...listed, ...first]
  return {
    manifests: all.flatMap((found) => found.manifests),
    problems: all.flatMap((found) => found.problems),
    hasReferrersApi: referrers.isSupported,
  }
}

async function listReferrers(reader: ContentReader, subject: Digest): Promise<{ found: Found; isSupported: boolean }> {
  const place = 'referrers'
  const { value: referrers, problems } = await readable(place, undefined, () => reader.referrers(subject))
  if (referrers === undefined) return { found: { ...nothing, problems }, isSupported: false }
  const reported = referrers.problems.map(({ what, isBound }): AttachmentProblem => {
    const code = isBound ? 'ATTACHMENT_BOUND_REACHED' : 'ATTACHMENT_MALFORMED'
    return { place, code, detail: what, isUnseen: isBound }
  })
  const listed = referrers.manifests.map((descriptor): Listed => ({ place, descriptor }))
  return { found: { ...nothing, listed, problems: reported }, isSupported: referrers.by !== 'unsupported' }
}

async function listFallbackTag(reader: ContentReader, subject: Digest): Promise<Found> {
  const place = 'fallback-tag'
  const { value, problems } = await readable(place, undefined, () => reader.manifest(fallbackTag(subject)))
  const raw = listUnder(value, subject)
  if (raw === undefined) return { ...nothing, problems }
  const index = readFallbackIndex(raw)
  const { digest } = raw.descriptor
  return {
    ...nothing,
    listed: index.entries.map(({ descriptor }): Listed => ({ place, descriptor })),
    problems: index.problems.map(({ detail, isWhole }): AttachmentProblem => {
      return { place, digest, code: 'ATTACHMENT_MALFORMED', detail, isUnseen: isWhole }
    }),
  }
}

/** Cosign's own tags hold the manifest itself, without a `subject`: what binds it to the image is inside what was signed. */
async function readTag(reader: ContentReader, subject: Digest, place: TaggedPlace): Promise<Found> {
  const tag = cosignTag(subject, taggedPlaces[place])
  // Cosign's tag of a sha512 digest is longer than a tag may be: no registry holds one.
  if (!isTag(tag)) return nothing
  const { value: raw, problems } = await readable(place, undefined, () => reader.manifest(tag))
  return raw === undefined ? { ...nothing, problems } : take(place, raw, subject, false)
}

/** What says that it is evidence first: ten thousand foreign referrers must not push a signature past the bound. */
async function readListed(
  reader: ContentReader,
  subject: Digest,
  listed: readonly Listed[],
  atMost: number,
): Promise<Found[]> {
  const seen = new Set<Digest>()
  const distinct = listed.filter(({ descriptor }) => seen.size < seen.add(descriptor.digest).size)
  const ordered = distinct.toSorted((a, b) => evidenceRank(a.descriptor) - evidenceRank(b.descriptor))
  let held = 0
  let unread = ordered[atMost]
  const found = await mapBounded(ordered.slice(0, atMost), limits.connectionsPerHost, async (item) => {
    if (held > limits.attachedManifestBytes) {
      unread ??= item
      return nothing
    }
    const one = await readOne(reader, subject, item)
    for (const { raw } of one.manifests) held += raw.bytes.length
    return one
  })
  if (unread === undefined) return found
  const most = `${Math.min(atMost, ordered.length)} of them and ${formatBytes(limits.attachedManifestBytes)}`
  const detail = `${ordered.length} manifests are attached; at most ${most} are read.`
  return [...found, problem({ place: unread.place, code: 'ATTACHMENT_BOUND_REACHED', detail, isUnseen: true })]
}

async function readOne(reader: ContentReader, subject: Digest, { place, descriptor }: Listed): Promise<Found> {
  const { digest, size } = descriptor
  if (size > limits.manifestBytes) {
    const detail = `Its manifest is said to have ${formatBytes(size)}; at most ${formatBytes(limits.manifestBytes)} are read.`
    return problem({ place, digest, code: 'ATTACHMENT_BOUND_REACHED', detail, isUnseen: true })
  }
  const { value: raw, problems } = await readable(place, digest, () => reader.manifest(digest))
  if (raw !== undefined) return take(place, raw, subject, true)
  if (problems.length > 0) return { ...nothing, problems }
  const detail = 'It is listed, but it is not there.'
  return problem({ place, digest, code: 'ATTACHMENT_MISSING', detail, isUnseen: true })
}

function take(place: Place, raw: RawManifest, subject: Digest, needsSubject: boolean): Found {
  const { digest, mediaType } = raw.descriptor
  try {
    const parsed = parseManifest(raw.bytes, mediaType)
    const isForeign = parsed.subject === undefined ? needsSubject : parsed.subject.digest !== subject
    const found = { ...nothing, manifests: [{ place, raw, parsed }] }
    // Whatever an index under a tag of Cosign's names is not followed: nobody writes one there.
    const misplaced = 'It is an index, where Cosign has an image manifest: what it names was not read.'
    if (!isForeign && parsed.kind === 'index' && !needsSubject)
      return {
        ...found,
        problems: [{ place, digest, code: 'ATTACHMENT_MALFORMED', detail: misplaced, isUnseen: true }],
      }
    if (!isForeign && hasWrongLayers(parsed)) {
      const detail = 'It calls itself a Notation signature, which has one layer, and has another number of them.'
      return { ...found, problems: [{ place, digest, code: 'ATTACHMENT_MALFORMED', detail, isUnseen: false }] }
    }
    if (!isForeign) return found
    const detail = parsed.subject === undefined ? 'It names no subject.' : `Its subject is ${parsed.subject.digest}.`
    return problem({ place, digest, code: 'ATTACHMENT_OF_ANOTHER_IMAGE', detail, isUnseen: false })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const isBound = error.code === 'LIMIT_EXCEEDED'
    const code = isBound ? 'ATTACHMENT_BOUND_REACHED' : 'ATTACHMENT_MALFORMED'
    // One malformed entry of a list is passed over; a tag is all there is of its place.
    return problem({ place, digest, code, detail: error.message, isUnseen: isBound || !needsSubject })
  }
}

function problem(one: AttachmentProblem): Found {
  return { ...nothing, problems: [one] }
}

/** A failure of one place is a problem of that place: the others are still read. */
async function readable<T>(
  place: Place,
  digest: Digest | undefined,
  read: () => Promise<T>,
): Promise<{ value?: T; problems: readonly AttachmentProblem[] }> {
  try {
    return { value: await read(), problems: [] }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const where = digest === undefined ? {} : { digest }
    return { problems: [{ place, ...where, code: 'ATTACHMENT_UNREADABLE', detail: error.message, isUnseen: true }] }
  }
}

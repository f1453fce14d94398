/**
 * Verifies an index with the images in it: a child is proven by its own signature, or because the signed index names its digest. BuildKit's
 * attestation manifests in an index are no platforms; they are shown as what they are: unsigned.
 */

import { type Digest, Fault, limits, mapBounded } from '../base/index.ts'
import {
  type ContentReader,
  type Descriptor,
  formatPlatform,
  isBuildKitAttestation,
  isIndexMediaType,
  parseManifest,
} from '../oci/index.ts'
import { type ImagePlace, type ImageVerdict, verifyImage } from './image.ts'
import type { Question } from './question.ts'
import { type Reason, unreadableImage, type Verdict } from './reason.ts'

export interface ChildVerdict {
  readonly digest: Digest
  readonly mediaType: string
  /** `linux/arm64/v8`, where the index says one. */
  readonly platform?: string
  /** itself: its own signature · index: the signed index names its digest · nothing · unsigned-metadata: BuildKit's, no platform. */
  readonly provenBy: 'itself' | 'index' | 'nothing' | 'unsigned-metadata'
  readonly own?: ImageVerdict
  readonly children?: readonly ChildVerdict[]
  /** Why the images below a nested index were not looked at. */
  readonly unseen?: Reason
}

export interface RecursiveVerdict extends ImageVerdict {
  readonly children: readonly ChildVerdict[]
}

export interface RecursiveOptions {
  /** Every child must have a signature of its own. */
  readonly each: boolean
}

/** @throws as `verifyImage` */
export async function verifyRecursively(
  place: ImagePlace,
  target: string,
  question: Question,
  options: RecursiveOptions,
): Promise<RecursiveVerdict> {
  const whole = await verifyImage(place, target, question)
  if (whole.digest === undefined) return { ...whole, children: [] }
  const walk: Walk = { place, question, left: limits.recursiveImages }
  const read = await childrenWithin(walk, whole.digest)
  if (!isEntries(read)) return { ...whole, ...worse(whole, { verdict: 'unknown', reason: read }), children: [] }
  const children = await verifyChildren(walk, read, whole.verdict === 'verified', 1)
  const { verdict, reason } = withChildren(whole, children, options)
  return { ...whole, verdict, reason, children }
}

/**
 * Verifies a child through its index: the index is verified, and must name the child's digest.
 * @param index tag or digest of the index
 */
export async function verifyThroughIndex(
  place: ImagePlace,
  child: Digest,
  index: string,
  question: Question,
): Promise<ImageVerdict> {
  const whole = await verifyImage(place, index, question)
  const { digest, verdict } = whole
  // Let through is let through as what it is: an index that names the child.
  if (digest === undefined || (verdict !== 'verified' && verdict !== 'unproven')) return { ...whole, digest: child }
  const named = await isNamedIn({ place, left: limits.recursiveImages, known: new Map() }, digest, child, 1)
  if (named === true) {
    if (verdict === 'unproven') return { ...whole, digest: child }
    const detail = `The index ${digest} names it. ${whole.reason.detail}`
    return { ...whole, digest: child, reason: { code: 'PROVEN_BY_INDEX', detail } }
  }
  if (named === false) {
    const detail = `The index ${digest} does not name ${child}.`
    return { ...whole, digest: child, verdict: 'refused', reason: { code: 'NOT_IN_INDEX', detail } }
  }
  return { ...whole, digest: child, verdict: 'unknown', reason: named }
}

/** One way through an index: what is nested can name the same again and again, so that depth alone is no bound. */
interface Walk {
  readonly place: ImagePlace
  readonly question: Question
  /** Images, or indexes, that may still be looked at. */
  left: number
}

/** The search for one image in an index. */
interface Search {
  readonly place: ImagePlace
  left: number
  /** What was found in an index, and how deep in the search it lay: looked into again only from nearer the top, where more of it is seen. */
  readonly known: Map<Digest, { readonly depth: number; readonly named: boolean | Reason }>
}

async function isNamedIn(search: Search, index: Digest, child: Digest, depth: number): Promise<boolean | Reason> {
  const before = search.known.get(index)
  if (before !== undefined && before.depth <= depth) return before.named
  const named = await lookInto(search, index, child, depth)
  search.known.set(index, { depth, named })
  return named
}

async function lookInto(search: Search, index: Digest, child: Digest, depth: number): Promise<boolean | Reason> {
  if (search.left-- <= 0) return tooMany
  const entries = await readChildren(search.place.image, index)
  if (!isEntries(entries)) return entries
  if (entries.some(({ digest }) => digest === child)) return true
  let unseen: Reason | undefined
  for (const entry of entries.filter(({ mediaType }) => isIndexMediaType(mediaType))) {
    const named = depth < limits.indexDepth ? await isNamedIn(search, entry.digest, child, depth + 1) : tooDeep
    if (named === true) return true
    if (named !== false) unseen = named
  }
  return unseen ?? false
}

const tooDeep: Reason = {
  code: 'EVIDENCE_UNREADABLE',
  detail: `Indexes are nested more than ${limits.indexDepth} deep; what lies below was not read.`,
}

const tooMany: Reason = {
  code: 'EVIDENCE_UNREADABLE',
  detail: `The index leads to more than ${limits.recursiveImages} images and indexes; not all of them were read.`,
}

function isEntries(read: readonly Descriptor[] | Reason): read is readonly Descriptor[] {
  return Array.isArray(read)
}

async function readChildren(reader: ContentReader, digest: Digest): Promise<readonly Descriptor[] | Reason> {
  try {
    const raw = await reader.manifest(digest)
    if (raw === undefined) return { code: 'IMAGE_MISSING', detail: `There is no manifest ${digest} in ${reader.name}.` }
    const parsed = parseManifest(raw.bytes, raw.descriptor.mediaType)
    return parsed.kind === 'index' ? parsed.manifests : []
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return unreadableImage(error)
  }
}

async function childrenWithin(walk: Walk, digest: Digest): Promise<readonly Descriptor[] | Reason> {
  // Not even read: each of thousands of indexes that are beyond the bound would be fetched and parsed for nothing.
  if (walk.left <= 0) return tooMany
  const read = await readChildren(walk.place.image, digest)
  if (!isEntries(read)) return read
  if (read.length > walk.left) return tooMany
  walk.left -= read.length
  return read
}

async function verifyChildren(
  walk: Walk,
  entries: readonly Descriptor[],
  isIndexProven: boolean,
  depth: number,
): Promise<readonly ChildVerdict[]> {
  return mapBounded(entries, limits.connectionsPerHost, (entry) => verifyChild(walk, entry, isIndexProven, depth))
}

async function verifyChild(
  walk: Walk,
  entry: Descriptor,
  isIndexProven: boolean,
  depth: number,
): Promise<ChildVerdict> {
  const { digest, mediaType, platform } = entry
  const what = { digest, mediaType, ...(platform === undefined ? {} : { platform: formatPlatform(platform) }) }
  if (isBuildKitAttestation(entry)) return { ...what, provenBy: 'unsigned-metadata' }
  const own = await verifyImage(walk.place, digest, walk.question)
  const provenBy = own.verdict === 'verified' ? 'itself' : isIndexProven ? 'index' : 'nothing'
  if (!isIndexMediaType(mediaType)) return { ...what, provenBy, own }
  const below = depth >= limits.indexDepth ? tooDeep : await childrenWithin(walk, digest)
  if (!isEntries(below)) return { ...what, provenBy, own, unseen: below }
  return {
    ...what,
    provenBy,
    own,
    children: await verifyChildren(walk, below, provenBy !== 'nothing', depth + 1),
  }
}

type Conclusion = Pick<ImageVerdict, 'verdict' | 'reason'>

function withChildren(whole: ImageVerdict, children: readonly ChildVerdict[], { each }: RecursiveOptions): Conclusion {
  if (!each) return whole
  const all = flatten(children)
  const unseen = all.find((child) => child.unseen !== undefined)?.unseen
  const seen = unseen === undefined ? whole : worse(whole, { verdict: 'unknown', reason: unseen })
  const lacking = all.filter((child) => child.provenBy === 'index' || child.provenBy === 'nothing')
  const first = lacking.find((child) => child.own?.verdict === 'refused') ?? lacking[0]
  if (first === undefined) return seen
  const name = first.platform === undefined ? first.digest : `${first.platform} (${first.digest})`
  const reason: Reason = {
    code: 'CHILD_REFUSED',
    detail: `${lacking.length} of the images in the index have no accepted signature of their own: ${name}. ${first.own?.reason.detail ?? ''}`,
    fix: 'Sign them all: zegel sign --recursive --key KEY IMAGE',
  }
  return worse(seen, { verdict: first.own?.verdict === 'unknown' ? 'unknown' : 'refused', reason })
}

function flatten(children: readonly ChildVerdict[]): readonly ChildVerdict[] {
  return children.flatMap((child) => [child, ...flatten(child.children ?? [])])
}

const RANK: Readonly<Record<Verdict, number>> = { verified: 0, unproven: 1, unknown: 2, refused: 3 }

function worse(a: Conclusion, b: Conclusion): Conclusion {
  const worst = RANK[b.verdict] > RANK[a.verdict] ? b : a
  return { verdict: worst.verdict, reason: worst.reason }
}

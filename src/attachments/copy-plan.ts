/**
 * What a copy consists of: the manifest, for an index all that it names, and everything that hangs on any of these, and on that in turn;
 * in the order in which a registry accepts it (content before what names it).
 */

import { type Digest, formatBytes, limits, mapBounded } from '../base/index.ts'
import { cosignTag } from '../envelope/index.ts'
import {
  type ContentReader,
  type Descriptor,
  isManifestMediaType,
  type Manifest,
  mediaTypes,
  parseManifest,
  type RawManifest,
} from '../oci/index.ts'
import type { AttachmentProblem } from './attachment.ts'
import { attachmentsIn } from './discover.ts'
import { attachmentFault } from './faults.ts'
import { type FoundManifest, findManifests, isTaggedPlace, taggedPlaces } from './find.ts'
import { type AttachmentRole, roleOf } from './role.ts'

export interface PlannedManifest {
  readonly raw: RawManifest
  readonly parsed: Manifest
  /** part: of the image. referrer: is listed under its subject. tag: one of Cosign's. */
  readonly as:
    | { readonly kind: 'part' }
    | { readonly kind: 'referrer'; readonly subject: Digest }
    | { readonly kind: 'tag'; readonly tag: string }
}

export interface CopyProblem extends AttachmentProblem {
  /** The manifest that was looked at when it was met. */
  readonly subject: Digest
}

export interface CopyPlan {
  /** Each wave needs what the waves before it have put. */
  readonly waves: readonly (readonly PlannedManifest[])[]
  /** Distinct, the image's own first. */
  readonly blobs: readonly Descriptor[]
  readonly problems: readonly CopyProblem[]
}

export interface PlanOptions {
  /** Only attachments of these roles, and not the image itself. */
  readonly only?: readonly AttachmentRole[]
  /** The image alone. */
  readonly withoutAttachments?: boolean
}

/** A manifest with what it names below it. */
interface Tree {
  readonly planned: PlannedManifest
  readonly children: readonly Tree[]
}

/** @throws COPY_SOURCE_INCOMPLETE, LIMIT_EXCEEDED */
export async function planCopy(source: ContentReader, root: RawManifest, options: PlanOptions): Promise<CopyPlan> {
  const walk = new Walk(source)
  const image = await walk.tree(root, { kind: 'part' }, 1)
  const waves = options.only === undefined ? wavesOf([image]) : []
  let level = [image]
  for (let depth = 1; level.length > 0 && options.withoutAttachments !== true; depth++) {
    const subjects = [...allOf(level)].map(({ planned }) => planned.raw.descriptor.digest)
    const found = await mapBounded([...new Set(subjects)], LOOKUPS_AT_ONCE, (subject) => walk.attachedTo(subject))
    const attached = depth === 1 ? await walk.withRole(found.flat(), options.only) : found.flat()
    if (depth > limits.copyDepth && attached.length > 0) {
      walk.tooDeep(attached)
      break
    }
    level = await mapBounded(attached, LOOKUPS_AT_ONCE, ({ as, found: { raw } }) => walk.tree(raw, as, 1))
    waves.push(...wavesOf(level))
  }
  return { waves, blobs: blobsOf(waves.flat()), problems: walk.problems }
}

/** Each of them asks for five places at once. */
const LOOKUPS_AT_ONCE = 4

interface Attached {
  readonly subject: Digest
  readonly found: FoundManifest
  readonly as: PlannedManifest['as']
}

class Walk {
  readonly problems: CopyProblem[] = []
  private readonly source: ContentReader
  /** Each part is fetched once, however many indexes name it. */
  private readonly parts = new Map<Digest, Promise<Tree>>()
  private readonly lookedUp = new Set<Digest>()
  private manifests = 0
  private bytes = 0

  constructor(source: ContentReader) {
    this.source = source
  }

  async tree(raw: RawManifest, as: PlannedManifest['as'], depth: number): Promise<Tree> {
    this.manifests += 1
    this.bytes += raw.bytes.length
    if (this.manifests > limits.copyManifests || this.bytes > limits.copyManifestBytes) throw tooMuch(this.source)
    const parsed = parseManifest(raw.bytes, raw.descriptor.mediaType)
    return { planned: { raw, parsed, as }, children: await this.children(raw.descriptor.digest, parsed, depth) }
  }

  async attachedTo(subject: Digest): Promise<readonly Attached[]> {
    if (this.lookedUp.has(subject)) return []
    this.lookedUp.add(subject)
    const options = { withSboms: true, maxManifests: limits.copyManifests }
    const { manifests, problems } = await findManifests(this.source, subject, options)
    this.problems.push(...problems.map((problem) => ({ ...problem, subject })))
    return manifests.map((found) => ({ subject, found, as: placeAs(found, subject) }))
  }

  async withRole(attached: readonly Attached[], only: PlanOptions['only']): Promise<readonly Attached[]> {
    if (only === undefined) return attached
    const wanted = await mapBounded(attached, LOOKUPS_AT_ONCE, async ({ found }) => {
      for (const attachment of attachmentsIn(found))
        if (only.includes(await roleOf(this.source, attachment))) return true
      return false
    })
    return attached.filter((_, at) => wanted[at])
  }

  tooDeep(attached: readonly Attached[]): void {
    const [first] = attached
    if (first === undefined) return
    const detail = `What hangs on attachments is copied ${limits.copyDepth} deep; ${attached.length} manifests lie deeper.`
    const { subject, found } = first
    this.problems.push({
      subject,
      place: found.place,
      code: 'ATTACHMENT_BOUND_REACHED',
      detail,
      isUnseen: true,
    })
  }

  private async children(digest: Digest, parsed: Manifest, depth: number): Promise<readonly Tree[]> {
    if (parsed.kind === 'image') return []
    const entries = [...new Set(parsed.manifests.filter(isManifestEntry).map((entry) => entry.digest))]
    if (depth > limits.copyDepth && entries.length > 0) throw tooMuch(this.source)
    return mapBounded(entries, limits.connectionsPerHost, (child) => {
      const part = this.parts.get(child) ?? this.part(digest, child, depth + 1)
      this.parts.set(child, part)
      return part
    })
  }

  private async part(index: Digest, digest: Digest, depth: number): Promise<Tree> {
    const raw = await this.source.manifest(digest)
    if (raw === undefined) throw incomplete(this.source, index, digest)
    return this.tree(raw, { kind: 'part' }, depth)
  }
}

function placeAs({ place }: FoundManifest, subject: Digest): PlannedManifest['as'] {
  return isTaggedPlace(place)
    ? { kind: 'tag', tag: cosignTag(subject, taggedPlaces[place]) }
    : { kind: 'referrer', subject }
}

/** What an index names with another type than a manifest's is a blob. */
function isManifestEntry({ mediaType }: Descriptor): boolean {
  return mediaType === '' || isManifestMediaType(mediaType)
}

/** Every tree once, in any order. */
function allOf(trees: readonly Tree[], all = new Set<Tree>()): ReadonlySet<Tree> {
  for (const tree of trees) {
    if (all.has(tree)) continue
    all.add(tree)
    allOf(tree.children, all)
  }
  return all
}

/** By height: what names nothing first. Parts that several trees share are put once. */
function wavesOf(trees: readonly Tree[]): PlannedManifest[][] {
  const waves: Map<string, PlannedManifest>[] = []
  const heights = new Map<Tree, number>()
  const put = (tree: Tree): number => {
    const known = heights.get(tree)
    if (known !== undefined) return known
    let height = 0
    for (const child of tree.children) height = Math.max(height, put(child) + 1)
    heights.set(tree, height)
    const { as, raw } = tree.planned
    const wave = waves[height] ?? new Map<string, PlannedManifest>()
    waves[height] = wave.set(as.kind === 'tag' ? as.tag : `${as.kind} ${raw.descriptor.digest}`, tree.planned)
    return height
  }
  trees.forEach(put)
  return waves.map((wave) => [...wave.values()])
}

function blobsOf(manifests: readonly PlannedManifest[]): readonly Descriptor[] {
  const blobs = manifests.flatMap(({ parsed }) => {
    if (parsed.kind === 'index') return parsed.manifests.filter((entry) => !isManifestEntry(entry))
    // The withdrawn artifact manifest has no configuration.
    return parsed.mediaType === mediaTypes.artifactManifest ? parsed.layers : [parsed.config, ...parsed.layers]
  })
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}

function incomplete(source: ContentReader, index: Digest, child: Digest): Error {
  return attachmentFault('COPY_SOURCE_INCOMPLETE', `The index ${index} names ${child}, which ${source.name} lacks.`, {
    fix: 'Copy the platforms that are there one by one, with --platform.',
  })
}

function tooMuch({ name }: ContentReader): Error {
  const manifests = `${limits.copyManifests} manifests (${formatBytes(limits.copyManifestBytes)}), ${limits.copyDepth} deep`
  return attachmentFault(
    'COPY_TOO_MUCH',
    `What ${name} has of the image is more than is copied at once: ${manifests}.`,
    {
      fix: 'Copy single platforms with --platform, or the image alone with --without-attachments.',
    },
  )
}

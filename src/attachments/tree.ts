/** What is there: an image, the images of an index, and everything attached to each, as a tree. Nothing of it is verified. */

import { type Bytes, type Digest, Fault, isDigest, limits, mapBounded } from '../base/index.ts'
import { cosignAnnotations } from '../envelope/index.ts'
import {
  type BlobReader,
  type ContentReader,
  type Descriptor,
  formatPlatform,
  type Manifest,
  parseManifest,
  type RawManifest,
} from '../oci/index.ts'
import type { Attachment, AttachmentKind, AttachmentProblem, Place } from './attachment.ts'
import { attachmentsIn } from './discover.ts'
import { attachmentFault } from './faults.ts'
import { type FoundManifest, findManifests } from './find.ts'
import type { NotationFacts } from './notation-facts.ts'
import { claimedPredicateType } from './role.ts'

export interface AttachmentNode {
  readonly kind: AttachmentKind
  readonly place: Place
  readonly manifest: Digest
  readonly artifactType?: string
  /** One layer of the manifest; undefined where it has none. */
  readonly layer?: Digest
  /** Of the layer; of the manifest where it has none. */
  readonly mediaType: string
  /** Bytes of the layer; of the manifest where it has none. */
  readonly size: number
  /** What it says that it states. Unsigned. */
  readonly predicateType?: string
  /** Unsigned; without those that hold signatures and certificates. */
  readonly annotations?: Readonly<Record<string, string>>
  /** What a Notation signature says; left out where it could not be read, which is among the problems. */
  readonly notation?: NotationFacts
  /** What is attached to its manifest in turn; on the first layer of a manifest. */
  readonly attachments?: readonly AttachmentNode[]
}

export interface ImageNode {
  readonly platform?: string
  readonly digest: Digest
  readonly mediaType: string
  /** Bytes of the manifest with its configuration and layers. */
  readonly size: number
  /** The index names it, and it is not there. */
  readonly isMissing?: true
  readonly attachments: readonly AttachmentNode[]
  /** Of the image and of everything attached to it. */
  readonly problems: readonly AttachmentProblem[]
  readonly children?: readonly ImageNode[]
}

/**
 * @param target a tag or digest
 * @param evidence where what is attached lies, when that is another repository
 * @throws IMAGE_MISSING; what keeps attachments from being read is among the problems
 * @example const { attachments, children } = await inspectImage(repository, '1.4')
 */
export async function inspectImage(
  reader: ContentReader,
  target: string,
  evidence: ContentReader = reader,
): Promise<ImageNode> {
  const raw = await reader.manifest(target)
  if (raw !== undefined) return new Inspection(reader, evidence).image(raw, 1)
  const what = isDigest(target) ? `manifest ${target}` : `tag "${target}"`
  throw attachmentFault('IMAGE_MISSING', `There is no ${what} in ${reader.name}.`, {
    fix: 'Check the name and the tag.',
  })
}

/** Each of them asks for five places at once. */
const LOOKUPS_AT_ONCE = 4

class Inspection {
  private readonly reader: ContentReader
  private readonly evidence: ContentReader
  private readonly lookedUp = new Set<Digest>()

  constructor(reader: ContentReader, evidence: ContentReader) {
    this.reader = reader
    this.evidence = evidence
  }

  async image(raw: RawManifest, depth: number): Promise<ImageNode> {
    const { digest, mediaType } = raw.descriptor
    const parsed = parseManifest(raw.bytes, mediaType)
    const problems: AttachmentProblem[] = []
    const attachments = await this.attachedTo(digest, problems, 1)
    const image = { digest, mediaType, size: raw.bytes.length + contentSize(parsed), attachments, problems }
    if (parsed.kind === 'image') return image
    if (depth > limits.copyDepth) {
      problems.push(tooDeep(`Indexes are nested more than ${limits.copyDepth} deep; what lies below was not read.`))
      return image
    }
    const entries = [...new Map(parsed.manifests.map((entry) => [entry.digest, entry])).values()]
    const children = await mapBounded(entries, LOOKUPS_AT_ONCE, (entry) => this.child(entry, depth + 1))
    return { ...image, children }
  }

  private async child(entry: Descriptor, depth: number): Promise<ImageNode> {
    const platform = entry.platform === undefined ? {} : { platform: formatPlatform(entry.platform) }
    const { digest, mediaType, size } = entry
    const isKnown = this.lookedUp.has(digest)
    const raw = isKnown ? undefined : await this.reader.manifest(digest)
    if (raw !== undefined) return { ...platform, ...(await this.image(raw, depth)) }
    const missing = isKnown ? {} : { isMissing: true as const }
    return { ...platform, digest, mediaType, size, ...missing, attachments: [], problems: [] }
  }

  /** What several things have in common is shown once. */
  private async attachedTo(
    subject: Digest,
    problems: AttachmentProblem[],
    depth: number,
  ): Promise<readonly AttachmentNode[]> {
    if (this.lookedUp.has(subject)) return []
    this.lookedUp.add(subject)
    const found = await findManifests(this.evidence, subject, { withSboms: true })
    problems.push(...found.problems)
    if (depth > limits.copyDepth && found.manifests.length > 0) {
      problems.push(tooDeep(`What hangs on attachments is shown ${limits.copyDepth} deep; more lies deeper.`))
      return []
    }
    const nodes = await mapBounded(found.manifests, LOOKUPS_AT_ONCE, async (manifest) => {
      const attachments = await this.attachedTo(manifest.raw.descriptor.digest, problems, depth + 1)
      return this.nodesOf(manifest, attachments, problems)
    })
    return nodes.flat()
  }

  private async nodesOf(
    found: FoundManifest,
    below: readonly AttachmentNode[],
    problems: AttachmentProblem[],
  ): Promise<readonly AttachmentNode[]> {
    const inTurn = below.length === 0 ? {} : { attachments: below }
    const attachments = attachmentsIn(found)
    if (attachments.length === 0) return [{ ...bareNode(found), ...inTurn }]
    const notation = await this.notation(attachments, problems)
    return attachments.map((attachment, at) => ({ ...layerNode(attachment), ...notation, ...(at === 0 ? inTurn : {}) }))
  }

  private async notation(
    [attachment, ...others]: readonly Attachment[],
    problems: AttachmentProblem[],
  ): Promise<Pick<AttachmentNode, 'notation'>> {
    if (attachment?.kind !== 'notation' || others.length > 0) return {}
    const { place, manifest, layer } = attachment
    const { notation, problem } = await readNotation(this.evidence, layer)
    if (problem !== undefined) problems.push({ place, digest: manifest.descriptor.digest, ...problem })
    return notation === undefined ? {} : { notation }
  }
}

function contentSize(parsed: Manifest): number {
  if (parsed.kind === 'index') return 0
  return parsed.layers.reduce((sum, { size }) => sum + size, parsed.config.size)
}

function tooDeep(detail: string): AttachmentProblem {
  return { place: 'referrers', code: 'ATTACHMENT_BOUND_REACHED', detail, isUnseen: true }
}

interface ReadNotation {
  readonly notation?: NotationFacts
  readonly problem?: Pick<AttachmentProblem, 'code' | 'detail' | 'isUnseen'>
}

/** The parsers are loaded where there is something to read. */
async function readNotation(reader: BlobReader, layer: Descriptor): Promise<ReadNotation> {
  let bytes: Bytes | undefined
  try {
    bytes = await reader.blob(layer, limits.signatureBytes)
    const { notationFacts } = await import('./notation-facts.ts')
    return { notation: notationFacts(bytes, layer.mediaType) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const isUnseen = bytes === undefined
    return {
      problem: { code: isUnseen ? 'ATTACHMENT_UNREADABLE' : 'ATTACHMENT_MALFORMED', detail: error.message, isUnseen },
    }
  }
}

/** A manifest without layers. */
function bareNode({ place, raw, parsed }: FoundManifest): AttachmentNode {
  const { digest, mediaType } = raw.descriptor
  const size = raw.bytes.length + contentSize(parsed)
  return { kind: 'unknown', place, manifest: digest, mediaType, size, ...described(parsed) }
}

function layerNode(attachment: Attachment): AttachmentNode {
  const { kind, place, manifest, parsed, layer } = attachment
  const predicateType = claimedPredicateType(attachment)
  return {
    kind,
    place,
    manifest: manifest.descriptor.digest,
    layer: layer.digest,
    mediaType: layer.mediaType,
    size: layer.size,
    ...(predicateType === undefined ? {} : { predicateType }),
    ...described(parsed, layer),
  }
}

const MATERIAL: readonly string[] = Object.values(cosignAnnotations)

function described(parsed: Manifest, layer?: Descriptor): Pick<AttachmentNode, 'artifactType' | 'annotations'> {
  const all = Object.entries({ ...parsed.annotations, ...layer?.annotations })
  const shown = all.filter(([key]) => !MATERIAL.includes(key) || key === cosignAnnotations.sbomScope)
  return {
    ...(parsed.artifactType === undefined ? {} : { artifactType: parsed.artifactType }),
    ...(shown.length === 0 ? {} : { annotations: Object.fromEntries(shown) }),
  }
}

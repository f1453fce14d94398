/**
 * Copies an image with everything that hangs on it (OCI distribution-spec 1.1, "Referrers"; Cosign's tags), byte for byte. What the
 * destination has is not sent again, so that running a broken copy again finishes it.
 */

import { type Digest, Fault, formatBytes, isDigest, limits, mapBounded } from '../base/index.ts'
import type { ContentReader, ContentStore, Platform, RawManifest } from '../oci/index.ts'
import { parseManifest } from '../oci/index.ts'
import { type BlobCounts, copyBlobs } from './copy-blobs.ts'
import { type CopyPlan, type CopyProblem, type PlannedManifest, type PlanOptions, planCopy } from './copy-plan.ts'
import { choosePlatform } from './copy-platform.ts'
import { copyReferrers } from './copy-referrers.ts'
import { mergeCosignManifest } from './cosign-tag.ts'
import { attachmentFault } from './faults.ts'
import type { Pause } from './pause.ts'

export interface CopyOptions extends PlanOptions {
  /** The name it gets; without one it is put by its digest. */
  readonly tag?: string
  /** Lets the tag move, when it names something else at the destination. */
  readonly overwrite?: boolean
  /** Of an index, the one image of this platform: with its own attachments, not with those of the index. */
  readonly platform?: Platform
  /** The source's repository, when both are of one registry: blobs are mounted instead of sent. */
  readonly mountFrom?: string
  /** The destination is written whole or not at all (an archive): after a failure nothing stays there. */
  readonly isAllOrNothing?: boolean
  readonly pause: Pause
  readonly onProgress?: (progress: CopyProgress) => void
}

export interface CopyProgress {
  /** Bytes of blobs and manifests that are at the destination. */
  readonly bytes: number
  readonly totalBytes: number
  /** Blobs and manifests. */
  readonly items: number
  readonly totalItems: number
}

export interface ManifestCounts {
  readonly sent: number
  readonly present: number
  readonly bytesSent: number
  readonly bytesSkipped: number
}

export interface CopyResult {
  readonly digest: Digest
  readonly mediaType: string
  readonly tag?: string
  /** The index that the image of the platform was taken from. */
  readonly index?: Digest
  readonly blobs: BlobCounts
  readonly manifests: ManifestCounts
  /** Referrers, and manifests under Cosign's tags, that are at the destination now. */
  readonly attachments: number
  /** Cosign's tags at the destination that held something else, which stayed beside what was copied. */
  readonly mergedTags: readonly string[]
  readonly bytesSent: number
  readonly bytesSkipped: number
  readonly problems: readonly CopyProblem[]
  /** Something that hangs on the image may be missing from the copy, because it could not be read. */
  readonly isIncomplete: boolean
}

/**
 * @param target a tag or digest of the source
 * @throws COPY_TAG_TAKEN, COPY_SOURCE_MISSING, COPY_SOURCE_INCOMPLETE, COPY_TOO_MUCH, COPY_PLATFORM_…; COPY_INCOMPLETE once something has been written
 * @example
 * const { digest, bytesSent } = await copyImage(source, destination, '1.4', { tag: '1.4', pause })
 */
export async function copyImage(
  source: ContentReader,
  destination: ContentStore,
  target: string,
  options: CopyOptions,
): Promise<CopyResult> {
  const named = await requireManifest(source, target)
  const image = await ofPlatform(source, named, options.platform)
  await requireFreeTag(destination, image, options)
  const plan = await planCopy(source, image, options)
  const run = new CopyRun(source, destination, plan, options)
  await run.all(image)
  const index = image === named ? {} : { index: named.descriptor.digest }
  return { ...run.result(image), ...index }
}

async function requireManifest(source: ContentReader, target: string): Promise<RawManifest> {
  const raw = await source.manifest(target)
  if (raw !== undefined) return raw
  const what = isDigest(target) ? `manifest ${target}` : `tag "${target}"`
  throw attachmentFault('COPY_SOURCE_MISSING', `There is no ${what} in ${source.name}.`, {
    fix: 'Check the name and the tag.',
  })
}

async function ofPlatform(
  source: ContentReader,
  named: RawManifest,
  platform: Platform | undefined,
): Promise<RawManifest> {
  if (platform === undefined) return named
  const parsed = parseManifest(named.bytes, named.descriptor.mediaType)
  const chosen = await choosePlatform(source, parsed, platform)
  return chosen === undefined ? named : requireManifest(source, chosen.digest)
}

async function requireFreeTag(
  destination: ContentStore,
  image: RawManifest,
  { tag, overwrite, only }: CopyOptions,
): Promise<void> {
  if (tag === undefined || overwrite === true || only !== undefined) return
  const there = await destination.resolve(tag)
  if (there === undefined || there.digest === image.descriptor.digest) return
  throw attachmentFault('COPY_TAG_TAKEN', `The tag "${tag}" of ${destination.name} names ${there.digest}.`, {
    fix: 'Nothing was copied. Let the tag move with --force, or choose another.',
  })
}

class CopyRun {
  private readonly source: ContentReader
  private readonly destination: ContentStore
  private readonly plan: CopyPlan
  private readonly options: CopyOptions
  private readonly mergedTags: string[] = []
  private readonly totals: Pick<CopyProgress, 'totalBytes' | 'totalItems'>
  private blobs: BlobCounts = { sent: 0, present: 0, foreign: 0, bytesSent: 0, bytesSkipped: 0 }
  private manifests: ManifestCounts = { sent: 0, present: 0, bytesSent: 0, bytesSkipped: 0 }
  private progress = { bytes: 0, items: 0 }

  constructor(source: ContentReader, destination: ContentStore, plan: CopyPlan, options: CopyOptions) {
    this.source = source
    this.destination = destination
    this.plan = plan
    this.options = options
    const manifests = plan.waves.flat()
    this.totals = {
      totalBytes:
        plan.blobs.reduce((sum, { size }) => sum + size, 0) +
        manifests.reduce((sum, { raw }) => sum + raw.bytes.length, 0),
      totalItems: plan.blobs.length + manifests.length,
    }
  }

  async all(image: RawManifest): Promise<void> {
    try {
      this.blobs = await copyBlobs(this.source, this.destination, this.plan.blobs, {
        ...(this.options.mountFrom === undefined ? {} : { mountFrom: this.options.mountFrom }),
        onBytes: (bytes) => this.advance(bytes, 0),
        onBlob: () => this.advance(0, 1),
      })
      for (const wave of this.plan.waves) await this.wave(wave)
      if (this.options.tag !== undefined && this.options.only === undefined) await this.tag(image, this.options.tag)
    } catch (error) {
      const stays = this.progress.bytes > 0 && this.options.isAllOrNothing !== true
      throw error instanceof Fault && stays ? this.stopped(error) : error
    }
  }

  result(image: RawManifest): CopyResult {
    const { tag, only } = this.options
    const { problems } = this.plan
    return {
      digest: image.descriptor.digest,
      mediaType: image.descriptor.mediaType,
      ...(tag === undefined || only !== undefined ? {} : { tag }),
      blobs: this.blobs,
      manifests: this.manifests,
      attachments: this.plan.waves.flat().filter(({ as }) => as.kind !== 'part').length,
      mergedTags: this.mergedTags,
      bytesSent: this.blobs.bytesSent + this.manifests.bytesSent,
      bytesSkipped: this.blobs.bytesSkipped + this.manifests.bytesSkipped,
      problems,
      // What is listed and not there is not at the source either: nothing of it is lost by the copy.
      isIncomplete: problems.some(({ isUnseen, code }) => isUnseen && code !== 'ATTACHMENT_MISSING'),
    }
  }

  private async wave(wave: readonly PlannedManifest[]): Promise<void> {
    await mapBounded(
      wave.filter(({ as }) => as.kind === 'part'),
      limits.connectionsPerHost,
      ({ raw }) => this.part(raw),
    )
    const bySubject = Map.groupBy(wave, ({ as }) => (as.kind === 'referrer' ? as.subject : undefined))
    const { pause } = this.options
    await mapBounded([...bySubject], limits.copyBlobsAtOnce, async ([subject, referrers]) => {
      if (subject === undefined) return
      await copyReferrers(this.destination, subject, referrers, pause, (isSent, bytes) => this.count(isSent, bytes))
    })
    await mapBounded(wave, limits.copyBlobsAtOnce, ({ raw, as }) =>
      as.kind === 'tag' ? this.cosignTag(raw, as.tag) : Promise.resolve(),
    )
  }

  private async part(raw: RawManifest): Promise<void> {
    const isThere = (await this.destination.resolve(raw.descriptor.digest)) !== undefined
    if (!isThere) await this.destination.putManifest(raw)
    this.count(!isThere, raw.bytes.length)
  }

  private async cosignTag(raw: RawManifest, tag: string): Promise<void> {
    const outcome = await mergeCosignManifest(this.destination, tag, raw, this.options.pause)
    if (outcome === 'merged') this.mergedTags.push(tag)
    this.count(outcome !== 'unchanged', raw.bytes.length)
  }

  private async tag(image: RawManifest, tag: string): Promise<void> {
    if ((await this.destination.resolve(tag))?.digest === image.descriptor.digest) return
    await this.destination.putManifest(image, tag)
  }

  private count(isSent: boolean, bytes: number): void {
    const { sent, present, bytesSent, bytesSkipped } = this.manifests
    this.manifests = isSent
      ? { ...this.manifests, sent: sent + 1, bytesSent: bytesSent + bytes }
      : { ...this.manifests, present: present + 1, bytesSkipped: bytesSkipped + bytes }
    this.advance(bytes, 1)
  }

  private advance(bytes: number, items: number): void {
    this.progress = { bytes: this.progress.bytes + bytes, items: this.progress.items + items }
    this.options.onProgress?.({ ...this.progress, ...this.totals })
  }

  /** What is there is complete in itself; the tag is put last, so that it never names half an image. */
  private stopped(cause: Fault): Fault {
    const { items, bytes } = this.progress
    const { totalItems } = this.totals
    const { tag } = this.options
    const there = `${items} of ${totalItems} blobs and manifests (${formatBytes(bytes)}) are in ${this.destination.name}`
    const untagged = tag === undefined ? '' : `, and the tag "${tag}" was not changed`
    const again = 'Run the same command again: it sends only what is missing.'
    return attachmentFault('COPY_INCOMPLETE', `${cause.message} The copy stopped there: ${there}${untagged}.`, {
      cause,
      fix: cause.fix === undefined ? again : `${cause.fix} ${again}`,
      facts: { ...cause.facts, reason: cause.code },
    })
  }
}

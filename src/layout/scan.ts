/**
 * The search for referrers in a layout (image-layout.md has no referrers API): every manifest in index.json or in blobs/ whose `subject` is
 * the image. cosign keeps bundles in blobs/ alone. Nothing counts whose bytes are not what its name says.
 */

import {
  type Bytes,
  bufferOf,
  type Digest,
  digestAlgorithm,
  digestOf,
  Fault,
  isJsonObject,
  type JsonObject,
  limits,
  readJson,
} from '../base/index.ts'
import { type Descriptor, type Manifest, parseManifest, type Referrers } from '../oci/index.ts'
import { damaged } from './faults.ts'
import { type LayoutFiles, readStored } from './files.ts'

/** What is known of one stored blob after it was looked at once. */
export type BlobFacts =
  | {
      readonly kind: 'manifest'
      readonly subject?: Digest
      /** As the Referrers API would list it. */
      readonly descriptor: Descriptor
      readonly children: readonly Digest[]
    }
  | { readonly kind: 'other' }
  /**
   * Could be a referrer, but can't be believed. `subject` is what it claims, unchecked. `isUnseen`: its content was not had (missing, damaged, a
   * link, beyond a bound), as opposed to content that is no manifest.
   */
  | { readonly kind: 'broken'; readonly what: string; readonly isUnseen: boolean; readonly subject?: string }

/** Blobs that are read at the same time. */
const PARALLEL = 8
const SUBJECT = '"subject"'
const other: BlobFacts = { kind: 'other' }

export class BlobScan {
  private readonly files: LayoutFiles
  private readonly facts = new Map<Digest, BlobFacts>()

  constructor(files: LayoutFiles) {
    this.files = files
  }

  /** Looks at one manifest that index.json lists, whether or not it has a subject. */
  async look(descriptor: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<BlobFacts> {
    const known = this.facts.get(descriptor.digest)
    if (known !== undefined && known.kind !== 'other') return known
    const facts = await this.examine(descriptor.digest, descriptor.mediaType)
    this.facts.set(descriptor.digest, facts)
    return facts
  }

  forget(digest: Digest): void {
    this.facts.delete(digest)
  }

  async referrers(subject: Digest, listed: readonly Descriptor[], problems: readonly string[]): Promise<Referrers> {
    const said: { what: string; isBound: boolean }[] = problems.map((what) => ({ what, isBound: false }))
    const manifests: Descriptor[] = []
    const collect = (facts: BlobFacts): void => {
      if (facts.kind === 'broken' && (facts.subject === undefined || facts.subject === subject))
        said.push({ what: facts.what, isBound: facts.isUnseen })
      if (facts.kind === 'manifest' && facts.subject === subject) manifests.push(facts.descriptor)
    }
    const seen = new Set<Digest>()
    for (const facts of await this.lookAtAll(listed, seen, (entry) => this.look(entry))) collect(facts)
    const { blobs, isBound } = await this.unlisted(seen)
    for (const facts of await this.lookAtAll(blobs, seen, ({ digest }) => this.glance(digest))) collect(facts)
    if (isBound) said.push({ what: `${this.files.name} holds more than ${limits.layoutBlobs} blobs`, isBound: true })
    return { by: 'scan', manifests, problems: said }
  }

  private async unlisted(seen: ReadonlySet<Digest>): Promise<{ blobs: { digest: Digest }[]; isBound: boolean }> {
    const blobs: { digest: Digest }[] = []
    for await (const digest of this.files.list()) {
      if (seen.has(digest)) continue
      if (blobs.length === limits.layoutBlobs) return { blobs, isBound: true }
      blobs.push({ digest })
    }
    return { blobs, isBound: false }
  }

  private async lookAtAll<T extends { readonly digest: Digest }>(
    blobs: readonly T[],
    seen: Set<Digest>,
    look: (blob: T) => Promise<BlobFacts>,
  ): Promise<readonly BlobFacts[]> {
    const fresh = blobs.filter(({ digest }) => !seen.has(digest) && seen.add(digest))
    const found: BlobFacts[] = new Array(fresh.length)
    const queue = fresh.entries()
    const work = async (): Promise<void> => {
      for (const [at, blob] of queue) found[at] = await look(blob)
    }
    await Promise.all(Array.from({ length: PARALLEL }, work))
    return found
  }

  /** A blob that nothing names as a manifest: read whole only when it is small, JSON and speaks of a subject. */
  private async glance(digest: Digest): Promise<BlobFacts> {
    const known = this.facts.get(digest)
    if (known !== undefined) return known
    const facts = await this.firstGlance(digest)
    this.facts.set(digest, facts)
    return facts
  }

  private async firstGlance(digest: Digest): Promise<BlobFacts> {
    const where = `${this.files.name}: blob ${digest}`
    try {
      const bytes = await this.couldBeReferrer(digest)
      if (bytes === undefined) return other
      const found = digestOf(bytes, digestAlgorithm(digest))
      if (found !== digest) return unseen(damaged(where, digest, `its bytes have ${found}`).message)
      return unlistedFacts(bytes, digest, where)
    } catch (error) {
      if (error instanceof Fault) return unseen(error.message)
      throw error
    }
  }

  /** Its bytes, not yet hashed, when it is worth to hash them. */
  private async couldBeReferrer(digest: Digest): Promise<Bytes | undefined> {
    const stored = await this.files.blob(digest)
    if (stored === undefined || stored.size > limits.manifestBytes) return undefined
    const chunks: Bytes[] = []
    for await (const chunk of stored.open()) {
      if (chunks.length === 0 && !looksLikeObject(chunk)) return undefined
      chunks.push(chunk)
    }
    const text = Buffer.concat(chunks)
    return text.includes(SUBJECT) || text.includes('\\u') ? text : undefined
  }

  /** @param mediaType what index.json calls it */
  private async examine(digest: Digest, mediaType: string): Promise<BlobFacts> {
    const where = `${this.files.name}: blob ${digest}`
    let bytes: Bytes
    try {
      const stored = await this.files.blob(digest)
      if (stored === undefined) return unseen(`${where} is missing`)
      bytes = await readStored(stored, digest, limits.manifestBytes, where)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return unseen(error.message)
    }
    return listedFacts(bytes, digest, mediaType, where)
  }
}

function unseen(what: string): BlobFacts {
  return { kind: 'broken', what, isUnseen: true }
}

/** What a manifest says of itself; `broken` when it is none. */
export function listedFacts(bytes: Bytes, digest: Digest, mediaType: string, where: string): BlobFacts {
  try {
    return manifestFacts(parseManifest(bytes, mediaType), digest, bytes.length)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const subject = claimedSubject(bytes)
    const isUnseen = error.code === 'LIMIT_EXCEEDED'
    return {
      kind: 'broken',
      what: `${where}: ${error.message}`,
      isUnseen,
      ...(subject === undefined ? {} : { subject }),
    }
  }
}

/** The bytes are what their name says, so what is no manifest here is simply something else: a statement has a `subject` too. */
function unlistedFacts(bytes: Bytes, digest: Digest, where: string): BlobFacts {
  const document = objectIn(bytes)
  const isShapedAsManifest = ['config', 'layers', 'blobs', 'manifests'].some((name) => document?.[name] !== undefined)
  if (!isShapedAsManifest || claimedSubject(bytes) === undefined) return other
  return listedFacts(bytes, digest, '', where)
}

function manifestFacts(manifest: Manifest, digest: Digest, size: number): BlobFacts {
  const artifactType =
    manifest.artifactType ?? (manifest.kind === 'image' ? configType(manifest.config.mediaType) : undefined)
  return {
    kind: 'manifest',
    ...(manifest.subject === undefined ? {} : { subject: manifest.subject.digest }),
    descriptor: {
      mediaType: manifest.mediaType,
      digest,
      size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(manifest.subject === undefined || Object.keys(manifest.annotations).length === 0
        ? {}
        : { annotations: manifest.annotations }),
    },
    children: manifest.kind === 'index' ? manifest.manifests.map((child) => child.digest) : [],
  }
}

/** "If the artifactType is empty or missing in the image manifest, the value MUST be set to the config descriptor mediaType value." */
function configType(mediaType: string): string | undefined {
  return mediaType === '' ? undefined : mediaType
}

/** The digest in `subject`, read as far as it can be. */
function claimedSubject(bytes: Bytes): string | undefined {
  const subject = objectIn(bytes)?.['subject']
  const digest = isJsonObject(subject) ? subject['digest'] : undefined
  return typeof digest === 'string' ? digest : undefined
}

function objectIn(bytes: Bytes): JsonObject | undefined {
  try {
    const document = readJson(bytes, { maxBytes: limits.manifestBytes })
    return isJsonObject(document) ? document : undefined
  } catch {
    return undefined
  }
}

function looksLikeObject(chunk: Bytes): boolean {
  return /^[ \t\r\n]*\{/.test(bufferOf(chunk).toString('latin1', 0, 64))
}

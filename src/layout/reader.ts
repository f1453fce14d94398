/** Reading an OCI image layout (OCI image-spec 1.1, image-layout.md), whatever holds its files: the `ContentReader` of a layout. */

import { type Bytes, baseFault, bufferOf, type Digest, Fault, isDigest, limits, requireDigest } from '../base/index.ts'
import {
  type ByteStream,
  type ContentReader,
  type Descriptor,
  ociFault,
  parseManifest,
  type RawManifest,
  type Referrers,
} from '../oci/index.ts'
import { chooseImage, type ImageChoice } from './choose.ts'
import { tooLarge } from './disk.ts'
import { layoutFault } from './faults.ts'
import { type LayoutFiles, readStored, verified } from './files.ts'
import {
  checkLayoutMarker,
  emptyLayoutIndex,
  entriesOf,
  hasDigest,
  type LayoutEntry,
  type LayoutIndex,
  parseLayoutIndex,
} from './layout-index.ts'
import { entriesNamed, implicitTags, isAttachmentTag } from './names.ts'
import { BlobScan } from './scan.ts'

/**
 * A layout that can be read: a folder or an archive. Every byte it hands out was hashed.
 *
 * @example
 * await using layout = await openLayout('layout')
 * const image = await layout.resolveImage({})            // the single image, or a fault that lists the names
 * const referrers = await layout.referrers(image.descriptor.digest)
 */
export interface LayoutReader extends ContentReader, AsyncDisposable {
  /** What index.json lists, in its order. Entries that are no descriptors are left out (`referrers` reports them). */
  entries(): Promise<readonly LayoutEntry[]>
  /**
   * The image that a person means: by digest, by name, or the single one there is (attachments, referrers and the children of an index
   * don't count).
   * @throws LAYOUT_AMBIGUOUS, LAYOUT_IMAGE_MISSING
   */
  resolveImage(choice: ImageChoice): Promise<RawManifest>
  /** Closes files and removes temporary ones. */
  dispose(): Promise<void>
}

export class LayoutContent implements LayoutReader {
  readonly name: string
  protected readonly files: LayoutFiles
  protected readonly scan: BlobScan
  private read: { bytes: Bytes; index: LayoutIndex } | undefined

  constructor(files: LayoutFiles) {
    this.name = files.name
    this.files = files
    this.scan = new BlobScan(files)
  }

  async manifest(tagOrDigest: string): Promise<RawManifest | undefined> {
    const entries = await this.entries()
    if (isDigest(tagOrDigest)) return this.manifestBy(tagOrDigest, entries.find(hasDigest(tagOrDigest)))
    const named = entriesNamed(entries, tagOrDigest)
    const entry = named[0]
    if (entry === undefined) return undefined
    if (named.some((other) => other.descriptor.digest !== entry.descriptor.digest)) {
      throw layoutFault('LAYOUT_AMBIGUOUS', `${this.name} gives the name "${tagOrDigest}" to ${named.length} images.`, {
        fix: `Name one by its digest: ${named.map(({ descriptor }) => `${this.name}@${descriptor.digest}`).join(', ')}`,
      })
    }
    const manifest = await this.manifestBy(entry.descriptor.digest, entry)
    if (manifest !== undefined) return manifest
    throw ociFault(
      'CONTENT_MISSING',
      `${this.name} lists "${tagOrDigest}" as ${entry.descriptor.digest}, but does not hold that manifest.`,
    )
  }

  async resolve(tagOrDigest: string): Promise<Descriptor | undefined> {
    return (await this.manifest(tagOrDigest))?.descriptor
  }

  async blob(descriptor: Descriptor, maxBytes: number): Promise<Bytes> {
    const where = this.where(descriptor.digest)
    if (descriptor.size > maxBytes) throw tooLarge(where, descriptor.size, maxBytes)
    const chunks: Bytes[] = []
    for await (const chunk of this.openBlob(descriptor)) chunks.push(chunk)
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  }

  async *openBlob(descriptor: Descriptor): ByteStream {
    const where = this.where(descriptor.digest)
    const stored = await this.files.blob(descriptor.digest)
    if (stored === undefined) throw ociFault('CONTENT_MISSING', `${where} is missing.`)
    yield* verified(stored.open(), descriptor, where)
  }

  async referrers(digest: Digest): Promise<Referrers> {
    const index = await this.index()
    return this.scan.referrers(
      digest,
      entriesOf(index).map((entry) => entry.descriptor),
      index.problems.map((problem) => `${this.name}: ${problem}`),
    )
  }

  async *tags(): AsyncIterable<string> {
    const entries = await this.entries()
    const implied = implicitTags(entries).map(({ tag }) => tag)
    yield* new Set([...entries.flatMap(({ refName }) => (refName === undefined ? [] : [refName])), ...implied])
  }

  async entries(): Promise<readonly LayoutEntry[]> {
    return entriesOf(await this.index())
  }

  async resolveImage(choice: ImageChoice): Promise<RawManifest> {
    const wanted = choice.digest ?? choice.tag ?? (await chooseImage(this.name, await this.entries(), this.scan))
    const manifest = await this.manifest(wanted)
    if (manifest !== undefined) return manifest
    const names = (await this.entries())
      .map(({ refName }) => refName)
      .filter((name) => name !== undefined && !isAttachmentTag(name))
    throw layoutFault('LAYOUT_IMAGE_MISSING', `${this.name} holds no image "${wanted}".`, {
      fix:
        names.length === 0
          ? 'No image in it has a name: leave the tag away (oci:DIR), or name its digest (oci:DIR@DIGEST).'
          : `It holds: ${names.join(', ')}`,
    })
  }

  async dispose(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** index.json as it is now; a layout that is yet to be made is empty. */
  protected async index(): Promise<LayoutIndex> {
    const bytes = await this.files.read('index.json', limits.layoutIndexBytes)
    if (bytes === undefined) return emptyLayoutIndex
    if (this.read === undefined || !bufferOf(bytes).equals(this.read.bytes))
      this.read = { bytes, index: parseLayoutIndex(bytes, this.name) }
    return this.read.index
  }

  private async manifestBy(digest: Digest, entry: LayoutEntry | undefined): Promise<RawManifest | undefined> {
    const stored = await this.files.blob(digest)
    if (stored === undefined) return undefined
    if (entry === undefined && stored.size > limits.manifestBytes) return undefined
    const where = this.where(digest)
    const bytes = await readStored(stored, digest, limits.manifestBytes, where)
    const mediaType = entry?.descriptor.mediaType || ownMediaType(bytes)
    if (mediaType === undefined) return undefined
    if (entry !== undefined && entry.descriptor.size !== bytes.length) {
      const found = `${bytes.length} bytes, but index.json says ${entry.descriptor.size}`
      throw layoutFault('LAYOUT_INVALID', `${where} has ${found}.`)
    }
    return { descriptor: { mediaType, digest, size: bytes.length }, bytes }
  }

  private where(digest: Digest): string {
    return `${this.name}: blob ${digest}`
  }
}

/** Refuses what is no layout. @throws LAYOUT_INVALID */
export async function requireLayout(files: LayoutFiles, notOne: () => Error): Promise<void> {
  const marker = await files.read('oci-layout', limits.manifestBytes)
  const index = await files.read('index.json', limits.layoutIndexBytes)
  if (marker === undefined || index === undefined) throw notOne()
  checkLayoutMarker(marker, files.name)
  parseLayoutIndex(index, files.name)
}

/** Undefined for content that is no manifest: a registry would answer 404 too. */
function ownMediaType(bytes: Bytes): string | undefined {
  try {
    return parseManifest(bytes, '').mediaType
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

/** @throws DIGEST_MISMATCH, LIMIT_EXCEEDED for a manifest that may not be stored as it is */
export function checkManifest(manifest: RawManifest): void {
  requireDigest(manifest.bytes, manifest.descriptor.digest, 'The manifest to store')
  if (manifest.bytes.length > limits.manifestBytes)
    throw tooLarge('The manifest to store', manifest.bytes.length, limits.manifestBytes)
  if (manifest.bytes.length !== manifest.descriptor.size)
    throw baseFault(
      'DIGEST_MISMATCH',
      `The manifest to store has ${manifest.bytes.length} bytes, not ${manifest.descriptor.size}.`,
    )
}

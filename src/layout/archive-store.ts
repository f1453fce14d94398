/**
 * Writing an `oci-archive`: blobs stream into a temporary tar beside as they are put; `finish` adds what an archive that was there before
 * held, the manifests and index.json, and puts it in place whole.
 */

import { type FileHandle, realpath, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Bytes, type Digest, isDigest } from '../base/index.ts'
import type { BlobContent, ContentStore, Descriptor, PutManifest, RawManifest } from '../oci/index.ts'
import { ArchiveFiles, blobPath, openTar } from './archive.ts'
import type { ArchiveFile, ArchiveOptions } from './archive-file.ts'
import { createBeside, makeFolder, once, onDisk, readRange, syncFolder, writeFully, writeStream } from './disk.ts'
import { withoutDigest, withoutTag } from './edit-index.ts'
import { layoutFault } from './faults.ts'
import { contentStream, type LayoutFileName, type LayoutFiles, type StoredBlob, verified } from './files.ts'
import { emptyLayoutIndex, type LayoutIndex, layoutMarker, parseLayoutIndex, writeLayoutIndex } from './layout-index.ts'
import { listManifest, markForCosign } from './listing.ts'
import { checkManifest, LayoutContent, type LayoutReader, requireLayout } from './reader.ts'
import { padding, tarEnd, tarFileHeader } from './tar-write.ts'

/** An archive being written. Nothing is seen at its path before `finish`; `dispose` without it changes nothing. */
export interface ArchiveStore extends LayoutReader, ContentStore {
  /** Puts the archive in place. @throws STORAGE_FULL, STORAGE_DENIED, STORAGE_FAILED */
  finish(): Promise<void>
}

/**
 * Writes an oci-archive. One that is there already is extended: what it holds is carried over.
 * @throws ARCHIVE_INVALID, LAYOUT_INVALID when the file that is there is no oci-archive
 * @example
 * await using archive = await writeArchive('image.tar', { temporary: tmpdir() })
 * await archive.putBlob(layer, content)
 * await archive.putManifest(manifest, '1.4')
 * await archive.finish()
 */
export async function writeArchive(path: string, options: ArchiveOptions): Promise<ArchiveStore> {
  const there = await realpath(path).catch(() => undefined)
  const files = new PendingFiles(there ?? path, there === undefined ? undefined : await openBase(there, options))
  try {
    await files.begin()
  } catch (error) {
    await files.close()
    throw error
  }
  return new ArchiveWriter(files)
}

interface BaseArchive {
  readonly file: ArchiveFile
  readonly files: ArchiveFiles
}

async function openBase(path: string, options: ArchiveOptions): Promise<BaseArchive> {
  const { file, index } = await openTar(path, options)
  const files = new ArchiveFiles(`oci-archive:${path}`, file, index)
  try {
    await requireLayout(files, () =>
      layoutFault('ARCHIVE_INVALID', `${path} is there and holds no OCI image layout; it is not overwritten.`, {
        fix: 'Name another file, or remove that one.',
      }),
    )
  } catch (error) {
    await file.close()
    throw error
  }
  return { file, files }
}

/** The layout as it will be: what was put, over what was there. */
class PendingFiles implements LayoutFiles {
  readonly name: string
  readonly path: string
  index: LayoutIndex = emptyLayoutIndex
  readonly manifests = new Map<Digest, Bytes>()
  private readonly removed = new Set<Digest>()
  private readonly written = new Map<Digest, { offset: number; size: number }>()
  private readonly base: BaseArchive | undefined
  private target: { handle: FileHandle; temporary: string } | undefined
  private end = 0
  private turn: Promise<unknown> = Promise.resolve()

  constructor(path: string, base: BaseArchive | undefined) {
    this.name = `oci-archive:${path}`
    this.path = path
    this.base = base
  }

  async begin(): Promise<void> {
    const before = await this.base?.files.read('index.json', Number.MAX_SAFE_INTEGER)
    if (before !== undefined) this.index = parseLayoutIndex(before, this.name)
  }

  async read(path: LayoutFileName): Promise<Bytes | undefined> {
    return path === 'index.json' ? writeLayoutIndex(this.index) : layoutMarker
  }

  async blob(digest: Digest): Promise<StoredBlob | undefined> {
    const manifest = this.manifests.get(digest)
    if (manifest !== undefined) return { size: manifest.length, open: () => once(manifest) }
    const place = this.written.get(digest)
    const handle = this.target?.handle
    if (place !== undefined && handle !== undefined)
      return { size: place.size, open: () => readRange(handle, place.offset, place.size) }
    return this.removed.has(digest) ? undefined : this.base?.files.blob(digest)
  }

  async *list(): AsyncIterable<Digest> {
    yield* new Set([...this.manifests.keys(), ...this.written.keys()])
    for await (const digest of this.base?.files.list() ?? [])
      if (!this.removed.has(digest) && !this.manifests.has(digest) && !this.written.has(digest)) yield digest
  }

  putManifest({ descriptor, bytes }: RawManifest): void {
    this.removed.delete(descriptor.digest)
    this.manifests.set(descriptor.digest, bytes)
  }

  remove(digest: Digest): void {
    this.manifests.delete(digest)
    this.removed.add(digest)
  }

  /** A tar is one after the other: who puts two blobs at once waits. A blob that fails leaves no trace: the next is written over it. */
  putBlob(descriptor: Descriptor, content: BlobContent): Promise<void> {
    return this.inTurn(async () => {
      if (this.written.has(descriptor.digest)) return
      const stream = verified(contentStream(content), descriptor, `The content for ${this.name}`)
      const offset = await this.append(blobPath(descriptor.digest), descriptor.size, stream)
      this.written.set(descriptor.digest, { offset, size: descriptor.size })
    })
  }

  finish(): Promise<void> {
    return this.inTurn(async () => {
      for await (const digest of this.base?.files.list() ?? []) await this.carryOver(digest)
      for (const [digest, bytes] of this.manifests)
        if (!this.written.has(digest)) await this.append(blobPath(digest), bytes.length, once(bytes))
      const index = writeLayoutIndex(this.index)
      await this.append('index.json', index.length, once(index))
      await this.append('oci-layout', layoutMarker.length, once(layoutMarker))
      await this.place()
    })
  }

  async close(): Promise<void> {
    await this.turn.catch(() => {})
    await this.base?.file.close()
    const { target } = this
    this.target = undefined
    await target?.handle.close()
    if (target !== undefined) await unlink(target.temporary).catch(() => {})
  }

  private async carryOver(digest: Digest): Promise<void> {
    if (this.removed.has(digest) || this.manifests.has(digest) || this.written.has(digest)) return
    const stored = await this.base?.files.blob(digest)
    if (stored !== undefined) await this.append(blobPath(digest), stored.size, stored.open())
  }

  /** Gives the offset of the content. */
  private async append(name: string, size: number, content: AsyncIterable<Bytes>): Promise<number> {
    const { handle } = await this.opened()
    const header = tarFileHeader(name, size)
    await onDisk(this.path, writeFully(handle, header, this.end))
    const offset = this.end + header.length
    await writeStream(handle, content, offset, this.path)
    const fill = padding(size)
    await onDisk(this.path, writeFully(handle, fill, offset + size))
    this.end = offset + size + fill.length
    return offset
  }

  private async place(): Promise<void> {
    const { handle, temporary } = await this.opened()
    await onDisk(this.path, writeFully(handle, tarEnd, this.end))
    await onDisk(this.path, handle.truncate(this.end + tarEnd.length))
    await onDisk(this.path, handle.sync())
    await onDisk(this.path, rename(temporary, this.path))
    this.target = undefined
    await handle.close()
    await syncFolder(dirname(this.path))
  }

  private async opened(): Promise<{ handle: FileHandle; temporary: string }> {
    if (this.target === undefined) {
      await makeFolder(dirname(this.path))
      this.target = await createBeside(this.path)
    }
    return this.target
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work)
    this.turn = mine.catch(() => {})
    return mine
  }
}

class ArchiveWriter extends LayoutContent implements ArchiveStore {
  private readonly pending: PendingFiles
  private listing: Promise<void> = Promise.resolve()

  constructor(pending: PendingFiles) {
    super(pending)
    this.pending = pending
  }

  async hasBlob(digest: Digest): Promise<boolean> {
    return (await this.pending.blob(digest)) !== undefined
  }

  async putBlob(descriptor: Descriptor, content: BlobContent): Promise<void> {
    if ((await this.pending.blob(descriptor.digest))?.size === descriptor.size) return
    await this.pending.putBlob(descriptor, content)
  }

  async putManifest(manifest: RawManifest, tag?: string): Promise<PutManifest> {
    checkManifest(manifest)
    this.pending.putManifest(manifest)
    this.scan.forget(manifest.descriptor.digest)
    await this.change((index) => listManifest(index, manifest, tag, this.scan))
    return { digest: manifest.descriptor.digest, listsReferrers: true }
  }

  /** As in a layout folder: a tag is taken off the list, a digest also loses its manifest's blob. */
  async deleteManifest(tagOrDigest: string): Promise<void> {
    if (!isDigest(tagOrDigest)) return this.change(async (index) => withoutTag(index, tagOrDigest))
    this.pending.remove(tagOrDigest)
    this.scan.forget(tagOrDigest)
    await this.change(async (index) => withoutDigest(index, tagOrDigest))
  }

  finish(): Promise<void> {
    return this.pending.finish()
  }

  override dispose(): Promise<void> {
    return this.pending.close()
  }

  private change(edit: (index: LayoutIndex) => Promise<LayoutIndex>): Promise<void> {
    const mine = this.listing.then(async () => {
      this.pending.index = await markForCosign(await edit(this.pending.index), this.scan)
    })
    this.listing = mine.catch(() => {})
    return mine
  }
}

/** Reading an `oci-archive`: a tar (plain, gzip or zstd) of an OCI image layout, read by range and never unpacked into a folder. */

import { type Bytes, type Digest, digestAlgorithm, digestHex, isDigest } from '../base/index.ts'
import { type ArchiveFile, type ArchiveOptions, openArchiveFile } from './archive-file.ts'
import { tooLarge } from './disk.ts'
import { layoutFault } from './faults.ts'
import type { LayoutFileName, LayoutFiles, StoredBlob } from './files.ts'
import { LayoutContent, type LayoutReader, requireLayout } from './reader.ts'
import { indexTar, type TarEntry, type TarIndex } from './tar-index.ts'

/**
 * Opens an oci-archive for reading; `dispose` closes its file.
 * @throws ARCHIVE_MISSING, ARCHIVE_INVALID, LAYOUT_INVALID
 * @example
 * await using archive = await openArchive('image.tar', { temporary: tmpdir() })
 * const image = await archive.resolveImage({ tag: '1.4' })
 */
export async function openArchive(path: string, options: ArchiveOptions): Promise<LayoutReader> {
  const { file, index } = await openTar(path, options)
  try {
    return await readLayoutIn(file, index, `oci-archive:${path}`)
  } catch (error) {
    await file.close()
    throw error
  }
}

export async function openTar(path: string, options: ArchiveOptions): Promise<{ file: ArchiveFile; index: TarIndex }> {
  const file = await openArchiveFile(path, options)
  try {
    return { file, index: await indexTar(file, path) }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** @throws LAYOUT_INVALID when the archive holds no layout */
export async function readLayoutIn(file: ArchiveFile, index: TarIndex, name: string): Promise<LayoutReader> {
  const files = new ArchiveFiles(name, file, index)
  await requireLayout(files, () => noLayoutIn(name, index))
  return new ArchiveReader(files, file)
}

function noLayoutIn(name: string, index: TarIndex): Error {
  const path = name.slice(name.indexOf(':') + 1)
  const isDocker = index.has('manifest.json')
  return layoutFault('ARCHIVE_INVALID', `${path} holds no OCI image layout (oci-layout and index.json).`, {
    fix: isDocker ? `It is a docker-archive: write docker-archive:${path}` : 'Name an archive of an OCI image layout.',
  })
}

export class ArchiveFiles implements LayoutFiles {
  readonly name: string
  private readonly file: ArchiveFile
  private readonly index: TarIndex

  constructor(name: string, file: ArchiveFile, index: TarIndex) {
    this.name = name
    this.file = file
    this.index = index
  }

  async read(path: LayoutFileName, maxBytes: number): Promise<Bytes | undefined> {
    const entry = this.entry(path)
    if (entry === undefined) return undefined
    if (entry.size > maxBytes) throw tooLarge(`${this.name}: ${path}`, entry.size, maxBytes)
    return this.file.read(entry.offset, entry.size)
  }

  async blob(digest: Digest): Promise<StoredBlob | undefined> {
    const entry = this.entry(blobPath(digest))
    return entry && { size: entry.size, open: () => this.file.stream(entry.offset, entry.size) }
  }

  async *list(): AsyncIterable<Digest> {
    for (const path of this.index.keys()) {
      const digest = path.startsWith('blobs/') ? path.slice('blobs/'.length).replace('/', ':') : ''
      if (isDigest(digest)) yield digest
    }
  }

  private entry(path: string): TarEntry | undefined {
    const entry = this.index.get(path)
    if (entry?.kind === 'link')
      throw layoutFault('ARCHIVE_INVALID', `${this.name}: ${path} is a link; links are not followed.`)
    return entry
  }
}

export function blobPath(digest: Digest): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`
}

class ArchiveReader extends LayoutContent {
  private readonly file: ArchiveFile

  constructor(files: LayoutFiles, file: ArchiveFile) {
    super(files)
    this.file = file
  }

  override dispose(): Promise<void> {
    return this.file.close()
  }
}

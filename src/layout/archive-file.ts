/** An archive as one file that is read by range. A compressed one is unpacked to a private temporary file first, within bounds. */

import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { type Bytes, baseFault, bufferOf, formatBytes, limits } from '../base/index.ts'
import type { ByteStream } from '../oci/index.ts'
import { openRegularFile, readRange, writeStream } from './disk.ts'
import { layoutFault, storageFault } from './faults.ts'
import type { RandomAccess } from './tar-index.ts'

export interface ArchiveFile extends RandomAccess {
  stream(offset: number, length: number): ByteStream
  close(): Promise<void>
}

export interface ArchiveOptions {
  /** The folder in which a private folder for temporary files is made, as `os.tmpdir()` names it. */
  readonly temporary: string
  /** What a compressed archive may unpack to at most, where that is to be less than the house's own bound; bytes. */
  readonly maxUnpackedBytes?: number
}

/** @throws ARCHIVE_MISSING, ARCHIVE_INVALID, LIMIT_EXCEEDED, STORAGE_FULL */
export async function openArchiveFile(path: string, options: ArchiveOptions): Promise<ArchiveFile> {
  const file = await openRegularFile(path, 'followed')
  if (file === undefined) throw layoutFault('ARCHIVE_MISSING', `There is no file ${path}.`, { fix: 'Check the path.' })
  try {
    const magic = await readAt(file.handle, 0, 4)
    const unpack = decompressor(bufferOf(magic))
    if (unpack === undefined) return archiveOn(file.handle, file.size, path)
    const most = Math.min(unpackedBound(file.size), options.maxUnpackedBytes ?? Number.POSITIVE_INFINITY)
    const unpacked = await unpackTo(options.temporary, file, unpack, { path, most })
    await file.handle.close()
    return unpacked
  } catch (error) {
    await file.handle.close()
    throw storageFault(error, path, 'read')
  }
}

/** Layers are compressed mostly, so that a real archive shrinks little; small ones may shrink as they like. */
function unpackedBound(size: number): number {
  const expanded = Math.max(limits.archiveExpansionFreeBytes, size * limits.archiveExpansion)
  return Math.min(limits.archiveUnpackedBytes, expanded)
}

interface Unpacking {
  readonly path: string
  /** Bytes. */
  readonly most: number
}

function decompressor(magic: Buffer): Transform | undefined {
  if (magic[0] === 0x1f && magic[1] === 0x8b) return createGunzip()
  return magic.toString('hex', 0, 4) === '28b52ffd' ? createZstdDecompress() : undefined
}

export function archiveOn(handle: FileHandle, size: number, path: string): ArchiveFile {
  return {
    size,
    read: (offset, length) => readAt(handle, offset, Math.max(0, Math.min(length, size - offset))),
    async *stream(offset, length) {
      try {
        yield* readRange(handle, offset, length)
      } catch (error) {
        throw storageFault(error, path, 'read')
      }
    },
    close: () => handle.close(),
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Bytes> {
  const parts: Bytes[] = []
  for await (const part of readRange(handle, offset, length)) parts.push(part)
  return Buffer.concat(parts)
}

/** The temporary file has no name any more when this returns, so that nothing is left behind however we end. */
async function unpackTo(
  temporary: string,
  packed: { handle: FileHandle; size: number },
  unpack: Transform,
  unpacking: Unpacking,
): Promise<ArchiveFile> {
  const folder = await mkdtemp(join(temporary, 'zegel-')).catch((error: unknown) => {
    throw storageFault(error, temporary, 'written')
  })
  try {
    const handle = await open(join(folder, 'archive.tar'), 'wx+', 0o600)
    try {
      const size = await unpackInto(handle, folder, packed, unpack, unpacking)
      return archiveOn(handle, size, unpacking.path)
    } catch (error) {
      await handle.close()
      throw error
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function unpackInto(
  handle: FileHandle,
  folder: string,
  packed: { handle: FileHandle; size: number },
  unpack: Transform,
  { path, most }: Unpacking,
): Promise<number> {
  let size = 0
  try {
    await pipeline(readRange(packed.handle, 0, packed.size), unpack, async (chunks: AsyncIterable<Bytes>) => {
      size = await writeStream(handle, bounded(chunks, most, path), 0, folder)
    })
  } catch (error) {
    throw packingFault(error, path)
  }
  return size
}

async function* bounded(chunks: AsyncIterable<Bytes>, most: number, path: string): ByteStream {
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > most)
      throw baseFault(
        'LIMIT_EXCEEDED',
        `${path} unpacks to more than ${formatBytes(most)}; it is not unpacked further.`,
      )
    yield chunk
  }
}

function packingFault(error: unknown, path: string): unknown {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string' || !/^(?:Z_|ZSTD_|ERR_)/.test(code)) return error
  return layoutFault('ARCHIVE_INVALID', `${path} is compressed, but can't be unpacked: it is damaged or cut short.`, {
    cause: error,
  })
}

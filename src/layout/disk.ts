/** Files as this room uses them: regular ones only, read by range, written beside, synced and renamed. */

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Bytes, baseFault, formatBytes } from '../base/index.ts'
import type { ByteStream } from '../oci/index.ts'
import { layoutFault, storageFault } from './faults.ts'

/** What one read asks the system for: large enough that calls cost nothing, small enough for many at once. */
const CHUNK = 256 * 1024
/** A pipe or a device does not keep the opening waiting. */
const READ_REGULAR = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
const NO_LINK = constants.O_NOFOLLOW ?? 0

export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

export interface RegularFile {
  readonly handle: FileHandle
  readonly size: number
}

/** Undefined where there is none. Anything that is no regular file is refused; a link is followed only where a person named it. */
export async function openRegularFile(path: string, links: 'refused' | 'followed'): Promise<RegularFile | undefined> {
  let handle: FileHandle
  try {
    handle = await open(path, READ_REGULAR | (links === 'refused' ? NO_LINK : 0))
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP') throw notRegular(path, 'a symbolic link')
    throw storageFault(error, path, 'read')
  }
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw notRegular(path, status.isDirectory() ? 'a folder' : 'no regular file')
    return { handle, size: status.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export function notRegular(path: string, what: string): Error {
  return layoutFault('LAYOUT_INVALID', `${path} is ${what}; only regular files are read.`, {
    fix: 'Make a layout without links: cp -rL DIR COPY.',
  })
}

/** The whole of a small file. @throws LIMIT_EXCEEDED */
export async function readSmallFile(path: string, maxBytes: number): Promise<Bytes | undefined> {
  const file = await openRegularFile(path, 'refused')
  if (file === undefined) return undefined
  try {
    if (file.size > maxBytes) throw tooLarge(path, file.size, maxBytes)
    const chunks: Bytes[] = []
    for await (const chunk of readRange(file.handle, 0, file.size)) chunks.push(chunk)
    return Buffer.concat(chunks)
  } catch (error) {
    throw storageFault(error, path, 'read')
  } finally {
    await file.handle.close()
  }
}

export function tooLarge(what: string, size: number, maxBytes: number): Error {
  return baseFault('LIMIT_EXCEEDED', `${what} has ${formatBytes(size)}; at most ${formatBytes(maxBytes)} are read.`)
}

/** Each chunk has memory of its own, so that who reads may keep it. Ends early where the file does. */
export async function* readRange(handle: FileHandle, start: number, length: number): ByteStream {
  for (let at = 0; at < length; ) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, length - at))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start + at)
    if (bytesRead === 0) return
    at += bytesRead
    yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead)
  }
}

/** Opens the file when the stream is first read and closes it when it ends, breaks off or fails. */
export async function* streamFile(path: string): ByteStream {
  const file = await openRegularFile(path, 'refused')
  if (file === undefined) throw layoutFault('STORAGE_FAILED', `${path} is gone.`)
  try {
    yield* readRange(file.handle, 0, file.size)
  } catch (error) {
    throw storageFault(error, path, 'read')
  } finally {
    await file.handle.close()
  }
}

let temporaries = 0

/** A new file beside, under a name nobody else has: `.NAME.PID-N.partial`. */
export async function createBeside(path: string): Promise<{ handle: FileHandle; temporary: string }> {
  for (;;) {
    const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}-${temporaries++}.partial`)
    try {
      return { handle: await open(temporary, 'wx+', 0o644), temporary }
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw storageFault(error, path, 'written')
    }
  }
}

/** Every byte, at the given position. */
export async function writeFully(handle: FileHandle, bytes: Bytes, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

/** Joins small chunks so that one write carries many. */
async function* gathered(content: AsyncIterable<Bytes>): ByteStream {
  let chunks: Bytes[] = []
  let length = 0
  for await (const chunk of content) {
    chunks.push(chunk)
    length += chunk.length
    if (length < CHUNK) continue
    yield chunks.length === 1 ? chunk : Buffer.concat(chunks)
    chunks = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(chunks)
}

/** Writes a stream at a position and gives its length. Errors of the source pass as they are, errors of the disk become faults. */
export async function writeStream(
  handle: FileHandle,
  content: AsyncIterable<Bytes>,
  position: number,
  path: string,
): Promise<number> {
  let at = position
  // One write is under way while the next chunk is fetched and hashed.
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const chunk of gathered(content)) {
      await writing
      writing = onDisk(path, writeFully(handle, chunk, at))
      writing.catch(() => {})
      at += chunk.length
    }
  } finally {
    await writing
  }
  return at - position
}

/**
 * Puts a file in place whole or not at all: written beside `beside`, synced, renamed to `path`. What was half-written is removed.
 * @throws STORAGE_FULL, STORAGE_DENIED, STORAGE_FAILED, and whatever the content throws
 */
export async function writeWhole(path: string, content: AsyncIterable<Bytes>, beside = path): Promise<void> {
  const { handle, temporary } = await createBeside(beside)
  try {
    try {
      await writeStream(handle, content, 0, path)
      await onDisk(path, handle.sync())
    } finally {
      await handle.close()
    }
    await onDisk(path, rename(temporary, path))
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
}

export async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw storageFault(error, path, 'written')
  }
}

/** So that a rename outlives a power cut. Systems that can't sync a folder do without. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY).catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

export async function makeFolder(path: string): Promise<void> {
  await onDisk(path, mkdir(path, { recursive: true }))
}

export async function* once(...parts: readonly Bytes[]): ByteStream {
  yield* parts
}

/**
 * Files that a person named: read with a bound, written beside and renamed into place. What Node's file system says of them becomes one
 * clear sentence here and nowhere else. `-` is standard input.
 */

import { constants, createReadStream, statSync } from 'node:fs'
import { link, lstat, open, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Bytes, concat, Fault, formatBytes, hex, limits } from '../base/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import type { Input, Output } from './io.ts'
import { readWhole } from './read-whole.ts'

/**
 * The whole content of a named file, or of standard input for `-`.
 * @throws FILE_NOT_FOUND, FILE_IS_FOLDER, FILE_NOT_READABLE, FILE_TOO_LARGE
 */
export async function readNamedFile(
  context: Context,
  path: string,
  maxBytes: number = limits.attestationBytes,
): Promise<Bytes> {
  const whole = path === '-' ? undefined : await readRegular(context, path, maxBytes)
  if (whole !== undefined) return whole
  const parts: Bytes[] = []
  let length = 0
  for await (const part of openNamedFile(context, path)) {
    length += part.length
    if (length > maxBytes) {
      throw cliFault('FILE_TOO_LARGE', `${nameOf(path)} is larger than ${formatBytes(maxBytes)}.`, {
        fix: 'Check that this is the file that was meant.',
      })
    }
    parts.push(part)
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(...parts)
}

/** Opening a pipe waits for who writes into it, so what is no file is left to the stream. */
async function readRegular(context: Context, path: string, maxBytes: number): Promise<Bytes | undefined> {
  try {
    return statSync(path).isFile() ? await readWhole(path, maxBytes, context.signal) : undefined
  } catch (error) {
    throw readFault(path, error)
  }
}

/** As `readNamedFile`, in pieces and without a bound. */
export async function* openNamedFile(context: Context, path: string): AsyncIterable<Bytes> {
  if (path === '-') {
    yield* whileRunning(context.io.stdin, context.signal)
    return
  }
  try {
    yield* createReadStream(path, { highWaterMark: 1024 * 1024, signal: context.signal }) as AsyncIterable<Bytes>
  } catch (error) {
    throw readFault(path, error)
  }
}

async function* whileRunning(input: Input, signal: AbortSignal): AsyncIterable<Bytes> {
  for await (const part of input.read()) {
    signal.throwIfAborted()
    yield part
  }
}

export interface WriteOptions {
  /** Permission bits of a file that is new: 0o600 for secrets. */
  readonly mode: number
  /** false: a file that is there is left alone, FILE_EXISTS. */
  readonly overwrite: boolean
  /** Where it is written before it is renamed: on the same file system. The target's own folder when left out. */
  readonly through?: string
}

/** A result that a person asked to have in a file. */
export const resultFile: WriteOptions = { mode: 0o644, overwrite: true }

/**
 * Writes beside the target, syncs, and renames: a reader sees the old content or the whole new one. What is no regular file (`/dev/null`, a
 * pipe) is written in place.
 * @throws FILE_EXISTS, FILE_NOT_WRITABLE, FILE_IS_FOLDER, DISK_FULL
 */
export async function writeFileAtomically(
  context: Context,
  path: string,
  content: Iterable<Bytes> | AsyncIterable<Bytes>,
  options: WriteOptions = { mode: 0o644, overwrite: true },
): Promise<void> {
  try {
    const output = openOutput(context, path)
    if (output !== undefined) {
      for await (const part of content) await output.write(part)
      return
    }
    const target = await targetOf(path)
    if (target.isSpecial) await writeInPlace(target.path, content)
    else await writeBeside(context, target.path, content, options)
  } catch (error) {
    throw writeFault(path, error)
  }
}

/** What is open already is written where it stands: a log that standard output goes to must not be exchanged or overwritten. */
function openOutput({ io }: Context, path: string): Output | undefined {
  const at = /^\/(?:dev\/std|dev\/fd\/|proc\/self\/fd\/)(out|err|[12])$/.exec(path)?.[1]
  if (at === undefined) return undefined
  return at === 'out' || at === '1' ? io.stdout : io.stderr
}

/** A link keeps pointing where it did; the file that it names is replaced. */
async function targetOf(path: string): Promise<{ path: string; isSpecial: boolean }> {
  try {
    // A shell's >(program): a pipe, whose real path is no path.
    if (/^\/(?:dev|proc\/self)\/fd\//.test(path)) return { path, isSpecial: true }
    const real = await realpath(path)
    const found = await lstat(real)
    if (found.isDirectory()) throw cliFault('FILE_IS_FOLDER', `${path} is a folder.`, { fix: 'Name a file.' })
    return { path: real, isSpecial: !found.isFile() }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { path, isSpecial: false }
    throw error
  }
}

async function writeInPlace(path: string, content: Iterable<Bytes> | AsyncIterable<Bytes>): Promise<void> {
  await using file = await open(path, constants.O_WRONLY)
  for await (const part of content) await file.writeFile(part)
}

async function writeBeside(
  context: Context,
  path: string,
  content: Iterable<Bytes> | AsyncIterable<Bytes>,
  { mode, overwrite, through = dirname(path) }: WriteOptions,
): Promise<void> {
  const temporary = join(through, `.${basename(path).slice(0, 100)}.zegel-${hex(context.io.random(6))}`)
  context.temporary.add(temporary)
  try {
    await writeSynced(temporary, content, mode)
    if (overwrite) await rename(temporary, path)
    else await link(temporary, path)
    await syncFolder(dirname(path))
  } finally {
    await rm(temporary, { force: true })
    context.temporary.forget(temporary)
  }
}

async function writeSynced(path: string, content: Iterable<Bytes> | AsyncIterable<Bytes>, mode: number): Promise<void> {
  await using file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
  for await (const part of content) await file.writeFile(part)
  await file.sync()
}

/** The rename itself must survive a power cut, too. Some file systems can't sync a folder. */
async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, constants.O_RDONLY)
    await folder.sync()
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'EISDIR' && code !== 'EACCES') throw error
  }
}

function readFault(path: string, error: unknown): unknown {
  if (error instanceof Fault) return error
  const name = nameOf(path)
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return cliFault('FILE_NOT_FOUND', `There is no file ${name}.`, { fix: 'Check the path.', cause: error })
    case 'EISDIR':
      return cliFault('FILE_IS_FOLDER', `${name} is a folder.`, { fix: 'Name a file in it.', cause: error })
    case 'EACCES':
    case 'EPERM':
      return cliFault('FILE_NOT_READABLE', `${name} may not be read by this user.`, {
        fix: `See its permissions: ls -l ${name}`,
        cause: error,
      })
    case undefined:
    case 'ABORT_ERR':
      return error
    default:
      return cliFault('FILE_NOT_READABLE', `${name} cannot be read (${codeOf(error)}).`, {
        fix: 'Check the path and the disk.',
        cause: error,
      })
  }
}

function writeFault(path: string, error: unknown): unknown {
  if (error instanceof Fault) return error
  const name = nameOf(path)
  switch (codeOf(error)) {
    case 'EEXIST':
      return cliFault('FILE_EXISTS', `${name} is there already and is not overwritten.`, {
        fix: 'Choose another name, or move the file away first.',
        cause: error,
      })
    case 'EISDIR':
      return cliFault('FILE_IS_FOLDER', `${name} is a folder.`, { fix: 'Name a file.', cause: error })
    case 'ENOENT':
    case 'ENOTDIR':
      return cliFault('FILE_NOT_WRITABLE', `${name} cannot be written: its folder does not exist.`, {
        fix: `Make it first: mkdir -p ${dirname(path)}`,
        cause: error,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return cliFault('DISK_FULL', `${name} cannot be written: the disk is full.`, {
        fix: 'Make room and call it again; nothing half-written was left.',
        cause: error,
      })
    case undefined:
    case 'ABORT_ERR':
      return error
    default:
      return cliFault('FILE_NOT_WRITABLE', `${name} cannot be written (${codeOf(error)}).`, {
        fix: 'Check the permissions of its folder.',
        cause: error,
      })
  }
}

function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

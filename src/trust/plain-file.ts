/** A regular file, opened once: what is looked at is what is read. Links, pipes and devices are refused. */

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { type Bytes, formatBytes } from '../base/index.ts'

export interface NotPlain {
  /** "it is a symbolic link" */
  readonly problem: string
}

export async function readPlainFile(path: string, maxBytes: number): Promise<Bytes | NotPlain> {
  try {
    // A pipe would wait for who writes into it, a link lead elsewhere.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = await file.stat()
    if (!found.isFile()) return { problem: found.isDirectory() ? 'it is a folder in it' : 'it is no regular file' }
    if (found.size > maxBytes)
      return { problem: `it has ${formatBytes(found.size)}, more than ${formatBytes(maxBytes)}` }
    return await file.readFile()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ELOOP') return { problem: 'it is a symbolic link' }
    if (code === 'EACCES' || code === 'EPERM') return { problem: 'it may not be read by this user' }
    if (code === 'ENXIO') return { problem: 'it is no regular file' }
    throw error
  }
}

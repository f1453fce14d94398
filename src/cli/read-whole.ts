/** A regular file read into one buffer of its size: a predicate of 100 MB is in memory once, and a key costs no stream. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Bytes } from '../base/index.ts'

const PIECE = 8 * 1024 * 1024

/**
 * @param path of a regular file
 * @returns nothing where its size says nothing (what the kernel makes up, a file that grows while it is read) or is above the bound
 * @throws what Node's file system says
 */
export async function readWhole(path: string, maxBytes: number, signal: AbortSignal): Promise<Bytes | undefined> {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size === 0 || size > maxBytes) return undefined
    const bytes = new Uint8Array(size)
    let length = 0
    while (length < size) {
      // Between the pieces a signal gets its turn.
      if (length > 0) await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
      const read = readSync(file, bytes, length, Math.min(PIECE, size - length), null)
      if (read === 0) break
      length += read
    }
    const isLonger = readSync(file, Buffer.alloc(1), 0, 1, null) === 1
    return isLonger ? undefined : bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}

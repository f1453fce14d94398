/** Files of answers about revocation: read within a bound, written whole or not at all. */

import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Bytes, digestHex, digestOf, utf8 } from '../../base/index.ts'

/** How a URL is filed: the SHA-256 of its text, as notation does. */
export function nameOfUrl(url: string): string {
  return digestHex(digestOf(utf8(url)))
}

/** Undefined where there is no such regular file, where it cannot be read, or where it is larger than `maxBytes`. */
export async function readBoundedFile(path: string, maxBytes: number): Promise<Bytes | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const status = await file.stat()
      return status.isFile() && status.size <= maxBytes ? await file.readFile() : undefined
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/** Made in a folder beside it, so that the renaming stays within one file system (CVE-2024-51491). */
export async function writeBeside(path: string, parts: readonly Bytes[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const folder = await mkdtemp(join(dirname(path), '.new-'))
  try {
    const beside = join(folder, basename(path))
    await writeFile(beside, parts)
    await rename(beside, path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Looks, before any work begins, whether a file is there that would not be overwritten. */

import { lstat } from 'node:fs/promises'
import { cliFault } from './faults.ts'

/** @throws FILE_EXISTS */
export async function assertFree(
  path: string,
  fix = 'Choose another name, or move the file away first.',
): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  throw cliFault('FILE_EXISTS', `${path} is there already and is not overwritten.`, {
    fix,
  })
}

/** Writes several new files, in folders that may be new too: all of them or none, and never over what is there. */

import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bytes } from '../base/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { writeFileAtomically } from './files.ts'
import { assertFree } from './files-free.ts'

export interface NewFile {
  /** Relative to the folder. */
  readonly path: string
  readonly content: Bytes
  readonly mode: number
}

export interface NewFolder {
  readonly path: string
  readonly mode: number
}

/**
 * @param folders from the outermost to the innermost; those that are there already are left as they are
 * @throws FILE_EXISTS, FILE_NOT_WRITABLE, DISK_FULL
 */
export async function writeNewFiles(
  context: Context,
  root: string,
  folders: readonly NewFolder[],
  files: readonly NewFile[],
): Promise<void> {
  for (const { path } of files) await assertFree(join(root, path))
  const made: string[] = []
  // Whatever ends the call in the middle, nothing stays.
  const remember = (path: string): void => {
    made.push(path)
    context.temporary.add(path)
  }
  try {
    for (const { path, mode } of folders) if (await makeFolder(path, mode)) remember(path)
    for (const { path, content, mode } of files) {
      context.signal.throwIfAborted()
      await writeFileAtomically(context, join(root, path), [content], { mode, overwrite: false })
      remember(join(root, path))
    }
  } catch (error) {
    for (const path of made.toReversed()) await rm(path, { recursive: true, force: true })
    throw error
  } finally {
    for (const path of made) context.temporary.forget(path)
  }
}

/** @returns false where it is there already */
async function makeFolder(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode })
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return false
    throw cliFault('FILE_NOT_WRITABLE', `The folder ${path} cannot be made (${String(code)}).`, {
      fix:
        code === 'ENOENT' ? `Make its parent first: mkdir -p ${dirname(path)}` : 'Check the path and its permissions.',
      cause: error,
    })
  }
}

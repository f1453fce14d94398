/** Files that are whole or not there after a crash: written beside, synced, renamed, and the folder synced. */

import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Bytes } from '../base/index.ts'

export const BESIDE = '.new'

/** What a system without synchronised folders answers. */
const NO_FOLDER_SYNC: readonly string[] = ['EPERM', 'EISDIR', 'EINVAL', 'EACCES', 'ENOTSUP']

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export async function writeDurably(path: string, bytes: Bytes): Promise<void> {
  await makeFolder(dirname(path))
  const beside = `${path}${BESIDE}`
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameDurably(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** An empty file, which is whole as soon as it is there. */
export async function createDurably(path: string): Promise<void> {
  await makeFolder(dirname(path))
  const file = await open(path, 'a')
  await file.close()
  await syncFolder(dirname(path))
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

export async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true })
  await syncFolder(dirname(path)).catch((error) => {
    if (errorCode(error) !== 'ENOENT') throw error
  })
}

/** Makes the folder and its parents, and syncs the parents that got a new entry. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  for (let folder = dirname(path); folder.length >= dirname(first).length; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === dirname(folder)) return
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.includes(errorCode(error))) throw error
  }
}

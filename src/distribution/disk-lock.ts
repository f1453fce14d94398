/** One process for each registry folder: the state in memory is the truth while the server runs. */

import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './durable-files.ts'
import { distributionFault } from './faults.ts'

/** Folders that this process serves; its own number in a lock file otherwise comes from an earlier life (containers reuse 1). */
const held = new Set<string>()

export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'lock')
  if (held.has(path)) throw locked(dir, process.pid)
  held.add(path)
  try {
    await writeLock(dir, path)
  } catch (error) {
    held.delete(path)
    throw error
  }
  return async () => {
    await rm(path, { force: true })
    held.delete(path)
  }
}

async function writeLock(dir: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const file = await open(path, 'wx')
      try {
        await file.writeFile(`${process.pid}\n`)
      } finally {
        await file.close()
      }
      return
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    const owner = await readOwner(path)
    if (owner !== undefined && isAlive(owner)) throw locked(dir, owner)
    await removeStale(dir, path, owner)
  }
  throw locked(dir, undefined)
}

/** Moved aside before it goes: when another process took the stale lock over meanwhile, it is that one's, and is put back. */
async function removeStale(dir: string, path: string, owner: number | undefined): Promise<void> {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const moved = await readOwner(aside)
  if (moved !== owner) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
  if (moved !== owner) throw locked(dir, moved)
}

async function readOwner(path: string): Promise<number | undefined> {
  try {
    const owner = Number.parseInt(await readFile(path, 'utf8'), 10)
    return Number.isSafeInteger(owner) && owner > 0 ? owner : undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(owner: number): boolean {
  if (owner === process.pid) return false
  try {
    process.kill(owner, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

function locked(dir: string, owner: number | undefined): Error {
  const who = owner === undefined ? 'another process' : `process ${owner}`
  return distributionFault('SERVE_DIR_LOCKED', `The folder ${dir} is being served by ${who}.`, {
    fix: `End that process or serve another folder; if it is gone, remove ${join(dir, 'lock')}.`,
  })
}

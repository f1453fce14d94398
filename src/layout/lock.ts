/** One writer of index.json at a time, among processes: a lock file beside it. A lock that nobody renews is taken over. */

import { open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/index.ts'
import { errorCode } from './disk.ts'
import { layoutFault, storageFault } from './faults.ts'

const PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100
let locks = 0

export interface LockTiming {
  /** How long to try in all, and after how long without a change of hands a lock counts as left behind; milliseconds. */
  readonly waitMs: number
  readonly staleMs: number
}

const usual: LockTiming = { waitMs: limits.layoutLockMs, staleMs: limits.layoutStaleLockMs }

/**
 * Runs `work` while holding the lock file `path`.
 * @throws LAYOUT_LOCKED when others hold it all the time
 */
export async function locked<T>(path: string, work: () => Promise<T>, timing: LockTiming = usual): Promise<T> {
  const token = `${process.pid}-${locks++}`
  await acquire(path, token, timing)
  const mine = await holder(path)
  try {
    return await work()
  } finally {
    if (mine !== undefined && (await holder(path)) === mine) await unlink(path).catch(() => {})
  }
}

async function acquire(path: string, token: string, { waitMs, staleMs }: LockTiming): Promise<void> {
  let seen: string | undefined
  let seenFor = 0
  let pause = PAUSE_MS
  for (let waited = 0; ; waited += pause, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    if (await tryCreate(path, token)) return
    const now = await holder(path)
    seenFor = now === seen ? seenFor + pause : 0
    seen = now
    if (now !== undefined && seenFor >= staleMs) {
      await takeAway(path, now, token)
      seenFor = 0
    }
    if (waited >= waitMs) throw lockedFault(path, waitMs)
    await sleep(pause)
  }
}

function lockedFault(path: string, waitMs: number): Error {
  return layoutFault('LAYOUT_LOCKED', `Other programs kept ${path} for ${Math.round(waitMs / 1000)} seconds.`, {
    fix: 'Run it again when they have ended; when none is running, remove that file.',
  })
}

async function tryCreate(path: string, token: string): Promise<boolean> {
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await open(path, 'wx', 0o644)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw storageFault(error, path, 'written')
  }
  try {
    await handle.writeFile(token)
    return true
  } catch (error) {
    await unlink(path).catch(() => {})
    throw storageFault(error, path, 'written')
  } finally {
    await handle.close()
  }
}

/** Who holds it since when, as far as files can tell (process numbers repeat among containers); undefined when nobody does. */
async function holder(path: string): Promise<string | undefined> {
  try {
    const [token, { ino, mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return `${token} ${ino} ${mtimeMs}`
  } catch {
    return undefined
  }
}

/** Renamed first, so that of several who find it stale one takes it, and looked at again, so that a fresh lock is put back. */
async function takeAway(path: string, stale: string, token: string): Promise<void> {
  const aside = `${path}.${token}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  if ((await holder(aside)) === stale) await unlink(aside).catch(() => {})
  else await rename(aside, path).catch(() => {})
}

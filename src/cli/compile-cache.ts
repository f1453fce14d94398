/**
 * Node's cache of compiled code, in the user's own cache folder. Cached code is not authenticated: a folder that anybody else owns, may
 * read or may write is not used. It runs before anything else is loaded, so it loads nothing of ours.
 */

import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { isAbsolute, join } from 'node:path'

/** Node keeps of a file what its first run compiled, and never adds to it: the commands that are run most must not be left with another's. */
const OWN_CACHE = ['verify', 'verify-attestation', 'sign', 'attest']

export function useCompileCache(command: string | undefined): void {
  const caches = process.env['XDG_CACHE_HOME'] ?? ''
  const home = process.env['HOME'] ?? ''
  const base = isAbsolute(caches) ? caches : isAbsolute(home) ? join(home, '.cache') : ''
  if (base === '') return
  const folder = join(base, 'zegel')
  try {
    // One by one: a home that is not there is not made, and Node's recursive mkdir never ends below /proc.
    for (const path of [base, folder, join(folder, 'compiled')]) makeFolder(path)
    if (!isOurs(folder) || !isOurs(join(folder, 'compiled'))) return
    const own = join(folder, 'compiled', command !== undefined && OWN_CACHE.includes(command) ? command : 'other')
    makeFolder(own)
    if (isOurs(own)) enableCompileCache(own)
  } catch {
    // A read-only file system, a home that isn't there: it works without a cache.
  }
}

function makeFolder(path: string): void {
  if (!existsSync(path)) mkdirSync(path, { mode: 0o700 })
}

function isOurs(folder: string): boolean {
  const found = lstatSync(folder)
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
}

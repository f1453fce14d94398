/** A registry in a process of its own, for tests that kill it: serves the folder it is given and prints its URL. */

import { randomBytes } from 'node:crypto'
import { silentLog } from '../../src/base/index.ts'
import { startRegistry } from '../../src/distribution/index.ts'

const registry = await startRegistry({
  dir: process.argv[2] ?? '',
  log: silentLog,
  clock: Date.now,
  random: randomBytes,
})
console.log(registry.url)

/**
 * `npm run fuzz`: the tests named `*.fuzz.test.ts` with a new seed and many more runs than `npm test` gives them.
 *
 * The seed is printed first; `ZEGEL_FUZZ_SEED=N npm run fuzz` repeats it, `ZEGEL_FUZZ_RUNS=N` sets the runs of each property
 * (20,000 when it is not set), arguments choose files (`npm run fuzz -- test/crypto`). A counterexample becomes a vector.
 */

import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { globSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const seed = process.env['ZEGEL_FUZZ_SEED'] ?? String(randomInt(2 ** 31))
const runs = process.env['ZEGEL_FUZZ_RUNS'] ?? '20000'
const wanted = process.argv.slice(2)
const files = globSync('test/**/*.fuzz.test.ts', { cwd: root }).filter(
  (file) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
)

console.log(`fuzz: seed ${seed}, ${runs} runs, ${files.length} files`)
const again = `ZEGEL_FUZZ_SEED=${seed} ZEGEL_FUZZ_RUNS=${runs} npm run fuzz`

if (files.length === 0) {
  console.error('fuzz: no file is named so')
  process.exitCode = 2
} else {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  // The time limit of a test is for its usual runs; here only the number of runs ends it.
  const args = [vitest, 'run', '--testTimeout=3600000', ...files.sort()]
  const env = { ...process.env, ZEGEL_FUZZ_SEED: seed, ZEGEL_FUZZ_RUNS: runs }
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env })
  if (status !== 0) console.error(`fuzz: to see it again: ${again}`)
  process.exitCode = status ?? 1
}

/**
 * `npm run bench [NAME…]`: all benchmarks, or those that are named (verify-one, many-images, in-process, copy, notation-…). Programs run in turns, on this
 * machine alone, against registries that are started for it; folders and processes end with it. The status is 1 when a demand is not met.
 */

import { cpus, totalmem } from 'node:os'
import { lookForPeer } from '../test/peers/programs.ts'
import { copyImages } from './copy.ts'
import { inProcess } from './in-process.ts'
import { manyImages } from './many-images.ts'
import { hasTime, load } from './measure.ts'
import { notationMany, notationOne } from './notation.ts'
import { notationInProcess } from './notation-in-process.ts'
import { verifyOne } from './verify-one.ts'
import { World } from './world.ts'

const benchmarks: Readonly<Record<string, (world: World) => Promise<boolean>>> = {
  'in-process': () => inProcess(5),
  'verify-one': (world) => verifyOne(world, 25),
  'many-images': (world) => manyImages(world, 3),
  copy: (world) => copyImages(world, 3),
  'notation-in-process': () => notationInProcess(5),
  'notation-one': (world) => notationOne(world, 25),
  'notation-many': (world) => notationMany(world, 3),
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in benchmarks))
const missing = (['cosign', 'notation', 'oras', 'docker-registry'] as const)
  .map((name) => lookForPeer(name))
  .find((program) => 'missing' in program)
if (unknown.length > 0 || missing !== undefined) {
  console.error(unknown.length > 0 ? `There is no benchmark ${unknown.join(', ')}.` : missing?.missing)
  process.exit(2)
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 1e9)} GB; ${load()}`,
)
if (!hasTime) console.log('Without GNU time (/usr/bin/time) there is no memory and no CPU time.')
const world = await World.open()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => world.close().finally(() => process.exit(3)))
let isMet = true
try {
  for (const [name, run] of Object.entries(benchmarks)) {
    if (named.length > 0 && !named.includes(name)) continue
    const met = await run(world)
    isMet &&= met
  }
} finally {
  await world.close()
}
console.log(`\n${load()}`)
process.exit(isMet ? 0 : 1)

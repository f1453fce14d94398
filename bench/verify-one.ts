/** One image, one signature: `zegel verify --key` beside cosign and beside Node alone with the same requests; `--help` beside Node alone. */

import { join } from 'node:path'
import { peer } from '../test/peers/programs.ts'
import { countingProxy } from '../test/performance/counting-proxy.ts'
import { measure } from './measure.ts'
import { printDemands, printTable, ratio } from './report.ts'
import type { World } from './world.ts'

export async function verifyOne(world: World, runs: number): Promise<boolean> {
  const registry = await world.registry('docker-registry')
  const image = await world.image(registry.address, 'shop/api', [1_000_000])
  await world.zegel('sign', '--key', join(world.folder, 'release.key'), image)
  const cosign = (reference: string): readonly string[] => [
    peer('cosign'),
    'verify',
    '--key',
    world.publicKey,
    '--insecure-ignore-tlog',
    reference,
  ]
  const zegel = (reference: string): readonly string[] => world.command('verify', '--key', world.publicKey, reference)
  const bare = [
    process.execPath,
    join(import.meta.dirname, 'bare-requests.cjs'),
    world.publicKey,
    registry.address,
    'shop/api',
  ]
  const digest = image.slice(image.indexOf('@') + 1)
  const empty = [process.execPath, join(import.meta.dirname, 'empty.cjs')]
  const rows = await measure(
    [
      { name: 'cosign verify', command: () => cosign(image) },
      { name: 'zegel verify', command: () => zegel(image) },
      { name: 'Node, the same requests', command: () => [...bare, digest] },
      { name: 'Node, nothing', command: () => empty },
      { name: 'zegel --help', command: () => world.command('--help') },
    ],
    runs,
    { cwd: world.folder, environment: world.environment },
  )
  const requests = {
    zegel: await countRequests(registry.url, image, registry.address, (reference) => zegel(reference), world),
    cosign: await countRequests(registry.url, image, registry.address, (reference) => cosign(reference), world),
  }
  const told = Object.entries(requests).map(([name, { count, rounds }]) => `${name} ${count} in ${rounds} round trips`)
  printTable(
    `One verification by digest of one signature (bundle, P-256; docker-registry; ${runs} runs)`,
    rows,
    'cosign verify',
    [
      `Requests: ${told.join('; ')}. \`zegel --help\` is ${ratio(rows, 'zegel --help', 'Node, nothing').toFixed(2)} × Node alone, \`zegel verify\` ${ratio(rows, 'zegel verify', 'Node, the same requests').toFixed(2)} × Node with the same requests.`,
    ],
  )
  return printDemands([
    { what: 'wall time of verify, × cosign', found: ratio(rows, 'zegel verify', 'cosign verify'), atMost: 1.5 },
    { what: 'peak of verify, × cosign', found: ratio(rows, 'zegel verify', 'cosign verify', 'peak'), atMost: 1.5 },
    { what: 'wall time of --help, × Node alone', found: ratio(rows, 'zegel --help', 'Node, nothing'), atMost: 1.3 },
    { what: 'requests', found: requests.zegel.count, atMost: 6 },
    { what: 'round trips', found: requests.zegel.rounds, atMost: 3 },
  ])
}

async function countRequests(
  origin: string,
  image: string,
  address: string,
  command: (reference: string) => readonly string[],
  world: World,
): Promise<{ count: number; rounds: number }> {
  const proxy = await countingProxy(origin, { referrers: false, hold: true })
  try {
    const started = { name: 'counted', command: () => command(image.replace(address, proxy.address)) }
    await measure([started], 0, { cwd: world.folder, environment: world.environment })
    return { count: proxy.asked.length, rounds: proxy.rounds() }
  } finally {
    await proxy.close()
  }
}

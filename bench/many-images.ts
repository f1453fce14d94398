/** Two hundred signed images: one call of `zegel verify` beside a shell loop over cosign. */

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLog, utf8 } from '../src/base/index.ts'
import { readPrivateKey } from '../src/crypto/index.ts'
import { createRegistry, noCredentials } from '../src/registry/index.ts'
import { keySigner, signImage } from '../src/signing/index.ts'
import { peer } from '../test/peers/programs.ts'
import { putImage } from '../test/support/image.ts'
import { measure } from './measure.ts'
import { printDemands, printTable, ratio } from './report.ts'
import type { World } from './world.ts'

const IMAGES = 200
/** As many at once as a registry client of ours holds connections to one host. */
const AT_ONCE = 8

export async function manyImages(world: World, runs: number): Promise<boolean> {
  const registry = await world.registry('registry-honest')
  const images = await signMany(world, registry.address)
  const loop = `printf '%s\\n' "$@" | xargs -P ${AT_ONCE} -n 1 ${peer('cosign')} verify --key ${world.publicKey} --insecure-ignore-tlog`
  const rows = await measure(
    [
      { name: `xargs -P ${AT_ONCE} cosign verify`, command: () => ['sh', '-c', loop, 'sh', ...images] },
      {
        name: 'zegel verify',
        command: () =>
          world.command('verify', '--key', world.publicKey, '--max-concurrency', String(AT_ONCE), ...images),
      },
    ],
    runs,
    { cwd: world.folder, environment: world.environment },
  )
  const loopName = `xargs -P ${AT_ONCE} cosign verify`
  printTable(
    `${IMAGES} images, ${AT_ONCE} at once (a registry in memory with the Referrers API; ${runs} runs)`,
    rows,
    loopName,
  )
  return printDemands([
    { what: 'times faster than the loop', found: 1 / ratio(rows, 'zegel verify', loopName), atLeast: 8 },
  ])
}

async function signMany(world: World, address: string): Promise<readonly string[]> {
  const bytes = readFileSync(join(world.folder, 'release.key'))
  const signer = keySigner(await readPrivateKey(bytes, 'release.key', async () => utf8('bench')))
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  const context = { clock: Date.now, pause: { wait: async () => {}, random: () => randomBytes(1).readUInt8() / 256 } }
  try {
    const images: string[] = []
    for (let at = 0; at < IMAGES; at++) {
      const repository = `shop/service-${at}`
      const store = registry.repository({ registry: address, repository })
      const subject = await putImage(store, repository)
      const target = { subject, repository: `${address}/${repository}`, store }
      await signImage(target, { format: 'bundle', annotations: {} }, signer, context)
      images.push(`${address}/${repository}@${subject.digest}`)
    }
    return images
  } finally {
    registry.close()
  }
}

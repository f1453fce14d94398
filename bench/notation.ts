/** Notation signatures by whole processes: one verification beside `notation verify`, and two hundred images beside a loop over it. */

import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '../src/authority/index.ts'
import { silentLog } from '../src/base/index.ts'
import { writePem } from '../src/crypto/index.ts'
import { createRegistry, noCredentials } from '../src/registry/index.ts'
import { certifiedSigner, type NotationSigner, signNotation } from '../src/signing/index.ts'
import { peer } from '../test/peers/programs.ts'
import { putImage } from '../test/support/image.ts'
import { measure } from './measure.ts'
import { printDemands, printTable, ratio } from './report.ts'
import type { World } from './world.ts'

const IMAGES = 200
const AT_ONCE = 8

export async function notationOne(world: World, runs: number): Promise<boolean> {
  const registry = await world.registry('docker-registry')
  const { signer, flags, environment } = setUp(world)
  const [image = ''] = await signMany(registry.address, 1, signer)
  const rows = await measure(
    [
      { name: 'notation verify', command: () => [peer('notation'), 'verify', '--insecure-registry', image] },
      { name: 'zegel verify', command: () => world.command('verify', ...flags, image) },
      { name: 'Node, nothing', command: () => [process.execPath, join(import.meta.dirname, 'empty.cjs')] },
    ],
    runs,
    { cwd: world.folder, environment },
  )
  const title = `One verification by digest of one Notation signature (JWS, P-256; docker-registry; ${runs} runs)`
  printTable(title, rows, 'notation verify')
  return printDemands([
    { what: 'wall time, × notation', found: ratio(rows, 'zegel verify', 'notation verify'), atMost: 4 },
  ])
}

export async function notationMany(world: World, runs: number): Promise<boolean> {
  const registry = await world.registry('registry-honest')
  const { signer, flags, environment } = setUp(world)
  const images = await signMany(registry.address, IMAGES, signer)
  const loop = `printf '%s\\n' "$@" | xargs -P ${AT_ONCE} -n 1 ${peer('notation')} verify --insecure-registry`
  const loopName = `xargs -P ${AT_ONCE} notation verify`
  const limit = ['--max-concurrency', String(AT_ONCE)]
  const rows = await measure(
    [
      { name: loopName, command: () => ['sh', '-c', loop, 'sh', ...images] },
      { name: 'zegel verify', command: () => world.command('verify', ...flags, ...limit, ...images) },
    ],
    runs,
    { cwd: world.folder, environment },
  )
  printTable(
    `${IMAGES} images with Notation signatures, ${AT_ONCE} at once (a registry in memory; ${runs} runs)`,
    rows,
    loopName,
  )
  return printDemands([
    { what: 'times faster than the loop', found: 1 / ratio(rows, 'zegel verify', loopName), atLeast: 5 },
  ])
}

interface SetUp {
  readonly signer: NotationSigner
  readonly flags: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** One trust policy and store in notation's own place, which both read. */
function setUp(world: World): SetUp {
  const authority = createAuthority({ clock: Date.now, random: randomBytes })
  const { key, chain } = authority.issueSigning()
  const config = join(world.folder, 'config')
  const store = join(config, 'notation/truststore/x509/ca/bench')
  mkdirSync(store, { recursive: true })
  const root = chain.at(-1)
  if (root === undefined) throw new Error('an authority without a root')
  writeFileSync(join(store, 'root.pem'), writePem('CERTIFICATE', root.raw))
  const policy = {
    version: '1.0',
    trustPolicies: [
      {
        name: 'bench',
        registryScopes: ['*'],
        signatureVerification: { level: 'strict' },
        trustStores: ['ca:bench'],
        trustedIdentities: ['*'],
      },
    ],
  }
  writeFileSync(join(config, 'notation/trustpolicy.json'), JSON.stringify(policy))
  return {
    signer: certifiedSigner(key, chain, 'the bench', Date.now()),
    flags: ['--trust-policy', 'default'],
    environment: { ...world.environment, XDG_CONFIG_HOME: config },
  }
}

async function signMany(address: string, count: number, signer: NotationSigner): Promise<readonly string[]> {
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  const context = { clock: Date.now, pause: { wait: async () => {}, random: () => randomBytes(1).readUInt8() / 256 } }
  try {
    const images: string[] = []
    for (let at = 0; at < count; at++) {
      const repository = `notation/service-${at}`
      const store = registry.repository({ registry: address, repository })
      const subject = await putImage(store, repository)
      const target = { subject, repository: `${address}/${repository}`, store }
      await signNotation(target, { encoding: 'jws', annotations: {} }, signer, context)
      images.push(`${address}/${repository}@${subject.digest}`)
    }
    return images
  } finally {
    registry.close()
  }
}

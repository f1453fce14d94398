/**
 * A predicate of 100 MB is attested, verified and downloaded with a peak under 400 MB for every type of key: what ships is started as a
 * process of its own, which tells its peak when it ends.
 */

import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { putImage } from '../support/image.ts'
import { type BuiltPackage, buildPackage } from './package.ts'

const run = promisify(execFile)
const MOST = 400
const work = mkdtempSync(join(tmpdir(), 'zegel-large-'))
const predicate = join(work, 'sbom.json')
let built: BuiltPackage
let server: RegistryServer

beforeAll(async () => {
  built = await buildPackage()
  server = await startRegistry({ log: silentLog, clock: Date.now, random: randomBytes, dir: join(work, 'registry') })
  writeBom(predicate, 100_000_000)
  writeFileSync(
    join(work, 'peak.mjs'),
    `import { writeFileSync } from 'node:fs'
process.on('exit', () => writeFileSync(process.env.PEAK_OUT, String(process.resourceUsage().maxRSS)))`,
  )
})
afterAll(async () => {
  await server?.close()
  built?.remove()
  rmSync(work, { recursive: true, force: true })
})

/** Every type where time is not short (CI); else one that is hashed in parts, and the one that is not. */
const types =
  process.env['ZEGEL_PEERS'] === 'required' ? ['p256', 'p384', 'p521', 'rsa-2048', 'ed25519'] : ['p256', 'ed25519']

describe.each(types)('with a key of type %s', (type) => {
  test('attest and verify-attestation', { timeout: 120_000 }, async () => {
    const image = await makeImage(type)
    const key = join(work, type)
    await zegel('key', 'generate', '--type', type, '--out', key)
    const about = ['--type', 'cyclonedx', image]
    expect(await zegel('attest', '--key', `${key}.key`, '--predicate', predicate, ...about), 'attest').toBeLessThan(
      MOST,
    )
    const out = join(work, 'out.json')
    const verified = await zegel('verify-attestation', '--key', `${key}.pub`, '--predicate-out', out, ...about)
    expect(verified, 'verify-attestation').toBeLessThan(MOST)
    expect(await digestOfFile(out)).toBe(await digestOfFile(predicate))
  })
})

test('download', { timeout: 120_000 }, async () => {
  const image = `${server.address}/shop/p256:1`
  const out = join(work, 'out.json')
  for (const more of [['--predicate-out', out], []]) {
    expect(await zegel('download', 'attestation', ...more, image), `download ${more}`).toBeLessThan(MOST)
  }
  expect(await digestOfFile(out)).toBe(await digestOfFile(predicate))
})

test('the statement is printed, as it is and in a report', { timeout: 120_000 }, async () => {
  const image = `${server.address}/shop/p256:1`
  for (const output of ['text', 'json']) {
    const peak = await zegel(
      'verify-attestation',
      '--key',
      join(work, 'p256.pub'),
      '--type',
      'cyclonedx',
      '-o',
      output,
      image,
    )
    expect(peak, output).toBeLessThan(MOST)
  }
})

/** @returns the peak of its resident memory, in MB of 10^6 bytes */
async function zegel(...words: readonly string[]): Promise<number> {
  const peak = join(work, 'peak.txt')
  const hook = pathToFileURL(join(work, 'peak.mjs')).href
  const command = [process.execPath, '--import', hook, built.program, '--quiet', ...words]
  const environment = { PATH: process.env['PATH'], HOME: work, ZEGEL_PASSWORD: 'x', PEAK_OUT: peak }
  await run('sh', ['-c', '"$@" >/dev/null', 'sh', ...command], { cwd: work, env: environment })
  return (Number(readFileSync(peak, 'utf8')) * 1024) / 1_000_000
}

async function makeImage(name: string): Promise<string> {
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  await putImage(registry.repository({ registry: server.address, repository: `shop/${name}` }), name, '1')
  registry.close()
  return `${server.address}/shop/${name}:1`
}

/** As a generator of SBOMs writes it: many small components. */
function writeBom(path: string, size: number): void {
  const file = openSync(path, 'w')
  let written = writeSync(
    file,
    '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[\n{"type":"application","name":"api"}',
  )
  for (let group = 0; written < size; group++) {
    const lines = Array.from({ length: 1000 }, (_, at) => {
      const name = `package-${group}-${at}`
      const component = {
        type: 'library',
        name,
        version: '1.2.3',
        purl: `pkg:npm/${name}@1.2.3`,
        licenses: [{ license: { id: 'MIT' } }],
      }
      return `,\n${JSON.stringify(component)}`
    })
    written += writeSync(file, lines.join(''))
  }
  writeSync(file, '\n]}')
  closeSync(file)
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part)
  return hash.digest('hex')
}

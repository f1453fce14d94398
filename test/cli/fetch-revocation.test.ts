/** `zegel trust fetch-revocation` beside a served authority: what is collected serves offline, and is asked anew even where a list is in the cache. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { putImage } from '../support/image.ts'
import { expectContract } from './contract.ts'
import { type CallResult, zegel } from './fake-io.ts'

let folder = ''
let registry: RegistryServer
let image = ''
let port = 0
const at = (name: string): string => join(folder, name)
const call = (...words: readonly string[]): Promise<CallResult> =>
  zegel(words, { environment: { XDG_CACHE_HOME: at('cache') }, home: folder })

/** For certificates must name the address before anything listens there. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-fetch-'))
  port = await freePort()
  registry = await startRegistry({ log: silentLog, clock: Date.now, random: (length) => randomBytes(length) })
  const client = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  await putImage(client.repository({ registry: registry.address, repository: 'shop/api' }), 'hello', '1')
  client.close()
  image = `${registry.address}/shop/api:1`
  await call('pki', 'init', '--out', at('pki'), '--revocation-url', `http://127.0.0.1:${port}`)
  await call('trust', 'add', '--type', 'ca', '--store', 'own', '--dir', at('truststore'), at('pki/root.pem'))
  await call('trust', 'policy', 'init', '--out', at('policy.json'), '--trust-store', at('truststore'))
  const key = ['--key', at('pki/signing.key'), '--cert-chain', at('pki/signing.pem')]
  await call('sign', '--format', 'notation-jws', ...key, image)
})
afterAll(async () => {
  await registry.close()
  await rm(folder, { recursive: true })
})

/** While `zegel pki serve` runs. */
async function served<T>(work: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined
  const serving = await zegel(['pki', 'serve', at('pki'), '--address', `127.0.0.1:${port}`], {
    during: async (stop, stdout) => {
      while (!stdout().includes('\n')) await new Promise((resolve) => setTimeout(resolve, 10))
      try {
        result = { value: await work() }
      } finally {
        stop()
      }
    },
  })
  if (result === undefined) throw new Error(`nothing was served: ${serving.stderr}`)
  return result.value
}

const trust = (): readonly string[] => ['--trust-policy', at('policy.json'), '--trust-store', at('truststore')]
const verify = (...more: readonly string[]): Promise<CallResult> =>
  call('verify', ...trust(), ...more, image, '-o', 'json')

test('collected for an image and for a chain, it serves where nobody can be asked', async () => {
  expect((await verify('--offline')).status).toBe(3)
  const collected = await served(() =>
    call(
      'trust',
      'fetch-revocation',
      '--out',
      at('answers'),
      '--revocation-host',
      '127.0.0.1',
      ...trust(),
      image,
      '-o',
      'json',
    ),
  )
  expect(collected.status, collected.stderr).toBe(0)
  expectContract(collected.json)
  expect(collected.json).toMatchObject({ images: [{ verdict: 'verified' }] })
  expect((await readdir(at('answers'))).length).toBeGreaterThan(0)
  expect((await verify('--offline', '--revocation-dir', at('answers'))).json).toMatchObject({ status: 0 })
})

test('loopback is asked only where it was named', async () => {
  const found = await served(() => verify())
  expect(found.json).toMatchObject({ status: 3, images: [{ reason: { code: 'EVIDENCE_UNREADABLE' } }] })
})

test('a revocation is seen although a list that was fetched before is in the cache', async () => {
  await served(() => verify('--revocation-host', '127.0.0.1'))
  expect((await call('pki', 'revoke', at('pki'), at('pki/signing.pem'))).status).toBe(0)
  const collected = await served(() =>
    call(
      'trust',
      'fetch-revocation',
      '--out',
      at('anew'),
      '--revocation-host',
      '127.0.0.1',
      '--cert-chain',
      at('pki/signing.pem'),
      '-o',
      'json',
    ),
  )
  expect(collected.json).toMatchObject({ status: 0, certificates: [{ status: 'revoked' }, { status: 'good' }] })
  const found = await verify('--offline', '--revocation-dir', at('anew'))
  expect(found.json).toMatchObject({ status: 1, images: [{ verdict: 'refused' }] })
  expect(found.stdout).toContain('CERTIFICATE_REVOKED')
})

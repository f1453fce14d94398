/** The road of an image through the commands: each JSON output held to its schema, each exit status to the house's table. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits, silentLog } from '../../src/base/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import type { ContentStore } from '../../src/oci/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { putImage, putIndex } from '../support/image.ts'
import { expectContract } from './contract.ts'
import { type CallResult, zegel } from './fake-io.ts'

const environment = { ZEGEL_PASSWORD: 'secret' }
let folder = ''
let server: RegistryServer
let image = ''

const at = (name: string): string => join(folder, name)

async function push(name: string, content: string): Promise<string> {
  await pushIndex(name, async (store) => {
    const child = await putImage(store, content, 'one')
    return [{ ...child, platform: { os: 'linux', architecture: 'amd64' } }]
  })
  return `${server.address}/${name}`
}

async function pushIndex(name: string, children: (store: ContentStore) => Promise<readonly object[]>): Promise<string> {
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  const store = registry.repository({ registry: server.address, repository: name })
  await putIndex(store, await children(store), 'index')
  registry.close()
  return `${server.address}/${name}:index`
}

/** Calls with `-o json` and holds the answer to its schema. */
async function json(...argv: readonly string[]): Promise<CallResult> {
  const result = await zegel([...argv, '-o', 'json'], { environment })
  expect(result.stdout, result.stderr).not.toBe('')
  expectContract(result.json)
  return result
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
  server = await startRegistry({ log: silentLog, clock: Date.now, random: (length) => randomBytes(length) })
  await zegel(['key', 'generate', '--out', at('release')], { environment })
  await zegel(['key', 'generate', '--out', at('other')], { environment })
  await writeFile(at('sbom.json'), '{"bomFormat":"CycloneDX","specVersion":"1.6"}')
  image = `${await push('shop/api', 'signed')}:one`
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

describe('the road of an image', () => {
  test.each([['bundle'], ['cosign']])('sign --format %s, twice', async (format) => {
    const argv = ['sign', '--key', at('release.key'), '--format', format, image]
    const first = await json(...argv)
    expect(first).toMatchObject({
      status: 0,
      json: { schema: 'zegel.dev/sign/v1', images: [{ outcome: 'pushed', format }] },
    })
    expect((await json(...argv)).json).toMatchObject({ images: [{ outcome: 'already-there' }] })
  })

  test.each([
    ['sign', 'bundle'],
    ['sign', 'cosign'],
    ['attest', 'bundle'],
    ['attest', 'cosign'],
  ])('%s --format %s --bundle: what was there already is in the file too', async (command, format) => {
    const again = `${await push(`shop/again-${command}-${format}`, 'again')}:one`
    const what = command === 'sign' ? [] : ['--type', 'cyclonedx', '--predicate', at('sbom.json')]
    const argv = [command, '--key', at('release.key'), '--format', format, ...what, again]
    await json(...argv, '--bundle', at('made'))
    expect((await json(...argv, '--bundle', at('found'))).json).toMatchObject({
      images: [{ outcome: 'already-there' }],
    })
    expect(await readFile(at('found'), 'utf8')).toBe(await readFile(at('made'), 'utf8'))
    expect(await readFile(at('found'), 'utf8')).not.toBe('')
  })

  test('attest', async () => {
    const argv = ['attest', '--key', at('release.key'), '--type', 'cyclonedx', '--predicate', at('sbom.json'), image]
    expect((await json(...argv)).status).toBe(0)
  })

  test('verify', async () => {
    const { status, json: report } = await json('verify', '--key', at('release.pub'), image)
    expect(status).toBe(0)
    expect(report).toMatchObject({ schema: 'zegel.dev/verify/v1', status: 0, images: [{ verdict: 'verified' }] })
  })

  test('verify-attestation', async () => {
    const argv = ['verify-attestation', '--key', at('release.pub'), '--type', 'cyclonedx', image]
    expect(await json(...argv)).toMatchObject({ status: 0, json: { schema: 'zegel.dev/verify-attestation/v1' } })
    await zegel([...argv, '--predicate-out', at('proven.json')])
    expect(await readFile(at('proven.json'))).toEqual(await readFile(at('sbom.json')))
  })

  test('inspect, and its other name', async () => {
    const { status, json: report } = await json('inspect', image)
    expect(status).toBe(0)
    expect(report['trust']).toBe('nothing-verified')
    expect((await json('tree', image)).json).toEqual(report)
  })

  test('copy to a layout, verify there without a network, copy back', async () => {
    expect((await json('copy', image, `oci:${at('layout')}:1.4`)).status).toBe(0)
    const there = await json('verify', '--key', at('release.pub'), `oci:${at('layout')}:1.4`)
    expect(there).toMatchObject({ status: 0, json: { images: [{ verdict: 'verified' }] } })
    expect((await json('copy', `oci:${at('layout')}:1.4`, `${server.address}/mirror/api:1.4`)).status).toBe(0)
    expect((await json('verify', '--key', at('release.pub'), `${server.address}/mirror/api:1.4`)).status).toBe(0)
  })

  test('download', async () => {
    expect((await json('download', 'signature', image)).status).toBe(0)
    expect((await json('download', 'attestation', image)).status).toBe(0)
  })

  test('attach and download an SBOM', async () => {
    const argv = ['attach', 'sbom', '--sbom', at('sbom.json'), image]
    const attached = await zegel([...argv, '-o', 'json'])
    expectContract(attached.json)
    expect(attached.status).toBe(0)
    expect((await json('download', 'sbom', image)).status).toBe(0)
  })

  test('clean', async () => {
    const copy = `${server.address}/mirror/api:1.4`
    expect((await json('clean', '--type', 'all', '--dry-run', copy)).json).toMatchObject({ isDryRun: true })
    expect((await json('verify', '--key', at('release.pub'), copy)).status).toBe(0)
    expect((await json('clean', '--type', 'all', '-f', copy)).status).toBe(0)
    expect(await json('verify', '--key', at('release.pub'), copy)).toMatchObject({
      status: 1,
      json: { images: [{ verdict: 'refused', reason: { code: 'NO_SIGNATURE' } }] },
    })
  })

  test('an index, recursively', async () => {
    const index = `${await push('shop/many', 'child')}:index`
    expect((await json('sign', '--recursive', '--key', at('release.key'), index)).status).toBe(0)
    expect((await json('verify', '--recursive', '--each', '--key', at('release.pub'), index)).status).toBe(0)
    expect((await json('inspect', index)).status).toBe(0)
  })

  test('what --recursive signs is what --each demands: a platform that nobody knows too', async () => {
    const index = await pushIndex('shop/odd', async (store) => {
      const child = await putImage(store, 'odd')
      return [{ ...child, platform: { os: 'unknown', architecture: 'unknown' } }]
    })
    expect((await json('sign', '--recursive', '--key', at('release.key'), index)).status).toBe(0)
    expect((await json('verify', '--recursive', '--each', '--key', at('release.pub'), index)).status).toBe(0)
  })

  test.each([
    ['deep', 1, limits.indexDepth],
    ['wide', limits.recursiveImages + 1, 0],
  ])('an index that is too %s is not signed in part', async (name, entries, depth) => {
    const index = await pushIndex(`shop/${name}`, async (store) => {
      let child = await putImage(store, name)
      for (let level = 0; level < depth; level++) child = await putIndex(store, [child])
      return Array.from({ length: entries }, () => child)
    })
    const signed = await json('sign', '--recursive', '--key', at('release.key'), index)
    expect(signed).toMatchObject({ status: 3, json: { code: 'LIMIT_EXCEEDED' } })
    expect((await json('verify', '--key', at('release.pub'), index)).status).toBe(1)
  })
})

describe('exit statuses of verify', () => {
  const key = (): readonly string[] => ['--key', at('release.pub')]

  test('1 of an unsigned image, and of one signed by another key', async () => {
    const unsigned = `${await push('shop/unsigned', 'unsigned')}:one`
    expect((await json('verify', ...key(), unsigned)).json).toMatchObject({ status: 1 })
    expect((await json('verify', '--key', at('other.pub'), image)).json).toMatchObject({
      status: 1,
      images: [{ reason: { code: 'NONE_PASSED' } }],
    })
  })

  test('3 of an image that is not there, and of a registry that does not answer', async () => {
    expect((await json('verify', ...key(), `${server.address}/shop/api:none`)).status).toBe(3)
    expect((await json('verify', ...key(), '127.0.0.1:1/shop/api:1')).status).toBe(3)
  })

  test('1 outranks 3 outranks 0', async () => {
    const missing = `${server.address}/shop/api:none`
    const unsigned = `${server.address}/shop/unsigned:one`
    expect((await json('verify', ...key(), image, missing)).status).toBe(3)
    expect((await json('verify', ...key(), image, missing, unsigned)).status).toBe(1)
  })

  test.each([
    ['no key', [], 'VERIFY_NO_KEY'],
    ['a key that is not there', ['--key', '/nonexistent/k.pub'], 'FILE_NOT_FOUND'],
    ['a threshold that the keys cannot reach', ['--key', 'RELEASE', '--threshold', '2'], 'VERIFY_THRESHOLD_INVALID'],
  ])('2 of %s', async (_, argv, code) => {
    const words = argv.map((word) => (word === 'RELEASE' ? at('release.pub') : word))
    const { status, json: report } = await json('verify', ...words, image)
    expect(report).toMatchObject({ schema: 'zegel.dev/error/v1', code })
    expect(status).toBe(2)
  })

  test('2 of what is no reference', async () => {
    expect((await json('verify', ...key(), 'Registry.example.org/UPPER')).json).toMatchObject({
      code: 'REFERENCE_INVALID',
    })
  })
})

describe('files', () => {
  test('sign-blob, verify-blob', async () => {
    await writeFile(at('app.tgz'), 'release')
    const signed = await json(
      'sign-blob',
      '--key',
      at('release.key'),
      '--bundle',
      at('app.sigstore.json'),
      at('app.tgz'),
    )
    expect(signed.status).toBe(0)
    const argv = ['verify-blob', '--bundle', at('app.sigstore.json'), at('app.tgz'), '--key']
    expect((await json(...argv, at('release.pub'))).status).toBe(0)
    expect((await json(...argv, at('other.pub'))).status).toBe(1)
  })

  test('attest-blob, verify-blob-attestation', async () => {
    await writeFile(at('app.tgz'), 'release')
    const about = ['--type', 'cyclonedx', '--bundle', at('app.att.json'), at('app.tgz'), '--key']
    const made = await json('attest-blob', '--predicate', at('sbom.json'), ...about, at('release.key'))
    expect(made.status).toBe(0)
    expect((await json('verify-blob-attestation', ...about, at('release.pub'))).status).toBe(0)
    expect((await json('verify-blob-attestation', ...about, at('other.pub'))).status).toBe(1)
  })
})

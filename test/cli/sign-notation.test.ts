/** `sign --format notation-…` by everything that can name a key: files, PKCS#12, notation's own list, its plugins; and what is refused before anything is signed. */

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { openPluginFolder, type PluginFolder } from '../plugins/install.ts'
import { putImage } from '../support/image.ts'
import { expectContract } from './contract.ts'
import { type CallResult, zegel } from './fake-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'zegel-sign-notation-'))
let plugins: PluginFolder
let server: RegistryServer
let images = 0

beforeAll(async () => {
  server = await startRegistry({ log: silentLog, clock: Date.now, random: (length) => randomBytes(length) })
  plugins = openPluginFolder()
  plugins.install()
  const keys = {
    default: 'file',
    keys: [
      { name: 'file', keyPath: plugins.key, certPath: plugins.chain },
      { name: 'held', pluginName: 'testing', id: 'some key', pluginConfig: {} },
    ],
  }
  writeFileSync(join(plugins.home, 'notation/signingkeys.json'), JSON.stringify(keys))
  const p12 = ['-in', plugins.chain, '-out', join(folder, 'codesigning.p12'), '-passout', 'pass:changeit']
  execFileSync('openssl', ['pkcs12', '-export', '-inkey', plugins.key, ...p12])
})
afterAll(async () => {
  await server.close()
  plugins.close()
  rmSync(folder, { recursive: true })
})

async function newImage(): Promise<string> {
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  const repository = `signed/image-${images++}`
  await putImage(registry.repository({ registry: server.address, repository }), repository, '1')
  registry.close()
  return `${server.address}/${repository}:1`
}

const environment = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  XDG_CONFIG_HOME: plugins.home,
  PATH: process.env['PATH'] ?? '',
  ...more,
})

async function sign(image: string, ...words: readonly string[]): Promise<CallResult> {
  const result = await zegel(['sign', ...words, image, '-o', 'json'], {
    environment: environment({ ZEGEL_PASSWORD: 'changeit' }),
  })
  if (result.stdout !== '') expectContract(result.json)
  return result
}

/** By the root alone, whoever it names. */
async function verdictOf(image: string): Promise<unknown> {
  const root = join(folder, 'root.pem')
  const pem = execFileSync('openssl', ['storeutl', '-certs', plugins.chain], { encoding: 'utf8' })
  writeFileSync(root, pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g)?.at(-1) ?? '')
  await zegel(['trust', 'add', '--type', 'ca', '--store', 'own', '--dir', join(folder, 'store'), root])
  const policy = join(folder, 'policy.json')
  await zegel(['trust', 'policy', 'init', '--out', policy, '--trust-store', join(folder, 'store')])
  const trust = ['--trust-policy', policy, '--trust-store', join(folder, 'store')]
  return (await zegel(['verify', ...trust, image, '-o', 'json'])).json
}

describe('every way to name a key', () => {
  test.each([
    ['a key file and its certificates', () => ['--key', plugins.key, '--cert-chain', plugins.chain]],
    ['a PKCS#12 file', () => ['--key', join(folder, 'codesigning.p12')]],
    ["a key of notation's list", () => ['--key-name', 'file']],
    ['the default of the list', () => ['--key-name', 'default']],
    ['a key of the list that a plugin holds', () => ['--key-name', 'held']],
    ['a plugin that signs', () => ['--plugin', 'testing', '--id', 'some key', '--plugin-config', 'a=b']],
  ] as const)('%s', async (_, words) => {
    plugins.install()
    const image = await newImage()
    const { status, stderr, json } = await sign(image, '--format', 'notation-jws', ...words())
    expect(status, stderr).toBe(0)
    expect(json).toMatchObject({ images: [{ outcome: 'pushed', format: 'notation-jws' }] })
    expect(await verdictOf(image)).toMatchObject({ status: 0, images: [{ verdict: 'verified' }] })
  })

  test('a plugin that makes the whole envelope', async () => {
    plugins.install({ capabilities: ['SIGNATURE_GENERATOR.ENVELOPE'] })
    const image = await newImage()
    const words = ['--format', 'notation-jws', '--plugin', 'testing', '--id', 'some key', '-m', 'build=7']
    expect((await sign(image, ...words)).status).toBe(0)
    expect(await verdictOf(image)).toMatchObject({ images: [{ candidates: [{ annotations: { build: '7' } }] }] })
  })

  test('the same key signs bundles, from PKCS#12 too', async () => {
    const image = await newImage()
    expect((await sign(image, '--key', join(folder, 'codesigning.p12'))).status).toBe(0)
    expect((await zegel(['verify', '--key', plugins.chain, image])).status).toBe(0)
  })
})

describe('refused before anything is signed', () => {
  test.each([
    ['no key', [], 'USAGE_FLAG_MISSING'],
    ['two ways to name one', ['--key', 'a', '--key-name', 'b'], 'USAGE'],
    ['a plugin without a key', ['--plugin', 'testing'], 'USAGE_FLAG_MISSING'],
    ['a key of a plugin without it', ['--id', 'x'], 'USAGE_FLAG_MISSING'],
    ['a plugin that is not there', ['--plugin', 'absent', '--id', 'x'], 'PLUGIN_NOT_FOUND'],
    ['a plugin elsewhere', ['--plugin', '../../bin/sh', '--id', 'x'], 'PLUGIN_UNSAFE'],
    ['a key that the list has not', ['--key-name', 'nobody'], 'SIGNING_KEY_NOT_LISTED'],
    ['a repository name', ['--key-name', 'file', '--sign-container-identity', 'x'], 'USAGE'],
    [
      'half of a timestamp authority',
      ['--key-name', 'file', '--timestamp-url', 'http://localhost'],
      'USAGE_FLAG_MISSING',
    ],
  ])('%s', async (_, words, code) => {
    const { status, json } = await sign(await newImage(), '--format', 'notation-cose', ...words)
    expect([status, json['code']]).toEqual([2, code])
  })

  test('a key file without certificates', async () => {
    const { status, json } = await sign(await newImage(), '--format', 'notation-cose', '--key', plugins.key)
    expect([status, json['code']]).toEqual([2, 'USAGE_FLAG_MISSING'])
  })

  test('flags of Notation with another format', async () => {
    for (const words of [
      ['--expiry', '1h'],
      ['-m', 'a=b'],
      ['--plugin', 'testing'],
    ])
      expect((await sign(await newImage(), '--key', plugins.key, ...words)).status).toBe(2)
  })
})

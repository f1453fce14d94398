/** What each command loads: of our own modules and packages, and of Node's (docs/decisions/0004-quick-to-start.md). */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
const work = mkdtempSync(join(tmpdir(), 'zegel-modules-'))
let built: BuiltPackage
let server: RegistryServer
let image = ''

beforeAll(async () => {
  built = await buildPackage()
  server = await startRegistry({ log: silentLog, clock: Date.now, random: randomBytes })
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  const { digest } = await putImage(registry.repository({ registry: server.address, repository: 'shop/api' }))
  registry.close()
  image = `${server.address}/shop/api@${digest}`
  writeFileSync(join(work, 'spy.mjs'), SPY)
  await zegel('key', 'generate', '--out', 'release')
  await zegel('sign', '--key', 'release.key', image)
})
afterAll(async () => {
  await server?.close()
  built?.remove()
  rmSync(work, { recursive: true })
})

/** Tells at the end which modules of Node came after the start, and which files of ours were read. */
const SPY = `
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
const before = new Set(process.moduleLoadList)
const files = []
registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
process.on('exit', () => {
  const node = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace(/^NativeModule /, ''))
  writeFileSync(process.env.SPY_OUT, JSON.stringify({ node, files }))
})
`

interface Loaded {
  readonly status: number
  /** Of Node. */
  readonly node: readonly string[]
  /** Sources and packages, as the bundler noted them in what was read. */
  readonly ours: readonly string[]
}

async function zegel(...words: readonly string[]): Promise<Loaded> {
  const out = join(work, 'loaded.json')
  const environment = { PATH: process.env['PATH'], HOME: work, ZEGEL_PASSWORD: 'x', SPY_OUT: out }
  const status = await run(
    process.execPath,
    ['--import', pathToFileURL(join(work, 'spy.mjs')).href, built.program, ...words],
    { cwd: work, env: environment },
  ).then(
    () => 0,
    (error: { code: number }) => error.code,
  )
  const { node, files } = JSON.parse(readFileSync(out, 'utf8')) as { node: string[]; files: string[] }
  const texts = files.filter((url) => url.startsWith('file:')).map((url) => readFileSync(new URL(url), 'utf8'))
  const ours = texts.flatMap((text) =>
    [...text.matchAll(/^\/\/ ((?:src|node_modules)\/\S+)$/gm)].map(([, at]) => at ?? ''),
  )
  return { status, node, ours: [...new Set(ours)].sort() }
}

/** Rooms of the sources and names of packages. */
function partsOf(ours: readonly string[]): readonly string[] {
  const parts = ours.map((path) => /^(?:src\/|node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path)
  return [...new Set(parts)].sort()
}

describe('what is loaded', () => {
  test('verify --key over plain HTTP: no schemas, no YAML, no CEL, no TLS, no curves, no keyless code', async () => {
    const { status, node, ours } = await zegel('verify', '--key', 'release.pub', image)
    expect(status).toBe(0)
    expect(partsOf(ours)).toEqual([
      'attachments',
      'attestation',
      'base',
      'cli',
      'crypto',
      'envelope',
      'http',
      'oci',
      'registry',
      'verification',
    ])
    expect(
      node.filter((name) => /tls|https|http2|undici|webcrypto|child_process|zlib|worker|readline/.test(name)),
    ).toEqual([])
  })

  test('--help: neither registry nor crypto', async () => {
    const { status, node, ours } = await zegel('--help')
    expect(status).toBe(0)
    // The one thing that the frame shares with other rooms: "did you mean".
    expect(ours.filter((path) => !path.startsWith('src/cli/'))).toEqual(['src/base/nearest.ts'])
    expect(node.filter((name) => /crypto|http|tls|zlib|child_process|undici/.test(name))).toEqual([])
  })

  test('version and completion: no registry', async () => {
    for (const words of [['version'], ['completion', 'bash']]) {
      const { status, node, ours } = await zegel(...words)
      expect(status).toBe(0)
      expect(partsOf(ours)).toEqual(['base', 'cli'])
      expect(node.filter((name) => /^http|tls|zlib|child_process|undici/.test(name))).toEqual([])
    }
  })

  test('sign --key: the noble cipher for the encrypted key, no schemas, no TLS', async () => {
    const { status, node, ours } = await zegel('sign', '--key', 'release.key', image)
    expect(status).toBe(0)
    expect(partsOf(ours)).not.toContain('zod')
    expect(partsOf(ours)).not.toContain('layout')
    expect(node.filter((name) => /tls|https|http2|undici|child_process/.test(name))).toEqual([])
  })

  test('a call reads few files of ours', async () => {
    const { ours } = await zegel('verify', '--key', 'release.pub', image)
    expect(ours.length).toBeGreaterThan(100)
    expect(ours.length).toBeLessThan(260)
  })
})

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { putImage } from '../support/image.ts'

// Asynchronous: the registry that the commands talk to lives in this process.
const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

/** The shell blocks of a page, in order; indented blocks are for reading only. */
function shellBlocks(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
}

let work = ''
let registry: RegistryServer
beforeAll(async () => {
  registry = await startRegistry({ log: silentLog, clock: Date.now, random })
  work = mkdtempSync(join(tmpdir(), 'zegel-docs-'))
  symlinkSync(join(root, 'bin/zegel'), join(work, 'zegel'))
  writeFileSync(join(work, 'sbom.json'), '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}\n')
  const store = await openLayoutForWriting(join(work, 'layout'))
  await putImage(store, 'hello', '1.4')
  await store[Symbol.asyncDispose]()
})
afterAll(async () => {
  await registry.close()
  rmSync(work, { recursive: true, force: true })
})

/** One shell for the whole page: variables live on, and the first failure ends it. */
async function runPage(blocks: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const script = blocks.join('\n').replaceAll('127.0.0.1:5005', registry.address)
  const env = { PATH: `${work}:${process.env['PATH']}`, HOME: work, ...more }
  return (await run('sh', ['-euc', script], { cwd: work, env })).stdout
}

describe('the commands in the pages work as written', () => {
  test('README.md, five minutes', async () => {
    const blocks = shellBlocks('README.md').filter(
      (block) => !block.startsWith('npm ci') && !block.includes('registry serve'),
    )
    expect(blocks.length).toBeGreaterThanOrEqual(4)
    expect(await runPage(blocks)).toContain('[VERIFIED]')
  })

  test('docs/pipeline.md', async () => {
    const client = createRegistry({ environment: {}, clock: Date.now, log: silentLog, credentials: noCredentials })
    await putImage(client.repository({ registry: registry.address, repository: 'pipeline/api' }), 'built', '1.0')
    client.close()
    rmSync(join(work, 'release.key'), { force: true })
    rmSync(join(work, 'release.pub'), { force: true })
    const output = await runPage(shellBlocks('docs/pipeline.md'), { IMAGE: `${registry.address}/pipeline/api:1.0` })
    expect(output).toContain('deploy')
    expect(JSON.parse(readFileSync(join(work, 'verdict.json'), 'utf8'))).toMatchObject({
      schema: 'zegel.dev/verify/v1',
      status: 0,
    })
  })

  test('docs/certificates.md', async () => {
    const client = createRegistry({ environment: {}, clock: Date.now, log: silentLog, credentials: noCredentials })
    await putImage(client.repository({ registry: registry.address, repository: 'certificates/api' }), 'built', '1.0')
    client.close()
    const image = `${registry.address}/certificates/api:1.0`
    // The README made some too.
    for (const name of ['pki', 'truststore', 'trustpolicy.json'])
      rmSync(join(work, name), { recursive: true, force: true })
    const output = await runPage(shellBlocks('docs/certificates.md'), { IMAGE: image })
    // By the policy, by the identity alone, offline, and from the layout.
    expect(output.match(/\[VERIFIED\]/g)).toHaveLength(3)
    expect(output).toContain('[NONE_PASSED]')
  })

  test('links between the pages lead somewhere', () => {
    for (const page of [
      'README.md',
      'docs/concepts.md',
      'docs/pipeline.md',
      'docs/json.md',
      'docs/library.md',
      'docs/certificates.md',
      'docs/notation.md',
    ]) {
      const text = readFileSync(join(root, page), 'utf8')
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        expect(existsSync(join(root, page, '..', target)), `${page} → ${target}`).toBe(true)
      }
    }
  })
})

describe('the examples run', () => {
  const env = { ...process.env, ZEGEL_PASSWORD: 'x' }
  const node = async (...words: readonly string[]): Promise<string> =>
    (await run(process.execPath, words, { cwd: root, env })).stdout
  const zegel = (...words: readonly string[]): Promise<unknown> => run(join(root, 'bin/zegel'), words, { env })

  test('sign, discover, verify', async () => {
    const folder = join(work, 'example')
    const store = await openLayoutForWriting(folder)
    await putImage(store, 'example', '1.0')
    await store[Symbol.asyncDispose]()
    const key = join(work, 'example-key')
    await zegel('key', 'generate', '--out', key)
    expect(await node('examples/sign.ts', folder, `${key}.key`, join(work, 'sbom.json'))).toContain('pushed pushed')
    expect(await node('examples/discover.ts', folder)).toMatch(/bundle referrers .*\n.*bundle referrers/)
    const image = `${registry.address}/example/api:1.0`
    await zegel('copy', `oci:${folder}`, image)
    expect(await node('examples/verify.ts', image, `${key}.pub`)).toMatch(/^verified sha256:/)
  })

  test('verify a Notation signature under a trust policy', async () => {
    const [folder, pki, trusted] = ['example-2', 'example-pki', 'example-trust'].map((name) => join(work, name))
    const policy = join(work, 'example-policy.json')
    const store = await openLayoutForWriting(`${folder}`)
    await putImage(store, 'example', '1.0')
    await store[Symbol.asyncDispose]()
    await zegel('pki', 'init', '--out', `${pki}`)
    await zegel('trust', 'add', '--type', 'ca', '--store', 'own', '--dir', `${trusted}`, `${pki}/root.pem`)
    await zegel('trust', 'policy', 'init', '--out', policy, '--trust-store', `${trusted}`)
    const key = ['--key', `${pki}/signing.key`, '--cert-chain', `${pki}/signing.pem`]
    await zegel('sign', '--format', 'notation-jws', ...key, `oci:${folder}`)
    const words = ['examples/verify-certificate.ts', `${folder}`, 'registry.test/shop/api', policy, `${trusted}`]
    expect(await node(...words)).toMatch(/^verified sha256:/)
  })
})

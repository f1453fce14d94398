/**
 * The road with certificates, word for word as people type it, through `bin/zegel` as a child process in an empty folder: against docker-registry
 * (fallback tags) and against a registry with the Referrers API, with a testing authority that `zegel pki serve` runs; and notation agrees.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers, type PeerRun, type RunningRegistry, runPeer, startRegistryPeer } from '../peers/peers.ts'
import { registryClient } from '../registry/client.ts'
import { putImage } from '../support/image.ts'

const program = new URL('../../bin/zegel', import.meta.url).pathname

describeWithPeers(['docker-registry', 'registry-honest', 'notation'], 'the road with certificates', () => {
  let home = ''
  const registries = new Map<string, RunningRegistry>()
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'zegel-certificates-'))
    for (const name of ['docker-registry', 'registry-honest'] as const)
      registries.set(name, await startRegistryPeer(name))
  })
  afterAll(async () => {
    for (const registry of registries.values()) await registry.stop()
    await rm(home, { recursive: true, force: true })
  })

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    ZEGEL_PASSWORD: 'changeit',
  })

  function run(line: string, folder: string): Promise<PeerRun> {
    const child = spawn(program, line.split(' ').slice(1), { cwd: folder, env: environment(), stdio: 'pipe' })
    const out: string[] = []
    const errors: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    child.stdin.end()
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ status: code ?? -1, stdout: out.join(''), stderr: errors.join('') }))
    })
  }

  /** On a free port; the first line of its output says which. */
  async function serveAuthority(folder: string): Promise<{ url: string; child: ChildProcess }> {
    const args = ['pki', 'serve', 'pki', '--address', '127.0.0.1:0']
    const child = spawn(program, args, { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += String(text)
      const address = /127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (address !== undefined && said.includes('\n')) return { url: `http://${address}`, child }
    }
    throw new Error(`zegel pki serve ended: ${said}`)
  }

  describe.each(['docker-registry', 'registry-honest'])('%s', { timeout: 120_000 }, (name) => {
    it('init, trust, sign, verify, carry, stamp', async () => {
      const address = registries.get(name)?.address ?? ''
      const folder = join(home, name)
      await mkdir(folder)
      const client = registryClient()
      const image = await putImage(client.repository({ registry: address, repository: 'shop/api' }), name, '1.4')
      client.close()
      const does = async (line: string): Promise<string> => {
        const { status, stdout, stderr } = await run(line.replaceAll('127.0.0.1:5000', address), folder)
        expect(status, `${line}\n${stdout}\n${stderr}`).toBe(0)
        return stdout
      }
      const trust = '--trust-policy trustpolicy.json --trust-store truststore'

      await does('zegel pki init --out pki')
      await does('zegel trust add --type ca --store demo --dir truststore pki/root.pem')
      await does('zegel trust policy init --out trustpolicy.json')
      await does(
        'zegel sign --format notation-cose --key pki/signing.key --cert-chain pki/signing.pem 127.0.0.1:5000/shop/api:1.4',
      )
      expect(await does(`zegel verify ${trust} 127.0.0.1:5000/shop/api:1.4`)).toContain('[VERIFIED]')

      await does('zegel copy 127.0.0.1:5000/shop/api:1.4 oci:layout:1.4')
      const at = new Date().toISOString()
      const scoped = `zegel verify ${trust} --scope registry.example.org/shop/api --at ${at} oci:layout@${image.digest}`
      expect(await does(scoped)).toContain('[VERIFIED]')
      // Before the certificates were made, they prove nothing.
      const early = await run(scoped.replace(at, '2026-11-01T15:00:00Z'), folder)
      expect([early.status, early.stdout]).toEqual([1, expect.stringContaining('CERTIFICATE_EXPIRED')])

      const p12 = ['-in', 'pki/signing.pem', '-out', 'codesigning.p12', '-passout', 'pass:changeit']
      execFileSync('openssl', ['pkcs12', '-export', '-inkey', 'pki/signing.key', ...p12], { cwd: folder })
      const { url, child } = await serveAuthority(folder)
      await does(
        `zegel sign --format notation-jws --key codesigning.p12 --timestamp-url ${url} --timestamp-root-cert pki/tsa-root.pem 127.0.0.1:5000/shop/api:1.4`,
      )
      child.kill('SIGTERM')
      await does('zegel trust add --type tsa --store demo --dir truststore pki/tsa-root.pem')
      await does('zegel trust policy init --out stamped.json')
      const stamped = await does(
        'zegel verify --trust-policy stamped.json --trust-store truststore 127.0.0.1:5000/shop/api:1.4',
      )
      expect(stamped).toContain('A trusted authority says that it was there')

      const config = join(folder, 'config/notation')
      await mkdir(config, { recursive: true })
      execFileSync('cp', ['-r', join(folder, 'truststore'), config])
      execFileSync('cp', [join(folder, 'stamped.json'), join(config, 'trustpolicy.json')])
      await writeFile(join(config, 'config.json'), JSON.stringify({ insecureRegistries: [address] }))
      const answer = await runPeer('notation', ['verify', `${address}/shop/api@${image.digest}`], {
        env: { XDG_CONFIG_HOME: join(folder, 'config') },
      })
      expect(answer.status, answer.stderr).toBe(0)
    })
  })
})

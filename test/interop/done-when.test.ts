/**
 * The road of the product, word for word as people type it, through `bin/zegel` as a child process in an empty folder: against
 * docker-registry (fallback tags) and against our own registry, which `zegel registry serve` runs.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract } from '../cli/contract.ts'
import { describeWithPeers, type PeerRun, type RunningRegistry, runPeer, startRegistryPeer } from '../peers/peers.ts'
import { registryClient } from '../registry/client.ts'
import { putImage } from '../support/image.ts'

const program = new URL('../../bin/zegel', import.meta.url).pathname
const PASSWORD = 'of the tests'
const SBOM = '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}'

interface Own {
  readonly address: string
  readonly child: ChildProcess
}

describeWithPeers(['docker-registry', 'cosign'], 'the road from end to end', () => {
  let peer: RunningRegistry
  let own: Own
  let mirror: Own
  let home = ''
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'zegel-road-'))
    peer = await startRegistryPeer('docker-registry')
    own = await serve()
    mirror = await serve('--dir', join(home, 'mirror'))
  })
  afterAll(async () => {
    await peer.stop()
    for (const { child } of [own, mirror]) expect(await stopped(child)).toBe(143)
    await rm(home, { recursive: true, force: true })
  })

  const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: home, ZEGEL_PASSWORD: PASSWORD })

  /** `zegel registry serve` on a free port; the first line of its output says which. */
  async function serve(...more: string[]): Promise<Own> {
    const args = ['registry', 'serve', '--address', '127.0.0.1:0', ...more]
    const child = spawn(program, args, { env: environment(), stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += String(text)
      const address = /127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (address !== undefined && said.includes('\n')) return { address, child }
    }
    throw new Error(`zegel registry serve ended: ${said}`)
  }

  function zegelIn(folder: string) {
    return async (line: string): Promise<PeerRun> => {
      const child = spawn(program, line.split(' ').slice(1), { cwd: folder, env: environment(), stdio: 'pipe' })
      const [stdout, stderr] = ['', ''].map(() => [] as string[]) as [string[], string[]]
      child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
      child.stdin.end()
      const status = await new Promise<number>((resolve, reject) => {
        child.on('error', reject)
        child.on('close', (code) => resolve(code ?? -1))
      })
      return { status, stdout: stdout.join(''), stderr: stderr.join('') }
    }
  }

  describe.each(['docker-registry', 'our own registry'])('%s', { timeout: 60_000 }, (where) => {
    let folder = ''
    let from = ''
    beforeAll(async () => {
      from = where === 'docker-registry' ? peer.address : own.address
      folder = join(home, where.replaceAll(' ', '-'))
      await mkdir(folder)
      const client = registryClient()
      await putImage(client.repository({ registry: from, repository: 'shop/api' }), `for ${where}`, '1.4')
      client.close()
    })

    it('key, sign, attest, verify, copy into a layout, verify there, inspect, copy to a mirror', async () => {
      const zegel = zegelIn(folder)
      const does = async (line: string): Promise<string> => {
        const { status, stdout, stderr } = await zegel(line.replaceAll('127.0.0.1:5000', from))
        expect(status, `${line}\n${stderr}`).toBe(0)
        return stdout
      }
      expect(await readdir(folder)).toEqual([])
      await does('zegel key generate --out release')
      expect((await readdir(folder)).sort()).toEqual(['release.key', 'release.pub'])
      await writeFile(join(folder, 'sbom.json'), SBOM)
      await does('zegel sign --key release.key 127.0.0.1:5000/shop/api:1.4')
      await does('zegel attest --key release.key --type cyclonedx --predicate sbom.json 127.0.0.1:5000/shop/api:1.4')
      await does('zegel verify --key release.pub 127.0.0.1:5000/shop/api:1.4')
      const statement = await does(
        'zegel verify-attestation --key release.pub --type cyclonedx 127.0.0.1:5000/shop/api:1.4',
      )
      expect(statement).toContain(SBOM)
      await does('zegel copy 127.0.0.1:5000/shop/api:1.4 oci:layout:1.4')
      const report = JSON.parse(await does('zegel verify --key release.pub -o json oci:layout:1.4')) as Record<
        string,
        unknown
      >
      expectContract(report)
      expect(report).toMatchObject({ status: 0, images: [{ verdict: 'verified', reason: { code: 'VERIFIED' } }] })
      const tree = await does('zegel inspect 127.0.0.1:5000/shop/api:1.4')
      expect(tree).toContain('image signature')
      expect(tree).toContain('cyclonedx')
      await does(`zegel copy 127.0.0.1:5000/shop/api:1.4 ${mirror.address}/mirror/api-${where.length}:1.4`)
      await does(`zegel verify --key release.pub ${mirror.address}/mirror/api-${where.length}:1.4`)
      expect((await readdir(folder)).sort()).toEqual(['layout', 'release.key', 'release.pub', 'sbom.json'])
    })

    it('cosign uses both key files, and verifies the image there and in the mirror', async () => {
      const options = { cwd: folder, env: { HOME: home, COSIGN_PASSWORD: PASSWORD, HTTPS_PROXY: 'http://127.0.0.1:9' } }
      const pub = await runPeer('cosign', ['public-key', '--key', 'release.key'], options)
      expect(pub.stdout).toBe(await readFile(join(folder, 'release.pub'), 'utf8'))
      for (const image of [`${from}/shop/api:1.4`, `${mirror.address}/mirror/api-${where.length}:1.4`]) {
        const verify = ['--insecure-ignore-tlog', '--key', 'release.pub']
        expect((await runPeer('cosign', ['verify', ...verify, image], options)).status).toBe(0)
        const attested = ['verify-attestation', ...verify, '--type', 'cyclonedx', image]
        expect((await runPeer('cosign', attested, options)).status).toBe(0)
      }
    })

    it('a stranger is refused with 1, a missing image is 3, a wrong call is 2', async () => {
      const zegel = zegelIn(folder)
      const status = async (line: string): Promise<number> => (await zegel(line)).status
      expect(await status('zegel key generate --out other')).toBe(0)
      expect(await status(`zegel verify --key other.pub ${from}/shop/api:1.4`)).toBe(1)
      expect(await status('zegel verify --key other.pub oci:layout:1.4')).toBe(1)
      expect(await status(`zegel verify --key release.pub ${from}/shop/nothing:1.4`)).toBe(3)
      expect(await status(`zegel verify ${from}/shop/api:1.4`)).toBe(2)
      expect(await status(`zegel verify --key missing.pub ${from}/shop/api:1.4`)).toBe(2)
    })
  })
})

async function stopped(child: ChildProcess): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  child.kill('SIGTERM')
  return ended
}

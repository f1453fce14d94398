/** Registries of other people, each started on a free loopback port with a folder of its own, and stopped by its process. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peer } from './programs.ts'

/**
 * `docker-registry`: no Referrers API (fallback tags); `registry-honest`: one that follows the specification;
 * `registry-lying`: one whose answers are wrong in the ways that the go-containerregistry test registry has them.
 */
export type RegistryPeer = 'docker-registry' | 'registry-honest' | 'registry-lying'

export interface RegistryPeerOptions {
  /** For docker-registry: more top-level lines of its config.yml, for example `auth:` with its children. */
  readonly config?: string
  /** For docker-registry: more lines under `http:`, each indented by two, for example `  tls:` with its children. */
  readonly http?: string
  /** What answers the readiness question; a registry with TLS or that wants a login is asked for a connection only. */
  readonly ready?: 'http' | 'connection'
}

export interface RunningRegistry {
  /** `127.0.0.1:PORT`, as it stands in a reference. */
  readonly address: string
  readonly url: string
  /** What it wrote so far. */
  log(): string
  stop(): Promise<void>
}

/**
 * Starts it and waits until it answers (10 seconds at most).
 * @example const registry = await startRegistryPeer('docker-registry'); afterAll(() => registry.stop())
 */
export async function startRegistryPeer(
  name: RegistryPeer,
  options: RegistryPeerOptions = {},
): Promise<RunningRegistry> {
  // Another process may take the port between our look and the start, so a start that fails is tried again.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(name, options)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function startOnce(name: RegistryPeer, options: RegistryPeerOptions): Promise<RunningRegistry> {
  const program = peer(name)
  const folder = await mkdtemp(join(tmpdir(), `zegel-${name}-`))
  const address = `127.0.0.1:${await freePort()}`
  const config = join(folder, 'config.yml')
  if (name === 'docker-registry') await writeFile(config, dockerRegistryConfig(address, join(folder, 'data'), options))
  const child = spawn(program, name === 'docker-registry' ? ['serve', config] : [address], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.on('error', () => undefined)
  let output = ''
  const keep = (text: string): void => {
    output = (output + text).slice(-1_000_000)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs)
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await ready(child, address, options.ready ?? 'http')
  } catch (error) {
    await stop()
    throw new Error(`${name} did not start on ${address}: ${output.slice(-2000)}`, { cause: error })
  }
  return { address, url: `http://${address}`, log: () => output, stop }
}

function dockerRegistryConfig(address: string, data: string, options: RegistryPeerOptions): string {
  return [
    'version: 0.1',
    'log: { level: info, accesslog: { disabled: false } }',
    'storage:',
    `  filesystem: { rootdirectory: ${JSON.stringify(data)} }`,
    '  delete: { enabled: true }',
    'http:',
    `  addr: ${address}`,
    '  secret: only-for-tests',
    options.http ?? '',
    options.config ?? '',
  ].join('\n')
}

async function ready(child: ChildProcess, address: string, ask: 'http' | 'connection'): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    if (child.pid === undefined || child.exitCode !== null) throw new Error('the process ended')
    try {
      const answer = await fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(1_000) })
      await answer.body?.cancel()
      // 401 is an answer too: a registry that wants a login stands.
      if (answer.ok || answer.status === 401 || ask === 'connection') return
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await ended
  clearTimeout(force)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

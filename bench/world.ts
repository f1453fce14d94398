/** What the benchmarks share: a folder, the package as it ships, keys, registries, images. Everything ends and is removed with it. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { silentLog } from '../src/base/index.ts'
import { createRegistry, noCredentials } from '../src/registry/index.ts'
import { type RegistryPeer, type RunningRegistry, startRegistryPeer } from '../test/peers/registry-peer.ts'
import { type BuiltPackage, buildPackage } from '../test/performance/package.ts'
import { putBlob, putManifest } from '../test/support/image.ts'

const run = promisify(execFile)

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'zegel-bench-'))
  readonly environment: NodeJS.ProcessEnv
  private readonly built: BuiltPackage
  private readonly closers: (() => Promise<void>)[] = []

  private constructor(built: BuiltPackage) {
    this.built = built
    const passwords = { ZEGEL_PASSWORD: 'bench', COSIGN_PASSWORD: 'bench' }
    this.environment = { PATH: process.env['PATH'], HOME: this.folder, ...passwords }
  }

  static async open(): Promise<World> {
    const world = new World(await buildPackage())
    await world.zegel('key', 'generate', '--out', join(world.folder, 'release'))
    return world
  }

  get publicKey(): string {
    return join(this.folder, 'release.pub')
  }

  /** The words that start what ships. */
  command(...words: readonly string[]): readonly string[] {
    return [process.execPath, this.built.program, ...words]
  }

  async zegel(...words: readonly string[]): Promise<string> {
    const [program = '', ...rest] = this.command(...words)
    const { stdout } = await run(program, rest, { cwd: this.folder, env: this.environment, timeout: 120_000 })
    return stdout
  }

  async registry(peer: RegistryPeer): Promise<RunningRegistry> {
    const registry = await startRegistryPeer(peer)
    this.closers.push(() => registry.stop())
    return registry
  }

  /** An image with layers of such sizes, of bytes that do not compress. @returns its reference by digest */
  async image(registry: string, repository: string, layers: readonly number[]): Promise<string> {
    const client = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
    try {
      const store = client.repository({ registry, repository })
      const config = await putBlob(
        store,
        'application/vnd.oci.image.config.v1+json',
        '{"architecture":"amd64","os":"linux"}',
      )
      const made = []
      for (const size of layers) {
        made.push(await putBlob(store, 'application/vnd.oci.image.layer.v1.tar', noise(size)))
      }
      const mediaType = 'application/vnd.oci.image.manifest.v1+json'
      const { digest } = await putManifest(store, { schemaVersion: 2, mediaType, config, layers: made }, '1')
      return `${registry}/${repository}@${digest}`
    } finally {
      client.close()
    }
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close()
    this.built.remove()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One random megabyte again and again, each time with its number: no two pieces are the same, and none takes long to make. */
function noise(size: number): Uint8Array {
  const bytes = Buffer.alloc(size)
  const piece = randomBytes(Math.min(size, 1_000_000))
  for (let at = 0, count = 0; at < size; at += piece.length, count++) {
    piece.writeUInt32LE(count)
    piece.copy(bytes, at)
  }
  return bytes
}

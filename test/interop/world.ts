/** The ground of the interoperability tests: one folder, the registries of a file, keys on disk, images to sign. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { startRegistry } from '../../src/distribution/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import type { Registry } from '../../src/registry/index.ts'
import { startRegistryPeer } from '../peers/peers.ts'
import { registryClient } from '../registry/client.ts'
import { putImage, putIndex } from '../support/image.ts'

/** docker-registry: fallback tags · registry-honest: the Referrers API · registry-lying: a wrong one · zegel: our own. */
export type Place = 'docker-registry' | 'registry-honest' | 'registry-lying' | 'zegel'

export const places = ['docker-registry', 'registry-honest', 'registry-lying', 'zegel'] as const satisfies Place[]

export const peerPlaces = ['docker-registry', 'registry-honest', 'registry-lying'] as const

export interface TestImage {
  /** `127.0.0.1:5000/shop/api-3`, of which nothing else was ever said. */
  readonly repository: string
  /** With the tag `1.4`. */
  readonly tagged: string
  /** With the digest. */
  readonly pinned: string
  readonly digest: string
  readonly descriptor: Descriptor
  readonly store: ContentStore
}

export interface TestIndex extends TestImage {
  readonly children: readonly TestImage[]
}

export interface World {
  readonly folder: string
  file(name: string): string
  write(name: string, content: string | Uint8Array): Promise<string>
  address(place: Place): string
  store(place: Place, repository: string): ContentStore
  /** A new image in a repository of its own. */
  image(place: Place): Promise<TestImage>
  /** A new index of two platforms in a repository of its own. */
  index(place: Place): Promise<TestIndex>
  /** The same, addressed again. */
  at(place: Place, repository: string, descriptor: Descriptor): TestImage
}

/**
 * Starts the registries before the tests of the surrounding `describe` and stops them afterwards.
 * @example const world = useWorld(['docker-registry', 'zegel'])
 */
export function useWorld(wanted: readonly Place[]): World {
  const addresses = new Map<Place, string>()
  const stops: (() => Promise<unknown>)[] = []
  let folder = ''
  let client: Registry
  let count = 0

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zegel-interop-'))
    client = registryClient()
    for (const place of wanted) {
      const { address, stop } = await start(place)
      addresses.set(place, address)
      stops.push(stop)
    }
  })
  afterAll(async () => {
    client.close()
    await Promise.all(stops.map((stop) => stop()))
    await rm(folder, { recursive: true, force: true })
  })

  const address = (place: Place): string => {
    const found = addresses.get(place)
    if (found === undefined) throw new Error(`This file does not start ${place}.`)
    return found
  }
  const store = (place: Place, repository: string): ContentStore =>
    client.repository({ registry: address(place), repository })
  const at = (place: Place, name: string, descriptor: Descriptor): TestImage => {
    const repository = `${address(place)}/${name}`
    const { digest } = descriptor
    const pinned = `${repository}@${digest}`
    return { repository, tagged: `${repository}:1.4`, pinned, digest, descriptor, store: store(place, name) }
  }
  const newName = (): string => `shop/api-${++count}`
  return {
    get folder() {
      return folder
    },
    file: (name) => join(folder, name),
    write: async (name, content) => {
      await writeFile(join(folder, name), content)
      return join(folder, name)
    },
    address,
    store,
    at,
    image: async (place) => {
      const name = newName()
      return at(place, name, await putImage(store(place, name), `content of ${name}`, '1.4'))
    },
    index: async (place) => {
      const name = newName()
      const there = store(place, name)
      const amd64 = await putImage(there, `${name} for amd64`)
      const arm64 = await putImage(there, `${name} for arm64`)
      const entries = [
        { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
      ]
      const children = [amd64, arm64].map((child) => at(place, name, child))
      return { ...at(place, name, await putIndex(there, entries, '1.4')), children }
    },
  }
}

async function start(place: Place): Promise<{ address: string; stop: () => Promise<unknown> }> {
  if (place !== 'zegel') return startRegistryPeer(place)
  const { address, close } = await startRegistry({ log: silentLog, clock: Date.now, random: (n) => randomBytes(n) })
  return { address, stop: close }
}

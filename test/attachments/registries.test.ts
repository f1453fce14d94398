import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanImage, copyImage, discover, inspectImage } from '../../src/attachments/index.ts'
import { digestOf } from '../../src/base/index.ts'
import { writePublicKey } from '../../src/crypto/index.ts'
import { cosignTag, fallbackTag } from '../../src/envelope/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import type { ContentStore } from '../../src/oci/index.ts'
import type { Registry } from '../../src/registry/index.ts'
import { describeWithPeers, type RunningRegistry, runPeer, startRegistryPeer } from '../peers/peers.ts'
import { registryClient } from '../registry/client.ts'
import { type Furnished, furnish, noWait } from './helpers.ts'

type Place = 'docker-registry' | 'registry-honest'
const places: readonly Place[] = ['docker-registry', 'registry-honest']

async function digestsOf(store: ContentStore, made: Furnished): Promise<readonly unknown[]> {
  const tree = await inspectImage(store, '1.4')
  const found = await discover(store, made.child.digest, { withSboms: true })
  return [
    tree.digest,
    tree.children?.map(({ digest }) => digest),
    found.attachments.map(({ layer }) => layer.digest).sort(),
    found.problems,
  ]
}

describeWithPeers(
  ['docker-registry', 'registry-honest', 'oras', 'cosign', 'crane'],
  'copies that other tools read',
  () => {
    const running = new Map<Place, RunningRegistry>()
    let client: Registry
    let folder: string
    let made: Furnished
    const address = (place: Place): string => running.get(place)?.address ?? ''
    const store = (place: Place, repository: string): ContentStore =>
      client.repository({ registry: address(place), repository })

    beforeAll(async () => {
      for (const place of places) running.set(place, await startRegistryPeer(place))
      client = registryClient()
      folder = await mkdtemp(join(tmpdir(), 'zegel-copies-'))
      made = await furnish(store('docker-registry', 'shop/api'))
      await writeFile(join(folder, 'release.pub'), writePublicKey(made.trusted.key))
    })
    afterAll(async () => {
      client.close()
      for (const registry of running.values()) await registry.stop()
      await rm(folder, { recursive: true, force: true })
    })

    async function verifiedByCosign(image: string): Promise<void> {
      const args = ['verify', '--key', join(folder, 'release.pub'), '--insecure-ignore-tlog', image]
      const run = await runPeer('cosign', args, { env: { HOME: folder } })
      expect(run.stderr).toContain('The signatures were verified against the specified public key')
      expect(run.status).toBe(0)
    }

    test.each(places)(
      'from docker-registry to %s: cosign verifies, oras discovers, crane reads the old tags',
      async (place) => {
        const destination = store(place, 'mirror/api')
        const result = await copyImage(store('docker-registry', 'shop/api'), destination, '1.4', {
          tag: '1.4',
          pause: noWait,
        })
        expect(result).toMatchObject({ isIncomplete: false, problems: [] })
        const image = `${address(place)}/mirror/api`
        await verifiedByCosign(`${image}:1.4`)
        const discovered = await runPeer('oras', [
          'discover',
          '--plain-http',
          '--format',
          'json',
          `${image}@${made.child.digest}`,
        ])
        const listed = JSON.parse(discovered.stdout).referrers as { artifactType: string; annotations?: object }[]
        expect(listed.map(({ artifactType }) => artifactType)).toEqual(
          Array(2).fill('application/vnd.dev.sigstore.bundle.v0.3+json'),
        )
        expect(
          listed.some(
            ({ annotations }) => annotations !== undefined && 'dev.sigstore.bundle.predicateType' in annotations,
          ),
        ).toBe(true)
        const old = await runPeer('crane', [
          'manifest',
          '--insecure',
          `${image}:${cosignTag(made.child.digest, 'sig')}`,
        ])
        expect(JSON.parse(old.stdout).layers).toHaveLength(1)
      },
    )

    test('there and back, over a layout, keeps every digest', async () => {
      const layout = await openLayoutForWriting(join(folder, 'layout'))
      const options = { tag: '1.4', pause: noWait }
      await copyImage(store('docker-registry', 'shop/api'), layout, '1.4', options)
      await copyImage(layout, store('registry-honest', 'over/layout'), '1.4', options)
      await copyImage(store('registry-honest', 'over/layout'), store('docker-registry', 'back/again'), '1.4', options)
      const expected = await digestsOf(store('docker-registry', 'shop/api'), made)
      expect(await digestsOf(layout, made)).toEqual(expected)
      expect(await digestsOf(store('registry-honest', 'over/layout'), made)).toEqual(expected)
      expect(await digestsOf(store('docker-registry', 'back/again'), made)).toEqual(expected)
      await verifiedByCosign(`${address('docker-registry')}/back/again:1.4`)
      await layout.dispose()
    })

    test('within a registry blobs are mounted, not sent', async () => {
      const options = { tag: '1.4', pause: noWait, mountFrom: 'shop/api' }
      const result = await copyImage(
        store('docker-registry', 'shop/api'),
        store('docker-registry', 'shop/mounted'),
        '1.4',
        options,
      )
      expect(result.blobs).toMatchObject({ sent: 0, bytesSent: 0 })
    })

    test('what oras copied with its referrers is the same to us', async () => {
      const from = `${address('docker-registry')}/shop/api:1.4`
      const to = `${address('registry-honest')}/by/oras:1.4`
      await runPeer('oras', ['cp', '-r', '--from-plain-http', '--to-plain-http', from, to])
      const { attachments } = await discover(store('registry-honest', 'by/oras'), made.index.digest)
      expect(attachments.map(({ kind }) => kind)).toEqual(['bundle'])
    })

    test('a fallback index that another tool left malformed is repaired by the copy', async () => {
      const destination = store('docker-registry', 'to/repair')
      const options = { tag: '1.4', pause: noWait }
      await copyImage(store('docker-registry', 'shop/api'), destination, '1.4', options)
      const { mediaType, digest, size } = made.bundle
      const bytes = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          manifests: [{ mediaType, digest, size }],
        }),
      )
      await destination.putManifest(
        {
          descriptor: {
            mediaType: 'application/vnd.oci.image.index.v1+json',
            digest: digestOf(bytes),
            size: bytes.length,
          },
          bytes,
        },
        fallbackTag(made.child.digest),
      )
      await copyImage(store('docker-registry', 'shop/api'), destination, '1.4', options)
      const { attachments, problems } = await discover(destination, made.child.digest)
      expect(attachments.filter(({ kind }) => kind === 'bundle')).toHaveLength(2)
      expect(problems).toEqual([])
      const raw = await destination.manifest(fallbackTag(made.child.digest))
      const entries = JSON.parse(Buffer.from(raw?.bytes ?? []).toString()).manifests as { artifactType?: string }[]
      expect(
        entries.every(({ artifactType }) => artifactType === 'application/vnd.dev.sigstore.bundle.v0.3+json'),
      ).toBe(true)
    })

    test.each(places)('clean on %s removes everything but the image', async (place) => {
      const here = store(place, 'to/clean')
      await copyImage(store('docker-registry', 'shop/api'), here, '1.4', { tag: '1.4', pause: noWait })
      const { removed } = await cleanImage(here, made.child.digest, { types: ['all'], dryRun: false, pause: noWait })
      expect(removed).toHaveLength(4)
      expect(await discover(here, made.child.digest, { withSboms: true })).toMatchObject({
        attachments: [],
        problems: [],
      })
      expect(await here.resolve(made.child.digest)).toBeDefined()
      const run = await runPeer(
        'cosign',
        [
          'verify',
          '--key',
          join(folder, 'release.pub'),
          '--insecure-ignore-tlog',
          `${address(place)}/to/clean@${made.child.digest}`,
        ],
        { env: { HOME: folder } },
      )
      expect(run.status).not.toBe(0)
    })
  },
)

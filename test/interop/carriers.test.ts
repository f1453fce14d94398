/** Other people's tools carry and show what we wrote: oras the referrers, crane and skopeo the manifests and the older tags, cosign and notation. */

import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cosignTag, fallbackTag } from '../../src/envelope/index.ts'
import { describeWithPeers, type PeerName, runPeer } from '../peers/peers.ts'
import { keyPair, type PlainKeyFiles } from './keys.ts'
import { formats, imageOf, programsIn } from './programs.ts'
import { type Place, peerPlaces, places, type TestImage, type TestIndex, useWorld } from './world.ts'

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const predicate = new URL('../vectors/cosign/predicates/cdx.json', import.meta.url).pathname

interface Discovered {
  readonly referrers?: readonly { readonly artifactType: string; readonly digest: string }[]
}

describeWithPeers(['cosign', 'oras', 'crane', 'skopeo', 'notation', ...peerPlaces], 'carried by other tools', () => {
  const world = useWorld(places)
  const programs = programsIn(world)
  const { cosign, cosignSays, zegel, zegelDoes } = programs
  let own: PlainKeyFiles
  beforeAll(async () => {
    own = await keyPair(world, programs, 'p256', 'release')
  })

  async function does(name: PeerName, ...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await runPeer(name, args, { cwd: world.folder, env: { HOME: world.folder } })
    expect(status, `${name} ${args.join(' ')}: ${stderr}`).toBe(0)
    return stdout
  }

  async function furnish<T extends TestImage>(image: T): Promise<T> {
    for (const format of formats) {
      await zegelDoes(['sign', '--recursive', '--format', format, '--key', own.plain, image.tagged])
      const what = ['--type', 'cyclonedx', '--predicate', predicate]
      await zegelDoes(['attest', '--format', format, '--key', own.plain, ...what, image.tagged])
    }
    return image
  }

  const newName = (
    (count) => () =>
      `mirror/api-${++count}`
  )(0)
  const moved = (image: TestImage, place: Place): TestImage => world.at(place, newName(), image.descriptor)

  /** What zegel finds there, by kind. */
  async function kindsAt(image: string): Promise<readonly string[]> {
    const report = await zegelDoes(['verify', '--key', own.pub, image])
    return imageOf(report)
      .candidates.map(({ kind }) => kind)
      .sort()
  }
  const ALL = ['bundle', 'bundle', 'cosign-attestation', 'cosign-signature']

  async function bothVerify({ pinned }: TestImage): Promise<void> {
    expect(await cosignSays('verify', ['--key', own.pub, pinned])).toBe(0)
    const attestation = ['--key', own.pub, '--type', 'cyclonedx', pinned]
    expect(await cosignSays('verify-attestation', attestation)).toBe(0)
    expect((await zegel(['verify', '--key', own.pub, pinned])).status).toBe(0)
    expect((await zegel(['verify-attestation', ...attestation])).status).toBe(0)
  }

  describe('oras', () => {
    it.each(['docker-registry', 'registry-honest', 'zegel'] as const)(
      'discover on %s shows the artifact type of our referrers, and filters by it',
      async (place) => {
        const image = await furnish(await world.image(place))
        const discover = ['discover', '--plain-http', '--format', 'json']
        const shown = JSON.parse(await does('oras', ...discover, image.pinned)) as Discovered
        expect(shown.referrers?.map(({ artifactType }) => artifactType)).toEqual([BUNDLE, BUNDLE])
        const filtered = JSON.parse(
          await does('oras', ...discover, '--artifact-type', BUNDLE, image.pinned),
        ) as Discovered
        expect(filtered.referrers).toHaveLength(2)
        const others = JSON.parse(await does('oras', ...discover, '--artifact-type', 'x/y', image.pinned)) as Discovered
        expect(others.referrers).toEqual([])
      },
    )

    it.each([
      ['docker-registry', 'registry-honest'],
      ['registry-honest', 'docker-registry'],
      ['registry-lying', 'zegel'],
      ['zegel', 'registry-lying'],
      ['docker-registry', 'docker-registry'],
    ] as const)('cp -r from %s to %s carries them, of an index and of its images', async (from, to) => {
      const index = await furnish(await world.index(from))
      const there = moved(index, to)
      await does('oras', 'cp', '-r', '--from-plain-http', '--to-plain-http', index.tagged, there.tagged)
      await bothVerify(there)
      const report = await zegelDoes(['verify', '--recursive', '--each', '--key', own.pub, there.tagged])
      expect(imageOf(report).children?.map(({ provenBy }) => provenBy)).toEqual(['itself', 'itself'])
    })

    it('cp -r into a layout: zegel verifies it there without a network, and out of it again', async () => {
      const image = await furnish(await world.image('docker-registry'))
      await does(
        'oras',
        'cp',
        '-r',
        '--from-plain-http',
        '--to-oci-layout',
        image.tagged,
        `${world.folder}/by-oras:1.4`,
      )
      expect(await kindsAt(`oci:${world.folder}/by-oras:1.4`)).toEqual(['bundle', 'bundle'])
      const there = moved(image, 'docker-registry')
      await does(
        'oras',
        'cp',
        '-r',
        '--from-oci-layout',
        '--to-plain-http',
        `${world.folder}/by-oras:1.4`,
        there.tagged,
      )
      await bothVerify(there)
    })

    it('cp -r out of a layout that zegel wrote', async () => {
      const image = await furnish(await world.image('docker-registry'))
      await zegelDoes(['copy', image.tagged, `oci:${world.folder}/by-zegel:1.4`])
      const there = moved(image, 'registry-honest')
      await does(
        'oras',
        'cp',
        '-r',
        '--from-oci-layout',
        '--to-plain-http',
        `${world.folder}/by-zegel:1.4`,
        there.tagged,
      )
      await bothVerify(there)
    })
  })

  describe.each(['docker-registry', 'zegel'] as const)('crane and skopeo on %s', (place) => {
    let index: TestIndex
    let tags: readonly string[]
    beforeAll(async () => {
      index = await furnish(await world.index(place))
      const { digest } = index.descriptor
      tags = [cosignTag(digest, 'sig'), cosignTag(digest, 'att')]
    })

    it('read every manifest that we wrote', async () => {
      const images = [index, ...index.children]
      const digests: string[] = []
      for (const { store, descriptor } of images) {
        const { manifests = [] } = (await store.referrers(descriptor.digest)) ?? {}
        digests.push(...manifests.map(({ digest }) => digest))
        const inFallback = await store.manifest(fallbackTag(descriptor.digest))
        if (inFallback === undefined) continue
        const listed = JSON.parse(Buffer.from(inFallback.bytes).toString()) as { manifests: { digest: string }[] }
        digests.push(...listed.manifests.map(({ digest }) => digest))
      }
      expect(digests.length).toBeGreaterThanOrEqual(4)
      const names = [
        ...new Set(digests.map((digest) => `${index.repository}@${digest}`)),
        ...images.map(({ repository, descriptor }) => `${repository}:${cosignTag(descriptor.digest, 'sig')}`),
      ]
      for (const name of names) {
        const byCrane = await does('crane', 'manifest', name)
        const bySkopeo = await does('skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${name}`)
        expect(bySkopeo).toBe(byCrane)
        if (name.includes('@')) expect(name).toContain(createHash('sha256').update(byCrane).digest('hex'))
      }
      for (const tag of tags) {
        // Reads the config too, as the image that Cosign's tags claim to be.
        await does('crane', 'config', `${index.repository}:${tag}`)
        await does('skopeo', 'inspect', '--tls-verify=false', `docker://${index.repository}:${tag}`)
      }
    })

    it.each(['docker-registry', 'registry-honest', 'zegel'] as const)(
      'crane copy carries the tags to %s',
      async (to) => {
        const there = moved(index, to)
        await does('crane', 'copy', index.tagged, there.tagged)
        for (const tag of tags) await does('crane', 'copy', `${index.repository}:${tag}`, `${there.repository}:${tag}`)
        await bothVerify(there)
      },
    )

    it('crane copy carries the fallback tag too, where there is one', async () => {
      const tag = fallbackTag(index.descriptor.digest)
      const listed = await index.store.manifest(tag)
      if (place === 'zegel') return expect(listed).toBeUndefined()
      const there = moved(index, 'docker-registry')
      await does('crane', 'copy', index.tagged, there.tagged)
      await does('crane', 'copy', `${index.repository}:${tag}`, `${there.repository}:${tag}`)
      await bothVerify(there)
      expect(await kindsAt(there.pinned)).toEqual(['bundle', 'bundle'])
    })

    it.each(['docker-registry', 'registry-honest', 'zegel'] as const)(
      'skopeo copy carries the tags to %s',
      async (to) => {
        const there = moved(index, to)
        for (const tag of ['1.4', ...tags]) {
          await does(
            ...(['skopeo', '--insecure-policy', 'copy', '--quiet', '--all', '--preserve-digests'] as const),
            ...['--src-tls-verify=false', '--dest-tls-verify=false'],
            ...[`docker://${index.repository}:${tag}`, `docker://${there.repository}:${tag}`],
          )
        }
        await bothVerify(there)
      },
    )
  })

  describe('cosign', () => {
    it.each(['docker-registry', 'registry-honest', 'zegel'] as const)(
      'tree on %s shows what we wrote',
      async (place) => {
        const image = await furnish(await world.image(place))
        const { status, stdout } = await cosign(['tree', image.tagged])
        expect(status).toBe(0)
        for (const line of [
          'https://sigstore.dev/cosign/sign/v1 artifacts via OCI referrer',
          'https://cyclonedx.org/bom artifacts via OCI referrer',
          `Signatures for an image tag: ${image.repository}:${cosignTag(image.descriptor.digest, 'sig')}`,
          `Attestations for an image tag: ${image.repository}:${cosignTag(image.descriptor.digest, 'att')}`,
        ]) {
          expect(stdout).toContain(line)
        }
      },
    )

    it('copy carries the older tags, and leaves the bundles behind; zegel copy brings them', async () => {
      const image = await furnish(await world.image('docker-registry'))
      const there = moved(image, 'docker-registry')
      expect((await cosign(['copy', image.tagged, there.tagged])).status).toBe(0)
      await bothVerify(there)
      expect(await kindsAt(there.tagged)).toEqual(['cosign-attestation', 'cosign-signature'])
      const whole = moved(image, 'docker-registry')
      await zegelDoes(['copy', image.tagged, whole.tagged])
      expect(await kindsAt(whole.tagged)).toEqual(ALL)
      await bothVerify(whole)
    })
  })

  it.each(['docker-registry', 'registry-honest', 'zegel'] as const)(
    'notation list on %s passes over what we wrote',
    async (place) => {
      const image = await furnish(await world.image(place))
      const shown = await does('notation', 'list', '--insecure-registry', image.pinned)
      expect(shown).toContain('has no associated signature')
    },
  )
})

/** The options of signing, in both formats and both directions: annotations, indexes, names, other repositories, older ways to write. */

import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { keyPair, type PlainKeyFiles } from './keys.ts'
import { type Format, formats, imageOf, programsIn } from './programs.ts'
import { peerPlaces, places, type TestImage, useWorld } from './world.ts'

const NAME = 'registry.example.org/shop/api'

describeWithPeers(['cosign', ...peerPlaces], 'options of cosign and zegel', () => {
  const world = useWorld(places)
  const programs = programsIn(world)
  const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
  let own: PlainKeyFiles
  beforeAll(async () => {
    own = await keyPair(world, programs, 'p256', 'release')
  })
  const key = (): string[] => ['--key', own.key]
  const plain = (): string[] => ['--key', own.plain]
  const pub = (): string[] => ['--key', own.pub]
  const zegelSays = async (...args: string[]): Promise<number> => (await zegel(['verify', ...pub(), ...args])).status
  const cosignVerifies = (...args: string[]): Promise<number> => cosignSays('verify', [...pub(), ...args])
  const refusedByCosign: Readonly<Record<Format, number>> = { bundle: 1, cosign: 12 }

  /** The tags in the repository of the image, without the image's own. */
  const tagsOf = async ({ store }: TestImage): Promise<readonly string[]> => {
    const tags: string[] = []
    for await (const tag of store.tags()) if (tag !== '1.4') tags.push(tag)
    return tags.sort()
  }

  describe.each(formats)('format %s', (format) => {
    it('annotations by cosign: zegel demands the signed values', async () => {
      const image = await world.image('docker-registry')
      await cosignMakes(format, 'sign', [...key(), '-a', 'build=42', '-a', 'env=<prod> & more', image.pinned])
      const report = await zegelDoes(['verify', ...pub(), '-a', 'build=42', '-a', 'env=<prod> & more', image.tagged])
      expect(imageOf(report).candidates[0]?.verdict).toBe('passed')
      expect(await zegelSays('-a', 'build=43', image.tagged)).toBe(1)
      expect(await zegelSays('-a', 'other=42', image.tagged)).toBe(1)
    })

    it('annotations by zegel: cosign demands the signed values', async () => {
      const image = await world.image('docker-registry')
      const annotations = ['-a', 'build=42', '-a', 'env=<prod> & more', '-a', 'line=\u2028']
      await zegelDoes(['sign', '--format', format, ...plain(), ...annotations, image.tagged])
      expect(await cosignVerifies(...annotations, image.pinned)).toBe(0)
      expect(await cosignVerifies('-a', 'build=43', image.pinned)).toBe(refusedByCosign[format])
    })

    it.each(places)(
      '--recursive over an index by cosign on %s: zegel finds the index and each child signed',
      async (place) => {
        const index = await world.index(place)
        await cosignMakes(format, 'sign', [...key(), '--recursive', index.pinned])
        const report = await zegelDoes(['verify', ...pub(), '--recursive', '--each', index.tagged])
        expect(imageOf(report).children?.map(({ provenBy }) => provenBy)).toEqual(['itself', 'itself'])
      },
    )

    it.each(places)(
      '--recursive over an index by zegel on %s: cosign verifies the index and each child',
      async (place) => {
        const index = await world.index(place)
        await zegelDoes(['sign', '--format', format, ...plain(), '--recursive', index.tagged])
        for (const { pinned } of [index, ...index.children]) expect(await cosignVerifies(pinned)).toBe(0)
      },
    )

    it('an index signed alone by cosign: its children are proven through it, and only so', async () => {
      const index = await world.index('docker-registry')
      const [child] = index.children
      await cosignMakes(format, 'sign', [...key(), index.pinned])
      const whole = imageOf(await zegelDoes(['verify', ...pub(), '--recursive', index.tagged]))
      expect(whole.children?.map(({ provenBy }) => provenBy)).toEqual(['index', 'index'])
      expect(await zegelSays('--recursive', '--each', index.tagged)).toBe(1)
      expect(await zegelSays(child?.pinned ?? '')).toBe(1)
      expect(await zegelSays('--index', index.pinned, child?.pinned ?? '')).toBe(0)
    })

    it.each(places)('COSIGN_REPOSITORY by cosign on %s: zegel reads there, and not beside the image', async (place) => {
      const image = await world.image(place)
      const env = { COSIGN_REPOSITORY: `${world.address(place)}/signatures/by-cosign-${format}` }
      await cosignMakes(format, 'sign', [...key(), image.pinned], env)
      await zegelDoes(['verify', ...pub(), image.tagged], env)
      await zegelDoes(['verify', ...pub(), '--repository', env.COSIGN_REPOSITORY, image.tagged])
      expect(await tagsOf(image)).toEqual([])
      expect(await zegelSays(image.tagged)).toBe(1)
    })

    it.each(places)('COSIGN_REPOSITORY by zegel on %s: cosign reads there', async (place) => {
      const image = await world.image(place)
      const env = { COSIGN_REPOSITORY: `${world.address(place)}/signatures/by-zegel-${format}` }
      await zegelDoes(['sign', '--format', format, ...plain(), image.tagged], env)
      expect(await cosignSays('verify', [...pub(), image.pinned], env)).toBe(0)
      expect(await cosignVerifies(image.pinned)).toBe(10)
    })

    it('COSIGN_DOCKER_MEDIA_TYPES by cosign: zegel verifies', async () => {
      const image = await world.image('docker-registry')
      await cosignMakes(format, 'sign', [...key(), image.pinned], { COSIGN_DOCKER_MEDIA_TYPES: '1' })
      await zegelDoes(['verify', ...pub(), image.tagged])
    })

    it('signed three times by zegel: one signature', async () => {
      const image = await world.image('docker-registry')
      const outcomes: (string | undefined)[] = []
      for (let time = 0; time < 3; time++) {
        outcomes.push(imageOf(await zegelDoes(['sign', '--format', format, ...plain(), image.tagged])).outcome)
      }
      expect(outcomes).toEqual(['pushed', 'already-there', 'already-there'])
      const { stdout } = await cosign(['download', 'signature', image.pinned])
      expect(stdout.trim().split('\n')).toHaveLength(1)
    })

    it('signed by cosign, then by zegel with the same key: nothing is added', async () => {
      const image = await world.image('docker-registry')
      await cosignMakes(format, 'sign', [...key(), image.pinned])
      const again = imageOf(await zegelDoes(['sign', '--format', format, ...plain(), image.tagged]))
      expect(again.outcome).toBe('already-there')
    })

    it('signed by both with two keys: both verify both, and zegel counts two', async () => {
      const other = await keyPair(world, programs, 'p256', `other-${format}`)
      const image = await world.image('docker-registry')
      await cosignMakes(format, 'sign', [...key(), image.pinned])
      await zegelDoes(['sign', '--format', format, '--key', other.plain, image.tagged])
      for (const file of [own.pub, other.pub]) {
        expect(await cosignSays('verify', ['--key', file, image.pinned])).toBe(0)
        await zegelDoes(['verify', '--key', file, image.tagged])
      }
      await zegelDoes(['verify', ...pub(), '--key', other.pub, '--threshold', '2', image.tagged])
    })
  })

  it('--sign-container-identity by cosign (legacy): zegel demands the name', async () => {
    const image = await world.image('docker-registry')
    await cosignMakes('cosign', 'sign', [...key(), '--sign-container-identity', NAME, image.pinned])
    const report = await zegelDoes(['verify', ...pub(), '--sign-container-identity', NAME, image.tagged])
    expect(imageOf(report).candidates[0]?.signedName).toBe(NAME)
    expect(await zegelSays('--sign-container-identity', `${NAME}-other`, image.tagged)).toBe(1)
  })

  it.each(formats)(
    '--sign-container-identity by zegel (%s): cosign verifies, and zegel demands the name',
    async (format) => {
      const image = await world.image('docker-registry')
      await zegelDoes(['sign', '--format', format, ...plain(), '--sign-container-identity', NAME, image.tagged])
      expect(await cosignVerifies(image.pinned)).toBe(0)
      await zegelDoes(['verify', ...pub(), '--sign-container-identity', NAME, image.tagged])
      expect(await zegelSays('--sign-container-identity', 'registry.example.org/other', image.tagged)).toBe(1)
    },
  )

  it.each(places)('legacy signatures as OCI 1.1 referrers by cosign on %s: zegel verifies', async (place) => {
    const image = await world.image(place)
    const mode = ['--registry-referrers-mode', 'oci-1-1']
    await cosignMakes('cosign', 'sign', [...key(), ...mode, image.pinned], { COSIGN_EXPERIMENTAL: '1' })
    expect((await tagsOf(image)).filter((tag) => tag.endsWith('.sig'))).toEqual([])
    const report = await zegelDoes(['verify', ...pub(), image.tagged])
    expect(imageOf(report).candidates).toMatchObject([{ kind: 'cosign-signature', verdict: 'passed' }])
  })
})

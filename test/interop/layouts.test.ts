/** OCI layouts in both directions: what `cosign save` writes we verify and copy on, what `zegel copy` writes cosign verifies and loads. */

import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { keyPair, type PlainKeyFiles } from './keys.ts'
import { type Format, formats, imageOf, programsIn } from './programs.ts'
import { type TestImage, useWorld } from './world.ts'

const predicate = new URL('../vectors/cosign/predicates/cdx.json', import.meta.url).pathname

describeWithPeers(['cosign', 'docker-registry', 'registry-honest'], 'layouts of cosign and zegel', () => {
  const world = useWorld(['docker-registry', 'registry-honest'])
  const programs = programsIn(world)
  const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
  let own: PlainKeyFiles
  let other: PlainKeyFiles
  beforeAll(async () => {
    own = await keyPair(world, programs, 'p256', 'release')
    other = await keyPair(world, programs, 'p256', 'other')
  })
  let count = 0
  const newName = (): string => `moved-${++count}`

  async function signed<T extends TestImage>(format: Format, by: 'cosign' | 'zegel', image: T): Promise<T> {
    const what = ['--type', 'cyclonedx', '--predicate', predicate]
    if (by === 'cosign') {
      await cosignMakes(format, 'sign', ['--key', own.key, image.pinned])
      await cosignMakes(format, 'attest', ['--key', own.key, ...what, image.pinned])
    } else {
      await zegelDoes(['sign', '--format', format, '--key', own.plain, image.tagged])
      await zegelDoes(['attest', '--format', format, '--key', own.plain, ...what, image.tagged])
    }
    return image
  }

  async function zegelVerifies(layout: string, image: TestImage): Promise<void> {
    const verified = imageOf(await zegelDoes(['verify', '--key', own.pub, layout]))
    expect(verified).toMatchObject({ verdict: 'verified', digest: image.digest, problems: [] })
    await zegelDoes(['verify-attestation', '--key', own.pub, '--type', 'cyclonedx', layout])
    expect((await zegel(['verify', '--key', other.pub, layout])).status).toBe(1)
  }

  async function bothVerify({ pinned }: TestImage): Promise<void> {
    const attestation = ['--key', own.pub, '--type', 'cyclonedx', pinned]
    expect(await cosignSays('verify', ['--key', own.pub, pinned])).toBe(0)
    expect(await cosignSays('verify-attestation', attestation)).toBe(0)
    await zegelDoes(['verify', '--key', own.pub, pinned])
    await zegelDoes(['verify-attestation', ...attestation])
  }

  describe.each(formats)('format %s', (format) => {
    it.each(['cosign', 'zegel'] as const)('saved by cosign, signed by %s: zegel verifies and copies on', async (by) => {
      const image = await signed(format, by, await world.image('docker-registry'))
      const name = newName()
      expect((await cosign(['save', '--dir', name, image.tagged])).status).toBe(0)
      await zegelVerifies(`oci:${world.file(name)}`, image)
      const there = world.at('docker-registry', name, image.descriptor)
      await zegelDoes(['copy', `oci:${world.file(name)}`, there.tagged])
      await bothVerify(there)
    })

    it.each(['cosign', 'zegel'] as const)('copied by zegel, signed by %s: cosign verifies and loads', async (by) => {
      const image = await signed(format, by, await world.image('docker-registry'))
      const name = newName()
      const layout = world.file(name)
      await zegelDoes(['copy', image.tagged, `oci:${layout}:1.4`])
      await zegelVerifies(`oci:${layout}:1.4`, image)
      expect(await cosignSays('verify', ['--local-image', '--key', own.pub, layout])).toBe(0)
      expect(await cosignSays('verify', ['--local-image', '--key', other.pub, layout])).not.toBe(0)
      const attested = ['--local-image', '--key', own.pub, '--type', 'cyclonedx', layout]
      expect(await cosignSays('verify-attestation', attested)).toBe(0)
      const there = world.at('registry-honest', name, image.descriptor)
      expect((await cosign(['load', '--dir', layout, there.tagged])).status).toBe(0)
      await bothVerify(there)
    })

    it('an index saved by cosign: zegel verifies it', async () => {
      const index = await signed(format, 'cosign', await world.index('docker-registry'))
      const name = newName()
      expect((await cosign(['save', '--dir', name, index.tagged])).status).toBe(0)
      await zegelVerifies(`oci:${world.file(name)}`, index)
      const whole = await zegelDoes(['verify', '--recursive', '--key', own.pub, `oci:${world.file(name)}`])
      expect(imageOf(whole).children?.map(({ provenBy }) => provenBy)).toEqual(['index', 'index'])
    })

    it('an index copied by zegel: cosign loads it', async () => {
      const index = await signed(format, 'zegel', await world.index('docker-registry'))
      const name = newName()
      const layout = world.file(name)
      await zegelDoes(['copy', index.tagged, `oci:${layout}:1.4`])
      await zegelVerifies(`oci:${layout}:1.4`, index)
      const there = world.at('registry-honest', name, index.descriptor)
      expect((await cosign(['load', '--dir', layout, there.tagged])).status).toBe(0)
      await bothVerify(there)
    })
  })
})

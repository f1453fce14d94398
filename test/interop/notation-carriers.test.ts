/** Notation signatures on the move: oras and zegel show and carry them between registries, layouts and archives, and both verify them there. */

import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers, runPeer } from '../peers/peers.ts'
import { encodings, notationPlaces, type Trust, useNotation } from './notation-world.ts'
import { imageOf, programsIn } from './programs.ts'
import { type Place, type TestImage, useWorld } from './world.ts'

const NOTATION = 'application/vnd.cncf.notary.signature'
const SCOPE = 'registry.example.org/shop/api'
const signers = ['notation', 'zegel'] as const

interface Discovered {
  readonly referrers?: readonly { readonly artifactType: string }[]
}

describeWithPeers(['notation', 'oras', 'docker-registry', 'registry-honest'], 'Notation signatures on the move', () => {
  const world = useWorld(notationPlaces)
  const programs = programsIn(world)
  const { zegel, zegelDoes } = programs
  const signing = useNotation(world, programs, notationPlaces)
  let trust: Trust
  let scoped: Trust
  beforeAll(async () => {
    trust = await signing.trust('carriers')
    scoped = await signing.trust('scoped', { registryScopes: [SCOPE] })
  })

  async function oras(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await runPeer('oras', args, { cwd: world.folder, env: { HOME: world.folder } })
    expect(status, `oras ${args.join(' ')}: ${stderr}`).toBe(0)
    return stdout
  }
  let count = 0
  const newName = (): string => `moved-${++count}`
  const moved = (image: TestImage, place: Place): TestImage => world.at(place, `mirror/${newName()}`, image.descriptor)

  /** By notation and by zegel, in both envelopes. */
  async function signed(place: Place): Promise<TestImage> {
    const image = await world.image(place)
    await signing.notationSigns('jws', 'p256', image.pinned)
    await signing.zegelSigns('cose', 'p384', image.pinned)
    return image
  }

  async function bothVerify({ pinned }: TestImage): Promise<void> {
    expect(await trust.notationVerifies(pinned)).toBe(true)
    const { candidates, problems } = await trust.zegelVerifies(pinned)
    expect([candidates.map(({ verdict }) => verdict), problems]).toEqual([['passed', 'passed'], []])
    const listed = await trust.notation(['list', pinned])
    expect(listed.stdout.match(/sha256:[0-9a-f]{64}/g)).toHaveLength(3)
  }

  /** A layout has no repository: each must be told for which one it stands. */
  async function bothVerifyLayout(name: string, { digest }: TestImage): Promise<void> {
    const args = ['verify', '--oci-layout', `${world.file(name)}@${digest}`, '--scope']
    const experimental = { NOTATION_EXPERIMENTAL: '1' }
    const run = await scoped.notation([...args, SCOPE], experimental)
    expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, ''])
    expect((await scoped.notation([...args, 'registry.example.org/other'], experimental)).status).not.toBe(0)
    const layout = `oci:${world.file(name)}@${digest}`
    const { candidates } = await scoped.zegelVerifies(layout, '--scope', SCOPE)
    expect(candidates.map(({ verdict }) => verdict)).toEqual(['passed', 'passed'])
    expect((await zegel(['verify', ...scoped.flags, '--scope', 'registry.example.org/other', layout])).status).toBe(1)
    expect((await zegel(['verify', ...scoped.flags, layout])).status).toBe(1)
  }

  it.each(notationPlaces)('oras discover on %s shows ours as it shows those of notation', async (place) => {
    const image = await signed(place)
    const shown = async (...more: string[]): Promise<readonly string[] | undefined> => {
      const args = ['discover', '--plain-http', '--format', 'json', ...more, image.pinned]
      return (JSON.parse(await oras(...args)) as Discovered).referrers?.map(({ artifactType }) => artifactType)
    }
    expect(await shown()).toEqual([NOTATION, NOTATION])
    expect(await shown('--artifact-type', NOTATION)).toEqual([NOTATION, NOTATION])
    expect(await shown('--artifact-type', 'x/y')).toEqual([])
  })

  const roads = [
    ['docker-registry', 'registry-honest'],
    ['registry-honest', 'docker-registry'],
    ['docker-registry', 'zegel'],
    ['zegel', 'docker-registry'],
  ] as const

  it.each(roads)('oras cp -r from %s to %s', async (from, to) => {
    const image = await signed(from)
    const there = moved(image, to)
    await oras('cp', '-r', '--from-plain-http', '--to-plain-http', image.tagged, there.tagged)
    await bothVerify(there)
  })

  it.each(roads)('zegel copy from %s to %s', async (from, to) => {
    const image = await signed(from)
    const there = moved(image, to)
    await zegelDoes(['copy', image.tagged, there.tagged])
    await bothVerify(there)
  })

  it.each(notationPlaces)('zegel copy from %s into a layout and an archive, and out of them again', async (place) => {
    const image = await signed(place)
    const name = newName()
    await zegelDoes(['copy', image.tagged, `oci:${world.file(name)}:1.4`])
    await bothVerifyLayout(name, image)
    const archive = `oci-archive:${world.file(`${name}.tar`)}`
    await zegelDoes(['copy', `oci:${world.file(name)}:1.4`, `${archive}:1.4`])
    expect((await scoped.zegelVerifies(`${archive}:1.4`, '--scope', SCOPE)).candidates).toHaveLength(2)
    const there = moved(image, place)
    await zegelDoes(['copy', `${archive}:1.4`, there.tagged])
    await bothVerify(there)
  })

  it('oras cp -r into a layout, and out of one that zegel wrote', async () => {
    const image = await signed('docker-registry')
    const [byOras, byZegel] = [newName(), newName()]
    await oras('cp', '-r', '--from-plain-http', '--to-oci-layout', image.tagged, `${world.file(byOras)}:1.4`)
    await bothVerifyLayout(byOras, image)
    await zegelDoes(['copy', image.tagged, `oci:${world.file(byZegel)}:1.4`])
    const there = moved(image, 'registry-honest')
    await oras('cp', '-r', '--from-oci-layout', '--to-plain-http', `${world.file(byZegel)}:1.4`, there.tagged)
    await bothVerify(there)
  })

  describe.each(encodings)('signed in a layout as %s', (encoding) => {
    it.each(signers)('by %s: both verify it there, and in the registry that it is copied to', async (by) => {
      const image = await world.image('docker-registry')
      const name = newName()
      await zegelDoes(['copy', image.tagged, `oci:${world.file(name)}:1.4`])
      const layout = `oci:${world.file(name)}@${image.digest}`
      if (by === 'zegel') await signing.zegelSigns(encoding, 'p256', layout)
      else await signing.notationSigns(encoding, 'p256', `${world.file(name)}@${image.digest}`, '--oci-layout')
      const args = ['verify', '--oci-layout', `${world.file(name)}@${image.digest}`, '--scope', SCOPE]
      expect((await scoped.notation(args, { NOTATION_EXPERIMENTAL: '1' })).status).toBe(0)
      expect((await scoped.zegelVerifies(layout, '--scope', SCOPE)).candidates).toHaveLength(1)
      const there = moved(image, 'zegel')
      await zegelDoes(['copy', `oci:${world.file(name)}:1.4`, there.tagged])
      expect(await trust.notationVerifies(there.pinned)).toBe(true)
      expect((await trust.zegelVerifies(there.pinned)).verdict).toBe('verified')
    })
  })

  it('clean takes them away, and notation finds none', async () => {
    const image = await signed('docker-registry')
    await zegelDoes(['clean', '--type', 'all', image.tagged])
    expect((await trust.notation(['list', image.pinned])).stdout).toContain('has no associated signature')
    const { status, report } = await zegel(['verify', ...trust.flags, image.pinned])
    expect([status, imageOf(report).reason.code]).toEqual([1, 'NO_SIGNATURE'])
  })
})

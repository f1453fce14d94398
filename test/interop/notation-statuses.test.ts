/** Exit statuses and reports where certificates are asked about. Each document is held to the JSON Schema that ships, by `zegel` of programs.ts to ours. */

import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { rfc3339 } from '../../src/base/index.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { forge, hang } from './notation-forge.ts'
import { encodings, notationPlaces, type Trust, useNotation } from './notation-world.ts'
import { imageOf, programsIn, type ReportedImage } from './programs.ts'
import { useWorld } from './world.ts'

describeWithPeers(['notation', 'docker-registry', 'registry-honest'], 'statuses and reports of certificates', () => {
  const world = useWorld(notationPlaces)
  const programs = programsIn(world)
  const signing = useNotation(world, programs, notationPlaces)
  let trust: Trust
  let validate: (document: unknown) => boolean
  beforeAll(async () => {
    trust = await signing.trust('statuses')
    const schema = await readFile(new URL('../../schemas/verify-v1.json', import.meta.url), 'utf8')
    validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schema) as object)
  })

  async function verify(...args: string[]): Promise<readonly [status: number, image: ReportedImage]> {
    const { status, report } = await programs.zegel(['verify', ...args])
    expect(validate(report), JSON.stringify(report)).toBe(true)
    expect(report.status).toBe(status)
    return [status, imageOf(report)]
  }

  describe.each(notationPlaces)('on %s', (place) => {
    it('verified: 0, and the certificate that signed is named', async () => {
      const image = await world.image(place)
      for (const encoding of encodings) await signing.zegelSigns(encoding, 'p256', image.tagged, '-m', 'build=42')
      const [status, verified] = await verify(...trust.flags, image.tagged)
      expect([status, verified.verdict, verified.reason.code]).toEqual([0, 'verified', 'VERIFIED'])
      expect(verified.candidates.map(({ annotations }) => annotations)).toEqual([{ build: '42' }, { build: '42' }])
      expect(verified['signers']).toHaveLength(1)
      expect(JSON.stringify(verified['signers'])).toContain('O=Example')
    })

    it('refused: 1, with a reason and what to do', async () => {
      const unsigned = await world.image(place)
      expect((await verify(...trust.flags, unsigned.tagged))[1].reason).toMatchObject({
        code: 'NO_SIGNATURE',
        fix: expect.any(String),
      })
      const image = await world.image(place)
      await signing.notationSigns('jws', signing.foreignMember(), image.pinned)
      const [status, { reason, candidates }] = await verify(...trust.flags, image.tagged)
      expect([status, reason]).toMatchObject([1, { code: 'NONE_PASSED', fix: expect.any(String) }])
      const failed = candidates.flatMap(({ findings }) => findings.filter(({ outcome }) => outcome === 'fail'))
      expect(failed).toMatchObject([{ check: 'trust', code: 'NOT_IN_TRUST_STORE', fix: expect.any(String) }])
    })
  })

  it('one identity and its root instead of a policy', async () => {
    const image = await world.image('docker-registry')
    await signing.notationSigns('cose', 'rsa2048', image.pinned)
    const root = await world.write('root.der', signing.authority.root.certificate.raw)
    const of = (name: string): string[] => ['--x509-identity', `C=NL,ST=Utrecht,O=${name}`, '--root', root]
    expect((await verify(...of('Example'), image.tagged))[0]).toBe(0)
    expect((await verify(...of('Others'), image.tagged))[0]).toBe(1)
    const later = ['--at', rfc3339(Math.floor((Date.now() + 700 * 86_400_000) / 1000) * 1000)]
    expect((await verify(...of('Example'), ...later, image.tagged))[0]).toBe(1)
  })

  it('a signature that was moved to another image is refused', async () => {
    const [signer, signed, other] = [
      signing.member(),
      await world.image('registry-honest'),
      await world.image('registry-honest'),
    ]
    await hang(other, 'jws', forge('jws', { signer, image: signed }))
    expect(await trust.notationVerifies(other.pinned)).toBe(false)
    expect(await trust.zegelSays(other.pinned)).toEqual([1, 'SUBJECT_OTHER'])
  })

  it.each([
    ['a policy without its stores', () => trust.flags.slice(0, 2)],
    ['a policy that is not there', () => ['--trust-policy', world.file('none.json'), '--trust-store', world.folder]],
    ['a store that is not there', () => [...trust.flags.slice(0, 2), '--trust-store', world.file('none')]],
    ['a root alone', () => ['--root', world.file('root.der')]],
    ['--scope without a policy', () => ['--scope', 'registry.example.org/shop/api']],
  ] as const)('wrong before work begins, 2: %s', async (_, flags) => {
    const { status, report } = await programs.zegel(['verify', ...flags(), '127.0.0.1:1/shop/api:1.4'])
    expect([status, report.schema]).toEqual([2, 'zegel.dev/error/v1'])
  })

  it('nobody listens: 3', async () => {
    expect((await verify(...trust.flags, '127.0.0.1:1/shop/api:1.4'))[0]).toBe(3)
  })
})

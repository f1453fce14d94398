/**
 * Where notation 1.3 and zegel answer differently, side by side: each test holds both answers, and docs/interop.md has a row with its name.
 * A notation that changes its answer makes a test fail: then the row goes, or becomes part of the matrix.
 */

import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it, type RunnerTask } from 'vitest'
import { extendedKeyUsage, type Member, replaced } from '../../src/authority/index.ts'
import { utf8 } from '../../src/base/index.ts'
import type { Descriptor } from '../../src/oci/index.ts'
import { keyPurposes } from '../../src/pki/index.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { type Forgery, forge, hang, listedUnderFallbackTag, listUnderFallbackTag } from './notation-forge.ts'
import { type Encoding, encodings, exampleName, type Trust, useNotation } from './notation-world.ts'
import { imageOf, programsIn } from './programs.ts'
import { type TestImage, useWorld } from './world.ts'

/** No difference: that what is forged here is refused for what was changed, and for nothing else. */
const UNCHANGED = 'both accept what is forged without any change'

describeWithPeers(['notation', 'docker-registry', 'registry-honest'], 'where notation 1.3 answers differently', () => {
  const world = useWorld(['docker-registry', 'registry-honest'])
  const programs = programsIn(world)
  const signing = useNotation(world, programs, ['docker-registry', 'registry-honest'])
  let signer: Member
  let trust: Trust
  beforeAll(async () => {
    signer = signing.member()
    trust = await signing.trust('differences')
  })

  /** Forged and hung on a new image, where the registry lists it by itself. */
  async function forged(encoding: Encoding, changes: Partial<Forgery>): Promise<TestImage> {
    const image = await world.image('registry-honest')
    await hang(image, encoding, forge(encoding, { signer, image, ...changes }))
    return image
  }

  it(UNCHANGED, async () => {
    for (const encoding of encodings) {
      const image = await forged(encoding, {})
      expect([await trust.notationVerifies(image.pinned), await trust.zegelSays(image.pinned)]).toEqual([true, [0]])
    }
  })

  describe('what a signature may be', () => {
    it('a critical header that nobody knows', async () => {
      for (const encoding of encodings) {
        const image = await forged(encoding, { critical: { 'com.example.must-know': 'x' } })
        expect(await trust.notationVerifies(image.pinned)).toBe(true)
        expect(await trust.zegelSays(image.pinned)).toEqual([1, 'CRITICAL_HEADER_UNKNOWN'])
      }
    })

    it('a certificate for any usage at all', async () => {
      const usage = extendedKeyUsage([keyPurposes.codeSigning, keyPurposes.any])
      const anything = signing.member({ change: (extensions) => replaced(extensions, usage) })
      const image = await forged('jws', { signer: anything })
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      expect(await trust.zegelSays(image.pinned)).toEqual([1, 'CERTIFICATE_CHAIN_INVALID'])
    })

    it('members beside those of the envelope', async () => {
      const image = await forged('jws', { envelope: (text) => text.replace('{', '{"more":1,') })
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      expect(await trust.zegelSays(image.pinned)).toEqual([1, 'ENVELOPE_MALFORMED'])
    })

    it('a salt of another length than the hash', async () => {
      const changes = { signer: signing.keyMember('rsa2048'), saltLength: 20 }
      const [jws, cose] = [await forged('jws', changes), await forged('cose', changes)]
      expect([await trust.notationVerifies(jws.pinned), await trust.notationVerifies(cose.pinned)]).toEqual([
        true,
        false,
      ])
      for (const { pinned } of [jws, cose]) expect(await trust.zegelSays(pinned)).toEqual([1, 'SIGNATURE_INVALID'])
    })

    it('a signing time in the future is worth a warning', async () => {
      const signingTime = Date.now() + 30 * 86_400_000
      const image = await forged('jws', { signingTime })
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      expect(await trust.zegelSays(image.pinned)).toEqual([0, 'SIGNING_TIME_IN_FUTURE'])
    })
  })

  describe('what JSON may say', () => {
    const other = `sha256:${'0'.repeat(64)}`
    const cases: readonly (readonly [string, Partial<Forgery>, string])[] = [
      [
        'the payload has a member twice',
        { payload: (text) => text.replace('"digest"', `"digest":"${other}","digest"`) },
        'STATEMENT_MALFORMED',
      ],
      [
        'the payload has a member in other letter case',
        { payload: (text) => text.replace('"targetArtifact"', '"TARGETARTIFACT"') },
        'STATEMENT_MALFORMED',
      ],
      [
        'the protected header has a member twice',
        { header: (text) => text.replace('"alg"', '"alg":"none","alg"') },
        'ENVELOPE_MALFORMED',
      ],
    ]
    it.each(cases)('%s', async (_, changes, code) => {
      const image = await forged('jws', changes)
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      expect((await trust.zegelSays(image.pinned)).slice(0, 2)).toEqual([1, code])
    })
  })

  describe('whom a policy trusts', () => {
    it('a name with an e-mail address', async () => {
      const named = signing.member({ subject: [...exampleName('release'), ['E', 'release@example.org']] })
      const image = await forged('jws', { signer: named })
      expect(await trust.notationVerifies(image.pinned)).toBe(false)
      expect(await trust.zegelSays(image.pinned)).toEqual([0])
      const all = await signing.trust('all', { trustedIdentities: ['*'] })
      expect(await all.notationVerifies(image.pinned)).toBe(true)
    })

    it('a policy that looks at nothing, for everything', async () => {
      const skipping = await signing.trust('skip-all', { level: 'skip' })
      const image = await world.image('docker-registry')
      expect(await skipping.notationVerifies(image.pinned)).toBe(true)
      const { status, report } = await programs.zegel(['verify', ...skipping.flags, image.pinned])
      expect([status, report.code]).toEqual([2, 'TRUST_POLICY_INVALID'])
    })
  })

  describe('what is written', () => {
    it('signing again adds nothing', async () => {
      const [theirs, ours] = [await world.image('registry-honest'), await world.image('registry-honest')]
      for (let time = 0; time < 3; time++) {
        await signing.notationSigns('jws', 'p256', theirs.pinned)
        await signing.zegelSigns('jws', 'p256', ours.pinned)
      }
      expect((await trust.zegelVerifies(theirs.pinned)).candidates).toHaveLength(3)
      expect((await trust.zegelVerifies(ours.pinned)).candidates).toHaveLength(1)
    })

    it('a registry with a Referrers API gets no fallback tag', async () => {
      const [theirs, ours] = [await world.image('registry-honest'), await world.image('registry-honest')]
      await signing.notationSigns('jws', 'p256', theirs.pinned)
      await signing.zegelSigns('jws', 'p256', ours.pinned)
      expect(await listedUnderFallbackTag(theirs)).toHaveLength(1)
      expect(await listedUnderFallbackTag(ours)).toEqual([])
      for (const { pinned } of [theirs, ours]) expect(await trust.notationVerifies(pinned)).toBe(true)
    })

    it('certificates in any order', async () => {
      const shuffled = { ...signing.member(), chain: signer.chain }
      const mixed = { ...signer, chain: signer.chain.toReversed() }
      const image = await world.image('docker-registry')
      for (const wrong of [shuffled, mixed])
        await expect(signing.notationSigns('jws', wrong, image.pinned)).rejects.toThrow()
      const args = ['sign', '--format', 'notation-jws', ...(await signing.keyFlags(shuffled)), image.pinned]
      const { status, report } = await programs.zegel(args)
      expect([status, report.code]).toEqual([2, 'SIGNING_CHAIN_INVALID'])
      await signing.zegelSigns('jws', mixed, image.pinned)
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
    })
  })

  describe('what is answered', () => {
    it('unsigned, refused and not seen are told apart', async () => {
      const unsigned = await world.image('docker-registry')
      const refused = await forged('jws', { signer: signing.foreignMember() })
      const missing = `${unsigned.repository}@sha256:${'0'.repeat(64)}`
      const answers: unknown[] = []
      for (const image of [unsigned.pinned, refused.pinned, missing]) {
        const theirs = await trust.notation(['verify', image])
        const { status, report } = await programs.zegel(['verify', ...trust.flags, image])
        answers.push([theirs.status, status, imageOf(report).reason.code])
      }
      expect(answers).toEqual([
        [1, 1, 'NO_SIGNATURE'],
        [1, 1, 'NONE_PASSED'],
        [1, 3, 'IMAGE_MISSING'],
      ])
    })

    it('a refusal says why, and what to do', async () => {
      const image = await forged('jws', { signer: signing.foreignMember() })
      const { stderr } = await trust.notation(['verify', image.pinned])
      expect(stderr).toContain('signature verification failed for all the signatures')
      expect(stderr).not.toMatch(/trust store|not trusted/i)
      const { report } = await programs.zegel(['verify', ...trust.flags, image.pinned])
      expect(imageOf(report).reason).toMatchObject({ detail: expect.any(String), fix: expect.any(String) })
      expect((await trust.zegelSays(image.pinned))[1]).toBe('NOT_IN_TRUST_STORE')
    })
  })

  describe('what any pusher can do', () => {
    /** A good signature, and before it whatever is made of its entry in the list. */
    async function listedAfter(
      junk: (image: TestImage, good: object) => Promise<readonly object[]>,
    ): Promise<TestImage> {
      const image = await world.image('docker-registry')
      await signing.notationSigns('jws', 'p256', image.pinned)
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      const [good] = await listedUnderFallbackTag(image)
      if (good === undefined) throw new Error('notation listed nothing')
      await listUnderFallbackTag(image, [...(await junk(image, good)), good])
      return image
    }

    it('a malformed signature is listed before the good one', async () => {
      const image = await listedAfter(async (at) => [await hang(at, 'jws', utf8('{}'), utf8('{"a":1}'))])
      expect(await trust.notationVerifies(image.pinned)).toBe(false)
      const { candidates, problems } = await trust.zegelVerifies(image.pinned)
      expect(candidates).toMatchObject([{ kind: 'notation', verdict: 'passed' }])
      expect(problems).toMatchObject([{ code: 'ATTACHMENT_MALFORMED' }])
    })

    it('a signature is listed with another size before the good one', async () => {
      const image = await listedAfter(async (at) => {
        const junk: Descriptor = await hang(at, 'jws', utf8('{}'))
        return [{ ...junk, size: junk.size + 1 }]
      })
      expect(await trust.notationVerifies(image.pinned)).toBe(false)
      expect((await trust.zegelVerifies(image.pinned)).verdict).toBe('verified')
    })

    it('a hundred signatures by nobody are listed before the good one', async () => {
      const image = await listedAfter(async (at) => {
        const junk: Descriptor[] = []
        for (let count = 0; count < 100; count++) junk.push(await hang(at, 'jws', utf8(`{"junk":${count}}`)))
        return junk
      })
      expect(await trust.notationVerifies(image.pinned)).toBe(false)
      expect(await trust.notationVerifies(image.pinned, '--max-signatures', '101')).toBe(true)
      const { verdict, candidates } = await trust.zegelVerifies(image.pinned)
      expect([verdict, candidates.length]).toEqual(['verified', 101])
    })
  })

  it('docs/interop.md has a row for every one of these tests, and for no other', async ({ task }) => {
    const docs = await readFile(new URL('../../docs/interop.md', import.meta.url), 'utf8')
    const notationPart = docs.split('\n## Notation').slice(1).join('')
    const named = [...notationPart.matchAll(/\| `([^`]+)` \|$/gm)].map(([, name]) => name)
    const titles = task.file.tasks.flatMap(testsIn).filter((title) => title !== task.name && title !== UNCHANGED)
    expect(named.toSorted()).toEqual(titles.toSorted())
  })
})

function testsIn(task: RunnerTask): readonly string[] {
  return task.type === 'suite' ? task.tasks.flatMap(testsIn) : [task.name]
}

/** The options of signing and verifying with notation and zegel: expiry, metadata, timestamps, levels, several signatures, indexes, layouts. */

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthorityServer, serveAuthority } from '../../src/authority/index.ts'
import { rfc3339, silentLog } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { encodings, notationPlaces, type Trust, useNotation } from './notation-world.ts'
import { programsIn } from './programs.ts'
import { type TestImage, useWorld } from './world.ts'

const DAY = 86_400_000
const signers = ['notation', 'zegel'] as const

interface Inspected {
  readonly mediaType: string
  readonly Signatures: readonly {
    readonly signatureAlgorithm: string
    readonly signedAttributes: Readonly<Record<string, string>>
    readonly userDefinedAttributes: Readonly<Record<string, string>> | null
    readonly unsignedAttributes: Readonly<Record<string, unknown>>
    readonly certificates: readonly unknown[]
    readonly signedArtifact: { readonly digest: string; readonly mediaType: string; readonly size: number }
  }[]
}

describeWithPeers(['notation', 'docker-registry', 'registry-honest'], 'options of notation and zegel', () => {
  const world = useWorld(notationPlaces)
  const programs = programsIn(world)
  const { zegel, zegelDoes } = programs
  const signing = useNotation(world, programs, notationPlaces)
  let trust: Trust
  let stamped: Trust
  let server: AuthorityServer
  let stamping: readonly string[]
  beforeAll(async () => {
    trust = await signing.trust('options')
    const trustStores = ['ca:testing', 'tsa:testing']
    stamped = await signing.trust('stamped', { trustStores, verifyTimestamp: 'always' })
    const random = (length: number): Uint8Array => randomBytes(length)
    server = await serveAuthority({
      issuers: signing.authority,
      issued: [],
      revoked: async () => [],
      freshMs: DAY,
      clock: Date.now,
      random,
      address: '127.0.0.1',
      port: 0,
      allowRemote: false,
      log: silentLog,
    })
    const root = writePem('CERTIFICATE', signing.authority.tsaRoot.certificate.raw)
    stamping = ['--timestamp-url', server.url, '--timestamp-root-cert', await world.write('tsa-root.pem', root)]
  })
  afterAll(() => server.close())

  const sign = (by: (typeof signers)[number], ...args: Parameters<typeof signing.zegelSigns>): Promise<void> =>
    by === 'zegel' ? signing.zegelSigns(...args) : signing.notationSigns(...args)
  const newImage = (): Promise<TestImage> => world.image('docker-registry')

  describe.each(signers)('signed by %s', (by) => {
    describe.each(encodings)('as %s', (encoding) => {
      it('--expiry: accepted before, refused after', async () => {
        const image = await newImage()
        await sign(by, encoding, 'p256', image.pinned, '--expiry', '24h')
        expect([await trust.notationVerifies(image.pinned), await trust.zegelSays(image.pinned)]).toEqual([true, [0]])
        const later = ['--at', rfc3339(Math.floor((Date.now() + 2 * DAY) / 1000) * 1000)]
        expect(await trust.zegelSays(image.pinned, ...later)).toEqual([1, 'SIGNATURE_EXPIRED'])
      })

      it('an expired one is refused by both', async () => {
        const image = await newImage()
        await sign(by, encoding, 'p256', image.pinned, '--expiry', '1s')
        await new Promise((resolve) => setTimeout(resolve, 2100))
        expect(await trust.notationVerifies(image.pinned)).toBe(false)
        expect(await trust.zegelSays(image.pinned)).toEqual([1, 'SIGNATURE_EXPIRED'])
      })

      it('--user-metadata: both demand the signed values', async () => {
        const image = await newImage()
        const metadata = ['-m', 'build=42', '-m', 'env=<prod> & more', '-m', 'line=\u2028 é']
        await sign(by, encoding, 'p384', image.pinned, ...metadata)
        expect(await trust.notationVerifies(image.pinned, ...metadata)).toBe(true)
        const demanded = metadata.map((part) => (part === '-m' ? '-a' : part))
        expect(await trust.zegelSays(image.pinned, ...demanded)).toEqual([0])
        for (const wrong of ['build=43', 'other=42']) {
          expect(await trust.notationVerifies(image.pinned, '-m', wrong)).toBe(false)
          expect(await trust.zegelSays(image.pinned, '-a', wrong)).toEqual([1, 'ANNOTATION_MISMATCH'])
        }
      })

      it('--timestamp-url: both check the timestamp, and it outlives the certificate', async () => {
        const image = await newImage()
        await sign(by, encoding, 'rsa3072', image.pinned, ...stamping)
        expect(await stamped.notationVerifies(image.pinned)).toBe(true)
        expect(await stamped.zegelSays(image.pinned)).toEqual([0])
        const later = ['--at', rfc3339(Math.floor((Date.now() + 700 * DAY) / 1000) * 1000)]
        expect(await stamped.zegelSays(image.pinned, ...later)).toEqual([0])
        expect(await trust.zegelSays(image.pinned, ...later)).toEqual([1, 'CERTIFICATE_EXPIRED'])
        const plain = await newImage()
        await sign(by, encoding, 'rsa3072', plain.pinned)
        expect(await stamped.notationVerifies(plain.pinned)).toBe(false)
        expect(await stamped.zegelSays(plain.pinned)).toEqual([1, 'TIMESTAMP_MISSING'])
      })

      it('inspect and list of notation show all of it', async () => {
        const image = await newImage()
        await sign(by, encoding, 'p521', image.pinned, ...stamping, '--expiry', '24h', '-m', 'build=42')
        const { status, stdout } = await trust.notation(['inspect', '-o', 'json', image.pinned])
        expect(status).toBe(0)
        const { mediaType, Signatures } = JSON.parse(stdout) as Inspected
        const { digest, size } = image.descriptor
        expect(mediaType).toBe(image.descriptor.mediaType)
        expect(Signatures).toMatchObject([
          {
            signatureAlgorithm: 'ECDSA-SHA-512',
            signedAttributes: { signingScheme: 'notary.x509' },
            userDefinedAttributes: { build: '42' },
            signedArtifact: { digest, size, mediaType },
          },
        ])
        expect(Object.keys(Signatures[0]?.signedAttributes ?? {}).sort()).toEqual([
          'expiry',
          'signingScheme',
          'signingTime',
        ])
        expect(Object.keys(Signatures[0]?.unsignedAttributes ?? {}).sort()).toEqual([
          'signingAgent',
          'timestampSignature',
        ])
        expect(Signatures[0]?.certificates).toHaveLength(3)
        const listed = await trust.notation(['list', image.pinned])
        expect(listed.stdout).toContain('application/vnd.cncf.notary.signature')
        expect(listed.stdout.match(/sha256:[0-9a-f]{64}/g)).toHaveLength(2)
        const shown = await zegelDoes(['inspect', image.pinned])
        expect(JSON.stringify(shown)).toContain('"notation"')
      })
    })

    it('two signatures: one that passes is enough, whichever it is', async () => {
      const stranger = signing.member({
        subject: [
          ['C', 'NL'],
          ['ST', 'Utrecht'],
          ['O', 'Others'],
        ],
      })
      const image = await newImage()
      await sign(by, 'jws', stranger, image.pinned)
      expect([await trust.notationVerifies(image.pinned), await trust.zegelSays(image.pinned)]).toEqual([
        false,
        [1, 'IDENTITY_NOT_TRUSTED'],
      ])
      await sign(by, 'cose', 'p256', image.pinned)
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      const { candidates } = await trust.zegelVerifies(image.pinned)
      expect(candidates.map(({ verdict }) => verdict).sort()).toEqual(['failed', 'passed'])
    })
  })

  describe('levels of a trust policy', () => {
    it.each([
      ['strict', false, [1, 'NOT_IN_TRUST_STORE']],
      ['permissive', false, [1, 'NOT_IN_TRUST_STORE']],
      ['audit', true, [0, 'NOT_IN_TRUST_STORE', 'REVOCATION_UNKNOWN']],
    ] as const)('%s: a root that nobody trusts', async (level, byNotation, byZegel) => {
      const foreign = signing.foreignMember()
      const asked = await signing.trust(`level-${level}`, { level, trustedIdentities: ['*'] })
      const image = await newImage()
      await signing.notationSigns('jws', foreign, image.pinned)
      expect(await asked.notationVerifies(image.pinned)).toBe(byNotation)
      expect((await asked.zegelSays(image.pinned)).slice(0, byZegel.length)).toEqual(byZegel)
    })

    it.each([
      ['strict', false, [1, 'SIGNATURE_EXPIRED']],
      ['permissive', true, [0, 'SIGNATURE_EXPIRED']],
      ['audit', true, [0, 'SIGNATURE_EXPIRED']],
    ] as const)('%s: a signature that expired', async (level, byNotation, byZegel) => {
      const asked = await signing.trust(`expired-${level}`, { level })
      const image = await newImage()
      await signing.notationSigns('cose', 'p256', image.pinned, '--expiry', '1s')
      await new Promise((resolve) => setTimeout(resolve, 2100))
      expect(await asked.notationVerifies(image.pinned)).toBe(byNotation)
      expect(await asked.zegelSays(image.pinned)).toEqual(byZegel)
    })

    it('no level but skip accepts an unsigned image', async () => {
      const image = await newImage()
      for (const level of ['strict', 'permissive', 'audit'] as const) {
        const asked = await signing.trust(`unsigned-${level}`, { level })
        expect([
          await asked.notationVerifies(image.pinned),
          (await zegel(['verify', ...asked.flags, image.pinned])).status,
        ]).toEqual([false, 1])
      }
      const registryScopes = [image.repository]
      const skipping = await signing.trust('skip', { level: 'skip', registryScopes })
      expect(await skipping.notationVerifies(image.pinned)).toBe(true)
      expect((await skipping.zegelVerifies(image.pinned)).verdict).toBe('unproven')
    })

    it('a repository that no statement is about is refused', async () => {
      const asked = await signing.trust('elsewhere', { registryScopes: ['registry.example.org/shop/api'] })
      const image = await newImage()
      await signing.zegelSigns('jws', 'p256', image.pinned)
      expect([await asked.notationVerifies(image.pinned), await asked.zegelSays(image.pinned)]).toMatchObject([
        false,
        [1],
      ])
    })
  })

  it.each(notationPlaces)('--recursive over an index on %s: notation verifies each', async (place) => {
    const index = await world.index(place)
    await signing.zegelSigns('jws', 'p256', index.tagged, '--recursive')
    for (const { pinned } of [index, ...index.children]) expect(await trust.notationVerifies(pinned)).toBe(true)
    const { children } = await trust.zegelVerifies(index.tagged, '--recursive', '--each')
    expect(children?.map(({ provenBy }) => provenBy)).toEqual(['itself', 'itself'])
  })

  it.each(notationPlaces)(
    'an index signed alone by notation on %s: its images are proven through it',
    async (place) => {
      const index = await world.index(place)
      await signing.notationSigns('cose', 'p256', index.pinned)
      const { children } = await trust.zegelVerifies(index.tagged, '--recursive')
      expect(children?.map(({ provenBy }) => provenBy)).toEqual(['index', 'index'])
      const [child] = index.children
      expect([
        await trust.notationVerifies(child?.pinned ?? ''),
        (await trust.zegelSays(child?.pinned ?? ''))[0],
      ]).toEqual([false, 1])
    },
  )
})

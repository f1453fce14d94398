/** Listings that lie, signers that count twice, policies that leak into one another (attack checklist 12 and 14 to 16). */

import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { notationMediaType } from '../../src/attachments/index.ts'
import { digestOf, limits, utf8 } from '../../src/base/index.ts'
import { mediaTypes } from '../../src/oci/index.ts'
import { offlineRevocation, type RevocationSource, rememberingRevocation } from '../../src/trust/index.ts'
import { type Question, verifyImage, verifyRecursively, verifyThroughIndex } from '../../src/verification/index.ts'
import { attachBundle, signatureStatement } from '../support/attach.ts'
import {
  make,
  makeCertificate,
  makeChain,
  type TestCertificate,
  type TestChain,
  usual,
} from '../support/certificates.ts'
import { putBlob, putImage, putIndex } from '../support/image.ts'
import { testSigner } from '../support/keys.ts'
import {
  attach,
  codesOf,
  cose,
  header,
  judged,
  jws,
  type Place,
  place,
  questionOf,
  raw,
  release,
  storeOf,
  trustOf,
} from '../support/notation-attack.ts'
import { day, makeCrl, now, serialOf } from '../support/revocation.ts'

const evil = makeChain()
const whole = ({ leaf, intermediate, root }: TestChain): readonly TestCertificate[] => [leaf, intermediate, root]
const THUMBPRINTS = 'io.cncf.notary.x509chain.thumbprint#S256'
const verdictOf = async ({ store, image }: Place, question: Question): Promise<string> =>
  (await verifyImage({ image: store }, image.digest, question)).verdict

describe('12. referrers that lie', () => {
  test('annotations of the trusted certificates do not make others trusted', async () => {
    const where = await place()
    const thumbprints = whole(release).map(({ der }) => digestOf(der).slice(7))
    await attach(where, jws(where.image, { chain: whole(evil) }), {
      manifest: { annotations: { [THUMBPRINTS]: JSON.stringify(thumbprints) } },
    })
    const found = await verifyImage({ image: where.store }, where.image.digest, questionOf())
    expect([found.verdict, codesOf(found)[0]]).toEqual(['refused', 'NOT_IN_TRUST_STORE'])
  })
  test.each<[string, Record<string, unknown>, string]>([
    ['thumbprints of others do not hide a good one', { annotations: { [THUMBPRINTS]: '["00"]' } }, 'verified'],
    ['thumbprints that are no list', { annotations: { [THUMBPRINTS]: '{' } }, 'verified'],
    ['the shape of notation 2', { artifactType: notationMediaType }, 'verified'],
    ['another type of artifact', { artifactType: 'application/x-nothing' }, 'refused'],
    ['no layer', { layers: [] }, 'refused'],
  ])('%s', async (_, manifest, expected) => {
    const where = await place()
    await attach(where, jws(where.image), { manifest })
    expect(await verdictOf(where, questionOf())).toBe(expected)
  })
  test('two layers: nobody knows which one counts', async () => {
    const where = await place()
    const layers = [
      await putBlob(where.store, 'application/jose+json', jws(where.image)),
      await putBlob(where.store, 'application/jose+json', '{}'),
    ]
    await attach(where, jws(where.image), { manifest: { layers } })
    expect(await verdictOf(where, questionOf())).not.toBe('verified')
  })
  test.each<[string, object]>([
    ['nothing', {}],
    ['noise', { layers: [{ mediaType: 'application/jose+json', digest: digestOf(utf8('x')), size: 1 }] }],
    [
      'a layer that is larger than is read',
      { layers: [{ mediaType: 'application/cose', digest: digestOf(utf8('y')), size: limits.signatureBytes + 1 }] },
    ],
  ])('junk beside a good signature does not keep it from counting: %s', async (_, manifest) => {
    const where = await place()
    await attach(where, Buffer.from('ffff', 'hex'), {
      mediaType: 'application/cose',
      manifest: { annotations: { a: '1' }, ...manifest },
    })
    await attach(where, jws(where.image))
    await attach(where, utf8('{'), { manifest: { annotations: { b: '2' } } })
    expect(await verdictOf(where, questionOf())).toBe('verified')
  })
  test('a signature that was not seen is unknown, not refused', async () => {
    const where = await place()
    await attach(where, jws(where.image), {
      manifest: { layers: [{ mediaType: 'application/jose+json', digest: digestOf(utf8('x')), size: 1 }] },
    })
    expect(await verdictOf(where, questionOf())).toBe('unknown')
  })
})

describe('14. plugins that an envelope names', () => {
  const plugin = header('verificationPlugin')
  const names = [
    '../../../../bin/sh',
    '/bin/sh',
    '..',
    'com.example.plugin',
    'a\u0000b',
    '$(touch /tmp/zegel-attack-ran)',
    'x'.repeat(10_000),
  ]
  test.each(names)('%s', async (name) => {
    const crit = [header('signingScheme'), plugin]
    for (const made of [
      await judged((image) => jws(image, { protected: { crit, [plugin]: name } })),
      await judged((image) =>
        cose(image, { protected: { 2: raw.array(...crit.map(raw.text)), [plugin]: raw.text(name) } }),
      ),
    ])
      expect(made.slice(0, 2)).toEqual(['refused', 'PLUGIN_NOT_ALLOWED'])
    expect(existsSync('/tmp/zegel-attack-ran')).toBe(false)
  })
  test.each<[string, Record<string, unknown>]>([
    ['not marked as critical', { [plugin]: 'p' }],
    [
      'a version without a name',
      {
        crit: [header('signingScheme'), header('verificationPluginMinVersion')],
        [header('verificationPluginMinVersion')]: '1.0.0',
      },
    ],
    ['an empty name', { crit: [header('signingScheme'), plugin], [plugin]: '' }],
    ['in a list', { crit: [header('signingScheme'), plugin], [plugin]: ['p'] }],
    ['in another case', { [header('verificationplugin')]: 'p' }],
  ])('%s', async (_, headers) => {
    expect(await judged((image) => jws(image, { protected: headers }))).toEqual(['refused', 'ENVELOPE_MALFORMED'])
  })
})

describe('16. what was judged before, under another policy', () => {
  test('a chain that one policy trusts is still none of another', async () => {
    const trusted = trustOf('strict', { stores: [storeOf('ca', evil.root)] })
    for (const trusts of [[trusted], [trustOf()], [trusted], [trustOf()]]) {
      const [verdict] = await judged((image) => jws(image, { chain: whole(evil) }), { trusts })
      expect(verdict).toBe(trusts[0] === trusted ? 'verified' : 'refused')
    }
  })
  test('a broken chain stays broken, whoever asks for what', async () => {
    const chain = [evil.leaf, release.intermediate, release.root]
    for (let time = 0; time < 3; time++)
      expect((await judged((image) => jws(image, { chain })))[1]).toBe('CERTIFICATE_CHAIN_INVALID')
    expect(await judged((image) => jws(image))).toEqual(['verified'])
  })
  test('a chain is known by all of its bytes: the same octets, cut elsewhere, are another', async () => {
    const { leaf, intermediate, root } = release
    const joined = { ...leaf, der: Buffer.concat([leaf.der, intermediate.der]) }
    expect(await judged((image) => jws(image))).toEqual(['verified'])
    expect((await judged((image) => jws(image, { chain: [joined, root] })))[1]).toBe('CERTIFICATE_CHAIN_INVALID')
  })
  test('the image in two repositories with two policies, at once', async () => {
    const where = await place()
    await attach(where, jws(where.image, { chain: whole(evil) }))
    const lax = questionOf({ trusts: [trustOf('strict', { stores: [storeOf('ca', evil.root)] })] })
    expect(await Promise.all([verdictOf(where, lax), verdictOf(where, questionOf()), verdictOf(where, lax)])).toEqual([
      'verified',
      'refused',
      'verified',
    ])
  })
  test('a list that was remembered for one certificate says nothing of another, nor at another time', async () => {
    const at = 'http://crl.test/one'
    const of = (chain: TestChain) => ({ chain: whole(chain) })
    const [one, other] = [1, 2].map(() => makeChain({ leaf: { extensions: [...usual.codeSigning(), make.crlAt(at)] } }))
    if (one === undefined || other === undefined) throw new Error('There are two.')
    const source: RevocationSource = rememberingRevocation({
      ...offlineRevocation,
      crl: async () => ({ base: makeCrl({ issuer: one.intermediate, nextUpdate: now + day }) }),
    })
    const trusts = [trustOf('strict', { stores: [storeOf('ca', one.root, other.root)] })]
    expect(await judged((image) => jws(image, of(one)), { trusts, revocation: source })).toEqual(['verified'])
    expect(await judged((image) => jws(image, of(other)), { trusts, revocation: source })).toEqual([
      'unknown',
      'REVOCATION_UNKNOWN',
    ])
    expect((await judged((image) => jws(image, of(one)), { trusts, revocation: source, at: now + 2 * day }))[0]).toBe(
      'unknown',
    )
    const revoking: RevocationSource = {
      ...offlineRevocation,
      crl: async () => ({ base: makeCrl({ issuer: one.intermediate, revoked: [{ serial: serialOf(one.leaf) }] }) }),
    }
    expect((await judged((image) => jws(image, of(one)), { trusts, revocation: revoking }))[0]).toBe('refused')
  })
})

describe('16. a threshold counts signers', () => {
  const issue = (subject: string, key = makeChain().leaf.key): readonly TestCertificate[] => [
    makeCertificate({ subject, key, issuer: release.intermediate, extensions: usual.codeSigning() }),
    release.intermediate,
    release.root,
  ]
  const [alice, bob] = [testSigner('alice.pub'), testSigner('bob.pub')]
  const asked = (threshold: number, more: Partial<Question> = {}, trusts = [trustOf()]): Question =>
    questionOf({ trusts, more: { threshold, ...more } })
  async function count(
    chains: readonly (readonly TestCertificate[])[],
    question: Question,
    bundles = [] as readonly (typeof alice)[],
  ): Promise<string> {
    const where = await place()
    for (const chain of chains) await attach(where, jws(where.image, { chain }))
    for (const { key } of bundles)
      await attachBundle(where.store, where.image, { key, statement: signatureStatement(where.image) })
    return verdictOf(where, question)
  }
  test.each<[string, readonly (readonly TestCertificate[])[], string]>([
    ['two subjects with two keys', [issue('A'), issue('B')], 'verified'],
    ['one signature twice', [whole(release), whole(release)], 'refused'],
    ['one key in two certificates', [issue('A', alice.key), issue('B', alice.key)], 'refused'],
    ['one subject with two keys', [issue('A'), issue('A')], 'refused'],
    ['one that nobody trusts', [issue('A'), whole(evil)], 'refused'],
  ])('%s', async (_, chains, expected) => {
    expect(await count(chains, asked(2))).toBe(expected)
  })
  test('a key, and the certificate of that key', async () => {
    expect(await count([issue('A', alice.key)], asked(2, { keys: [alice.trusted] }), [alice])).toBe('refused')
    expect(await count([issue('A', alice.key)], asked(2, { keys: [alice.trusted, bob.trusted] }), [alice, bob])).toBe(
      'verified',
    )
  })
  test('one subject that renewed its key, and the new key by itself, in any order', async () => {
    const chains = [issue('A', alice.key), issue('A', bob.key)]
    for (const order of [chains, chains.toReversed()])
      for (const own of [alice, bob])
        expect(await count(order, asked(2, { keys: [own.trusted] }), [own])).toBe('refused')
  })
  test('two policies that accept the same signer', async () => {
    expect(await count([issue('A')], asked(2, {}, [trustOf(), trustOf('permissive', { name: 'other' })]))).toBe(
      'refused',
    )
  })
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a threshold of %d', async (threshold) => {
    await expect(count([issue('A')], asked(threshold))).rejects.toMatchObject({ code: 'VERIFY_THRESHOLD_INVALID' })
  })
})

describe('16. levels that let through', () => {
  const signed = async (): Promise<Place> => {
    const where = await place()
    await attach(
      where,
      jws(where.image, {
        chain: whole(evil),
        payload: utf8(JSON.stringify({ targetArtifact: { ...where.image, annotations: { env: 'prod' } } })),
      }),
    )
    return where
  }
  const alice = testSigner('alice.pub')
  test.each<[string, Parameters<typeof questionOf>[0]]>([
    ['audit beside a key', { trusts: [trustOf('audit')], more: { keys: [alice.trusted] } }],
    ['skip beside a key', { trusts: [trustOf('skip')], more: { keys: [alice.trusted] } }],
    ['audit beside strict', { trusts: [trustOf(), trustOf('audit')] }],
    ['skip beside strict', { trusts: [trustOf('skip'), trustOf()] }],
    ['audit under a threshold', { trusts: [trustOf('audit')], more: { threshold: 2 } }],
    [
      'strict that only logs who signed, beside strict',
      { trusts: [trustOf(), { ...trustOf(), actions: { ...trustOf().actions, authenticity: 'log' } }] },
    ],
    ['annotations under skip', { trusts: [trustOf('skip')], more: { annotations: { env: 'prod' } } }],
    ['a name under skip', { trusts: [trustOf('skip')], more: { name: 'registry.test/shop/api' } }],
  ])('%s is no question', async (_, asked) => {
    await expect(verdictOf(await signed(), questionOf(asked))).rejects.toMatchObject({
      code: 'VERIFY_POLICY_PROVES_NOTHING',
    })
  })
  test('audit says unproven, of what somebody signed, and only with the annotations that are asked for', async () => {
    const where = await signed()
    const audit = (annotations: Record<string, string> = {}): Question =>
      questionOf({ trusts: [trustOf('audit')], more: { annotations } })
    const found = await verifyImage({ image: where.store }, where.image.digest, audit())
    expect([found.verdict, found.reason.code, found.signers]).toEqual(['unproven', 'LET_THROUGH', []])
    expect(found.candidates.map(({ annotations }) => annotations)).toEqual([undefined])
    expect(await verdictOf(where, audit({ env: 'prod' }))).toBe('unproven')
    expect(await verdictOf(where, audit({ env: 'test' }))).toBe('refused')
    expect(await verdictOf(await place(), audit())).toBe('refused')
    expect(
      (await judged((image) => jws(image, { key: evil.leaf.key }), { trusts: [trustOf('audit')] })).slice(0, 2),
    ).toEqual(['refused', 'SIGNATURE_INVALID'])
  })
  test('nothing is let through that nobody has', async () => {
    const { store } = await place()
    const found = await verifyImage({ image: store }, digestOf(utf8('none')), questionOf({ trusts: [trustOf('skip')] }))
    expect([found.verdict, found.reason.code]).toEqual(['unknown', 'IMAGE_MISSING'])
  })
  test('neither level says anything of an attestation', async () => {
    for (const level of ['skip', 'audit'] as const) {
      const about = { kind: 'attestation', predicateType: 'any' } as const
      expect(await verdictOf(await signed(), questionOf({ trusts: [trustOf(level)], more: { about } }))).toBe('refused')
    }
  })
  test('permissive does not let through who is not trusted', async () => {
    expect(
      (await judged((image) => jws(image, { chain: whole(evil) }), { trusts: [trustOf('permissive')] })).slice(0, 2),
    ).toEqual(['refused', 'NOT_IN_TRUST_STORE'])
  })
  test.each(['audit', 'skip'] as const)(
    'an index that %s lets through lets through the images that it names, as unproven, and no others',
    async (level) => {
      const { store, image } = await place()
      const other = await putImage(store, 'evil')
      const index = await putIndex(store, [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }])
      await attach({ store, image: index }, jws(index, { chain: whole(evil) }))
      const question = questionOf({ trusts: [trustOf(level)] })
      const through = async (digest: typeof image.digest): Promise<string> =>
        (await verifyThroughIndex({ image: store }, digest, index.digest, question)).verdict
      expect([await through(image.digest), await through(other.digest)]).toEqual(['unproven', 'refused'])
      const whole_ = await verifyRecursively({ image: store }, index.digest, question, { each: false })
      expect([whole_.verdict, whole_.children[0]?.provenBy]).toEqual(['unproven', 'nothing'])
      expect((await verifyRecursively({ image: store }, index.digest, question, { each: true })).verdict).toBe(
        'refused',
      )
    },
  )
  test('a signed index is not signed as the images in it', async () => {
    const { store, image } = await place()
    const index = await putIndex(store, [image])
    await attach({ store, image: index }, jws(index))
    await attach({ store, image }, jws(index))
    expect(await verdictOf({ store, image: index }, questionOf())).toBe('verified')
    expect(await verdictOf({ store, image }, questionOf())).toBe('refused')
    expect(image.mediaType).toBe(mediaTypes.manifest)
  })
})

/** Chains of certificates and trust stores that a naive verifier takes for others (attack checklist 7 and 8). */

import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derValue } from '../../src/crypto/index.ts'
import { parseIdentity, type TrustStoreType } from '../../src/trust/index.ts'
import {
  generalName,
  make,
  makeCertificate,
  makeChain,
  nameOf,
  purposes,
  type TestCertificate,
  type TestChain,
  usual,
} from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import {
  authorityHeader,
  cose,
  type JwsAttack,
  judged,
  jws,
  release,
  storeOf,
  trustOf,
} from '../support/notation-attack.ts'
import { makeAuthority, makeToken } from '../support/timestamps.ts'

const { root, intermediate, leaf } = release
const evil = makeChain()
const whole = (chain: TestChain): readonly TestCertificate[] => [chain.leaf, chain.intermediate, chain.root]

async function refusedWith(code: string, attack: JwsAttack, trusts = [trustOf()]): Promise<void> {
  for (const made of [
    await judged((image) => jws(image, attack), { trusts }),
    await judged((image) => cose(image, attack.chain === undefined ? {} : { chain: attack.chain }), { trusts }),
  ])
    expect([made[0], made.includes(code)]).toEqual(['refused', true])
}

describe('7. chains', () => {
  const selfSigned = makeCertificate({
    subject: 'Intermediate',
    extensions: usual.authority(0),
    key: evil.intermediate.key,
  })
  const underSelf = makeCertificate({ subject: 'Leaf', issuer: selfSigned, extensions: usual.codeSigning() })
  const byName = makeCertificate({ subject: 'Leaf', issuer: evil.intermediate, extensions: usual.codeSigning() })
  const underLeaf = makeCertificate({ subject: 'Under a leaf', issuer: leaf, extensions: usual.codeSigning() })
  const second = makeCertificate({ subject: 'Second', issuer: intermediate, extensions: usual.authority() })
  const underSecond = makeCertificate({ subject: 'Too deep', issuer: second, extensions: usual.codeSigning() })
  const twinRoot = makeCertificate({ subject: 'Root', extensions: usual.authority() })
  const underTwin = makeCertificate({ subject: 'Leaf', issuer: twinRoot, extensions: usual.codeSigning() })

  test.each<[string, readonly TestCertificate[]]>([
    ['the trusted root behind a chain of another', [...whole(evil), root]],
    ['the trusted root behind another leaf', [evil.leaf, root]],
    ['the trusted chain behind another leaf', [evil.leaf, intermediate, root]],
    ['the trusted chain behind a leaf that names it and is signed by another', [byName, intermediate, root]],
    ['a trusted certificate in between', [evil.leaf, root, evil.intermediate, evil.root]],
    ['no root', [leaf, intermediate]],
    ['no intermediate', [leaf, root]],
    ['the leaf alone', [leaf]],
    ['out of order', [leaf, root, intermediate]],
    ['backwards', [root, intermediate, leaf]],
    ['the root twice', [leaf, intermediate, root, root]],
    ['the leaf twice', [leaf, leaf, intermediate, root]],
    ['a stranger at the end', [leaf, intermediate, root, evil.leaf]],
    ['an intermediate that signs itself', [underSelf, selfSigned, root]],
    ['a leaf that issues', [underLeaf, leaf, intermediate, root]],
    ['longer than the path length allows', [underSecond, second, intermediate, root]],
    ['a root of the same name with another key', [underTwin, root]],
  ])('%s', async (_, chain) => {
    await refusedWith('CERTIFICATE_CHAIN_INVALID', { chain, key: chain[0]?.key ?? leaf.key })
  })

  const authority = (...extensions: readonly Bytes[]): TestChain => makeChain({ intermediate: { extensions } })
  const signer = make.keyUsage(['keyCertSign', 'cRLSign'])
  const dns = [make.subjectAltName([generalName.dns('build.evil.test')])]
  const constrained = (...names: readonly [permitted: readonly Bytes[], excluded: readonly Bytes[]]): TestChain =>
    makeChain({
      leaf: { extensions: [...usual.codeSigning(), ...dns] },
      intermediate: { extensions: [...usual.authority(0), make.nameConstraints(...names)] },
    })
  test.each<[string, TestChain]>([
    ['an issuer without basic constraints', authority(signer)],
    ['an issuer that is no authority', authority(make.basicConstraints(false), signer)],
    ['an issuer whose basic constraints are not critical', authority(make.basicConstraints(true, 0, false), signer)],
    ['an issuer without key usage', authority(make.basicConstraints(true))],
    ['an issuer that may sign lists only', authority(make.basicConstraints(true), make.keyUsage(['cRLSign']))],
    ['a name beyond those that are permitted', constrained([generalName.dns('acme.test')], [])],
    ['a name that is excluded', constrained([], [generalName.dns('evil.test')])],
    [
      'a subject beyond those that are permitted',
      constrained([generalName.directory(nameOf([['2.5.4.6', 'NL']]))], []),
    ],
    [
      'a critical extension that nobody knows',
      authority(
        ...usual.authority(0),
        derValue(0x30, Buffer.from('06032a0304', 'hex'), Buffer.from('0101ff', 'hex'), Buffer.from('04020500', 'hex')),
      ),
    ],
    ['a root that ends below its path length', makeChain({ root: { extensions: usual.authority(0) } })],
  ])('%s', async (_, chain) => {
    await refusedWith('CERTIFICATE_CHAIN_INVALID', { chain: whole(chain) }, [
      trustOf('strict', { stores: [storeOf('ca', chain.root)] }),
    ])
  })

  test('what only looks like the trusted root: name, serial number and dates, another key', async () => {
    const again = makeChain({ root: { serial: 7 } })
    const twin = makeChain({ root: { serial: 7 } })
    await refusedWith('NOT_IN_TRUST_STORE', { chain: whole(twin) }, [
      trustOf('strict', { stores: [storeOf('ca', again.root)] }),
    ])
  })
  test('the trusted key in another certificate', async () => {
    const renewed = makeCertificate({ subject: 'Root', key: root.key, extensions: usual.authority() })
    await refusedWith('NOT_IN_TRUST_STORE', { chain: [leaf, intermediate, renewed] })
  })
})

describe('7. stores that stand in for one another', () => {
  const types: readonly TrustStoreType[] = ['ca', 'signingAuthority', 'tsa']
  const authority = makeAuthority()
  /** A signature that only a store of this type vouches for. */
  const attackOn: Readonly<Record<TrustStoreType, JwsAttack>> = {
    ca: {},
    signingAuthority: { protected: authorityHeader },
    tsa: { timestamp: (message) => makeToken({ authority, message }) },
  }
  const codeOf: Readonly<Record<TrustStoreType, string>> = {
    ca: 'NOT_IN_TRUST_STORE',
    signingAuthority: 'NOT_IN_TRUST_STORE',
    tsa: 'TIMESTAMP_INVALID',
  }
  const directions = types.flatMap((wanted) =>
    types.filter((held) => held !== wanted).map((held) => [held, wanted] as const),
  )
  test.each(directions)('%s in the place of %s', async (held, wanted) => {
    const stores =
      wanted === 'tsa'
        ? [storeOf('ca', root), storeOf(held, authority.root), storeOf('tsa', makeAuthority('Other').root)]
        : [storeOf(held, root)]
    const found = await judged((image) => jws(image, attackOn[wanted]), { trusts: [trustOf('strict', { stores })] })
    expect([found[0], found.includes(codeOf[wanted])]).toEqual(['refused', true])
  })
  test('a timestamp authority signs no code, and the trusted code signer no time', async () => {
    const chain = [authority.leaf, authority.intermediate, authority.root]
    await refusedWith('CERTIFICATE_CHAIN_INVALID', { chain }, [
      trustOf('strict', { stores: [storeOf('ca', authority.root)] }),
    ])
    const stores = [storeOf('ca', root), storeOf('tsa', root)]
    const own = { root, intermediate, leaf }
    const stamped = await judged(
      (image) => jws(image, { timestamp: (message) => makeToken({ authority: own, message }) }),
      { trusts: [trustOf('strict', { stores })] },
    )
    expect(stamped.slice(0, 2)).toEqual(['refused', 'TIMESTAMP_INVALID'])
  })
  test('the scheme in another case finds no store', async () => {
    const attack = { protected: { 'io.cncf.notary.signingScheme': 'notary.X509' } }
    const found = await judged((image) => jws(image, attack))
    expect([found[0], found.includes('NOT_IN_TRUST_STORE')]).toEqual(['refused', true])
  })
})

describe('7. who the leaf is', () => {
  const attributes = (...more: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] => [
    ['2.5.4.6', 'US'],
    ['2.5.4.8', 'WA'],
    ['2.5.4.10', 'ACME'],
    ...more,
  ]
  const asked = [parseIdentity('x509.subject: C=US, ST=WA, O=ACME, CN=release')]
  test.each<[string, readonly (readonly [string, string])[]]>([
    ['another name', attributes(['2.5.4.3', 'Release'])],
    ['a name with more behind it', attributes(['2.5.4.3', 'release\u0000.evil.test'])],
    ['a name with a space', attributes(['2.5.4.3', 'release '])],
    ['the name in two', attributes(['2.5.4.3', 'evil'], ['2.5.4.3', 'release'])],
    ['the organisation in two', [...attributes(['2.5.4.3', 'release']), ['2.5.4.10', 'Evil']]],
    ['all of it in one attribute', [['2.5.4.3', 'release,O=ACME,ST=WA,C=US']]],
    ['letters that look alike', attributes(['2.5.4.3', 'rele\u0430se'])],
    ['no name', []],
  ])('%s', async (_, subject) => {
    const chain = makeChain({ leaf: { subject } })
    const trust = trustOf('strict', { stores: [storeOf('ca', chain.root)], identities: asked })
    await refusedWith('IDENTITY_NOT_TRUSTED', { chain: whole(chain) }, [trust])
  })
  test('the trusted subject in the place of the issuer', async () => {
    const name = attributes(['2.5.4.3', 'release'])
    const chain = makeChain({ intermediate: { subject: name }, leaf: { subject: 'evil' } })
    const trust = trustOf('strict', { stores: [storeOf('ca', chain.root)], identities: asked })
    await refusedWith('IDENTITY_NOT_TRUSTED', { chain: whole(chain) }, [trust])
  })
  test.each<[string, Bytes]>([
    ['a wildcard', generalName.dns('*.acme.test')],
    ['a name below', generalName.dns('build.acme.test.evil.test')],
    ['a zero octet', generalName.dns('build.acme.test\u0000.evil.test')],
    ['an address with the name', generalName.email('build.acme.test')],
    ['a URI with the name', generalName.uri('build.acme.test')],
  ])('an alternative name: %s', async (_, name) => {
    const chain = makeChain({ leaf: { extensions: [...usual.codeSigning(), make.subjectAltName([name])] } })
    const identities = [parseIdentity('x509.san: dns:build.acme.test')]
    const trust = trustOf('strict', { stores: [storeOf('ca', chain.root)], identities })
    const found = await judged((image) => jws(image, { chain: whole(chain) }), { trusts: [trust] })
    expect([found[0], found.includes('IDENTITY_NOT_TRUSTED') || found.includes('CERTIFICATE_CHAIN_INVALID')]).toEqual([
      'refused',
      true,
    ])
  })
  test('an identity of a plugin matches nobody', async () => {
    const identities = [parseIdentity('com.example.profile:arn:aws:signer')]
    await refusedWith('IDENTITY_NOT_TRUSTED', {}, [trustOf('strict', { identities })])
  })
})

describe('8. usage', () => {
  const usage = make.keyUsage(['digitalSignature'])
  const purpose = (...types: readonly string[]): readonly Bytes[] => [usage, make.extendedKeyUsage(types)]
  test.each<[string, readonly Bytes[]]>([
    ['none', []],
    ['not critical', [make.keyUsage(['digitalSignature'], false)]],
    ['of other things', [make.keyUsage(['contentCommitment'])]],
    ['of certificates too', [make.keyUsage(['digitalSignature', 'keyCertSign'])]],
    ['of lists too', [make.keyUsage(['digitalSignature', 'cRLSign'])]],
    ['to encipher too', [make.keyUsage(['digitalSignature', 'keyEncipherment'])]],
    ['to agree on keys', [make.keyUsage(['digitalSignature', 'keyAgreement', 'decipherOnly'])]],
    ['any purpose', purpose(purposes.any)],
    ['any purpose beside code signing', purpose(purposes.codeSigning, purposes.any)],
    ['servers', purpose(purposes.serverAuth)],
    ['clients beside code signing', purpose(purposes.codeSigning, purposes.clientAuth)],
    ['mail', purpose(purposes.emailProtection)],
    ['time', purpose(purposes.timeStamping)],
    ['OCSP', purpose(purposes.codeSigning, purposes.ocspSigning)],
    ['an authority', [...purpose(purposes.codeSigning), make.basicConstraints(true)]],
    ['usage twice', [usage, usage]],
  ])('%s', async (_, extensions) => {
    const badLeaf = makeCertificate({ subject: 'Leaf', issuer: intermediate, extensions })
    await refusedWith('CERTIFICATE_CHAIN_INVALID', { chain: [badLeaf, intermediate, root] })
  })
  test.each<[string, TestCertificate['key'], JwsAttack]>([
    ['Ed25519', makeKey('ed25519'), { sign: { kind: 'ed25519' } }],
    [
      'RSA of 2304 bits',
      makeKey('rsa', 2304),
      { protected: { alg: 'PS256' }, sign: { kind: 'rsa-pss', hash: 'sha256' } },
    ],
  ])('a key that may not sign: %s', async (_, key, attack) => {
    const chain = makeChain({ leaf: { key } })
    const trusts = [trustOf('strict', { stores: [storeOf('ca', chain.root)] })]
    const found = await judged((image) => jws(image, { ...attack, chain: whole(chain) }), { trusts })
    expect(found.slice(0, 2)).toEqual(['refused', 'CERTIFICATE_CHAIN_INVALID'])
  })
})

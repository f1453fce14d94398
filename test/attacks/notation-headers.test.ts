/** Notation signatures with an algorithm or a critical header that a naive verifier takes (attack checklist 4 and 5). */

import { constants, createHmac, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, toBase64, utf8 } from '../../src/base/index.ts'
import { signNamed } from '../../src/crypto/index.ts'
import { makeChain } from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import {
  type CoseAttack,
  cose,
  header,
  type JwsAttack,
  judged,
  jws,
  raw,
  release,
  storeOf,
  trustOf,
} from '../support/notation-attack.ts'

const malformed = ['refused', 'ENVELOPE_MALFORMED']
const changed = ['refused', 'SIGNATURE_INVALID']

describe('4. algorithm confusion', () => {
  const rsa = makeKey('rsa', 2048)
  const rsaChain = makeChain({ leaf: { key: rsa } })
  const large = makeChain({ leaf: { key: makeKey('ecdsa-p384') } })
  const spki = release.leaf.key.publicKey.spki
  const trustAll = [trustOf('strict', { stores: [storeOf('ca', release.root, rsaChain.root, large.root)] })]
  const whole = ({ leaf, intermediate, root }: typeof release) => [leaf, intermediate, root]
  const alg = (name: unknown, more: JwsAttack = {}): JwsAttack => ({
    ...more,
    protected: { alg: name, ...more.protected },
  })
  const pss = (saltLength: number) => (signed: Bytes) =>
    sign('sha256', signed, { key: rsa.keyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

  test('the RSA chain is trusted', async () => {
    const found = await judged((image) => jws(image, alg('PS256', { chain: whole(rsaChain), sign: pss(32) })), {
      trusts: trustAll,
    })
    expect(found).toEqual(['verified'])
  })
  test.each<[string, JwsAttack, readonly string[]]>([
    ['none', alg('none', { sign: () => Buffer.of(0) }), malformed],
    ['none, without a signature', alg('none', { sign: () => new Uint8Array() }), malformed],
    [
      'HS256 with the public key',
      alg('HS256', { sign: (signed) => createHmac('sha256', spki).update(signed).digest() }),
      malformed,
    ],
    ['RS256', alg('RS256', { chain: whole(rsaChain), sign: { kind: 'rsa-pkcs1', hash: 'sha256' } }), malformed],
    ['EdDSA', alg('EdDSA'), malformed],
    ['es256', alg('es256'), malformed],
    ['a name of Object', alg('constructor'), malformed],
    ['a list', alg(['ES256']), malformed],
    ['no algorithm', alg(undefined), malformed],
    [
      'PKCS#1 under the name PS256',
      alg('PS256', { chain: whole(rsaChain), sign: { kind: 'rsa-pkcs1', hash: 'sha256' } }),
      changed,
    ],
    ['PSS without a salt', alg('PS256', { chain: whole(rsaChain), sign: pss(0) }), changed],
    ['PSS with another salt', alg('PS256', { chain: whole(rsaChain), sign: pss(20) }), changed],
    [
      'PS384 of a key of 2048 bits',
      alg('PS384', { chain: whole(rsaChain), sign: { kind: 'rsa-pss', hash: 'sha384' } }),
      ['refused', 'ALGORITHM_NOT_OF_KEY'],
    ],
    ['ES256 with a P-384 key', alg('ES256', { chain: whole(large) }), ['refused', 'ALGORITHM_NOT_OF_KEY']],
    [
      'ES384 with a P-256 key',
      alg('ES384', { sign: { kind: 'ecdsa', hash: 'sha384', encoding: 'fixed' } }),
      ['refused', 'ALGORITHM_NOT_OF_KEY'],
    ],
    ['PS256 with an EC key', alg('PS256'), ['refused', 'ALGORITHM_NOT_OF_KEY']],
    ['SHA-384 under the name ES256', { sign: { kind: 'ecdsa', hash: 'sha384', encoding: 'fixed' } }, changed],
    ['ECDSA in DER', { sign: { kind: 'ecdsa', hash: 'sha256', encoding: 'der' } }, changed],
    ['r and s of zero', { sign: () => Buffer.alloc(64) }, changed],
    [
      'an octet less',
      {
        sign: (signed) =>
          signNamed(release.leaf.key, { kind: 'ecdsa', hash: 'sha256', encoding: 'fixed' }, [signed]).subarray(1),
      },
      changed,
    ],
    [
      'an octet more',
      {
        sign: (signed) =>
          concat(
            Buffer.of(0),
            signNamed(release.leaf.key, { kind: 'ecdsa', hash: 'sha256', encoding: 'fixed' }, [signed]),
          ),
      },
      changed,
    ],
    ['another key than the leaf has', { key: makeKey() }, changed],
  ])('%s', async (_, attack, [verdict, code]) => {
    const found = await judged((image) => jws(image, attack), { trusts: trustAll })
    expect([found[0], found[1]]).toEqual([verdict, code])
  })
  test.each<[string, Bytes | undefined, readonly string[]]>([
    ['ES384 (-35)', raw.int(-35), ['refused', 'ALGORITHM_NOT_OF_KEY']],
    ['HMAC 256 (5)', raw.int(5), malformed],
    ['RS256 (-257)', raw.int(-257), malformed],
    ['the text ES256', raw.text('ES256'), malformed],
    ['-7.0', Buffer.from('f9c700', 'hex'), malformed],
    ['none at all', undefined, malformed],
  ])('COSE: %s', async (_, value, [verdict, code]) => {
    const found = await judged((image) => cose(image, { protected: { 1: value } }))
    expect([found[0], found[1]]).toEqual([verdict, code])
  })
})

describe('5. critical headers', () => {
  const scheme = header('signingScheme')
  const crit = (...names: readonly unknown[]): JwsAttack => ({ protected: { crit: names } })
  const strange = { 'x.test/strange': 'v' }
  test.each<[string, JwsAttack, readonly string[]]>([
    [
      'one that nobody knows',
      { protected: { ...strange, crit: [scheme, 'x.test/strange'] } },
      ['refused', 'CRITICAL_HEADER_UNKNOWN'],
    ],
    ['b64', { protected: { b64: false, crit: [scheme, 'b64'] } }, ['refused', 'CRITICAL_HEADER_UNKNOWN']],
    ['one that is not there', crit(scheme, 'x.test/strange'), malformed],
    ['one that is not there, of the specification', crit(scheme, header('expiry')), malformed],
    ['one that every object has', crit(scheme, 'constructor'), malformed],
    ['a header that is not signed', { ...crit(scheme, 'x5c') }, malformed],
    ['one twice', crit(scheme, scheme), malformed],
    ['none', crit(), malformed],
    ['no list', { protected: { crit: undefined } }, malformed],
    ['not the scheme', crit(header('signingTime')), malformed],
    ['an expiry that is not', { protected: { [header('expiry')]: '2027-01-01T00:00:00Z' } }, malformed],
    ['outside of what is signed', { protected: { crit: undefined }, header: { crit: [scheme] } }, malformed],
    ['the scheme outside', { protected: { [scheme]: undefined }, header: { [scheme]: 'notary.x509' } }, malformed],
    ['an expiry outside', { header: { [header('expiry')]: '2099-01-01T00:00:00Z' } }, malformed],
    ['the algorithm outside', { header: { alg: 'ES256' } }, malformed],
    [
      'the chain inside',
      { protected: { x5c: [release.leaf, release.intermediate, release.root].map(({ der }) => toBase64(der)) } },
      malformed,
    ],
    ["a scheme of one's own", { protected: { [scheme]: 'x.test/all-is-well' } }, ['refused', 'SIGNING_SCHEME_UNKNOWN']],
    [
      'the time of the other scheme',
      {
        protected: {
          [header('authenticSigningTime')]: '2026-11-22T14:00:00Z',
          crit: [scheme, header('authenticSigningTime')],
        },
      },
      malformed,
    ],
    ['another type of content', { protected: { cty: 'application/json' } }, ['refused', 'PAYLOAD_TYPE_UNKNOWN']],
  ])('%s', async (_, attack, [verdict, code]) => {
    const found = await judged((image) => jws(image, attack))
    expect([found[0], found[1]]).toEqual([verdict, code])
  })
  const text = raw.text
  test.each<[string, CoseAttack, readonly string[]]>([
    [
      'one that nobody knows',
      { protected: { 2: raw.array(text(scheme), text('x')), x: text('v') } },
      ['refused', 'CRITICAL_HEADER_UNKNOWN'],
    ],
    [
      'one by its number',
      { protected: { 2: raw.array(text(scheme), raw.int(4)), 4: raw.bytes(Buffer.of(1)) } },
      malformed,
    ],
    ['one that is not there', { protected: { 2: raw.array(text(scheme), text('x')) } }, malformed],
    [
      'one that is there outside',
      { protected: { 2: raw.array(text(scheme), text('x')) }, unprotected: [[text('x'), text('v')]] },
      malformed,
    ],
    ['outside', { protected: { 2: undefined }, unprotected: [[raw.int(2), raw.array(text(scheme))]] }, malformed],
    ['the algorithm outside', { protected: { 1: undefined }, unprotected: [[raw.int(1), raw.int(-7)]] }, malformed],
    ['an expiry outside', { unprotected: [[text(header('expiry')), raw.time(4e12)]] }, malformed],
    ['the chain inside', { more: [[raw.int(33), raw.array(raw.bytes(release.leaf.der))]] }, malformed],
    ['a time that is a number', { protected: { [header('signingTime')]: raw.int(1_795_000_000) } }, malformed],
    ['a scheme that is bytes', { protected: { [scheme]: raw.bytes(utf8('notary.x509')) } }, malformed],
  ])('COSE: %s', async (_, attack, [verdict, code]) => {
    const found = await judged((image) => cose(image, attack))
    expect([found[0], found[1]]).toEqual([verdict, code])
  })
})

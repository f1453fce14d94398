/** The signature algorithms of certificates (RFC 4055, 5758, 8410): one way to write each, and what proves nothing is refused. */

import { describe, expect, it } from 'vitest'
import { hex } from '../../src/base/index.ts'
import { derWrite, type NamedAlgorithm, signNamed } from '../../src/crypto/index.ts'
import {
  digestAlgorithmOf,
  isSignedBy,
  parseCertificate,
  signatureAlgorithm,
  verifySignedData,
  writeSignatureAlgorithm,
} from '../../src/pki/index.ts'
import { makeCertificate, notBefore } from '../support/certificates.ts'
import { codeOf } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'
import { opensslAccepts } from '../support/openssl-verify.ts'

const { sequence, oid, explicit, unsigned, null: nothing } = derWrite
const sha = {
  1: '1.3.14.3.2.26',
  256: '2.16.840.1.101.3.4.2.1',
  384: '2.16.840.1.101.3.4.2.2',
  512: '2.16.840.1.101.3.4.2.3',
}
const hash = (type: string, ...more: readonly Uint8Array[]) => sequence(oid(type), ...more)
const mgf1 = (inner: Uint8Array) => sequence(oid('1.2.840.113549.1.1.8'), inner)
const pss = (...parameters: readonly Uint8Array[]) => sequence(oid('1.2.840.113549.1.1.10'), ...parameters)
const rsa = makeKey('rsa')

const algorithms: readonly NamedAlgorithm[] = [
  ...(['sha256', 'sha384', 'sha512'] as const).flatMap((name): readonly NamedAlgorithm[] => [
    { kind: 'rsa-pkcs1', hash: name },
    { kind: 'rsa-pss', hash: name },
    { kind: 'ecdsa', hash: name, encoding: 'der' },
  ]),
  { kind: 'ed25519' },
]

describe('an algorithm that is known', () => {
  it.each(algorithms)('$kind $hash is read as it is written, and OpenSSL agrees', (algorithm) => {
    const identifier = writeSignatureAlgorithm(algorithm)
    expect(signatureAlgorithm(identifier)).toEqual(algorithm)
    expect(signatureAlgorithm(Uint8Array.from(identifier))).toEqual(algorithm)
    const key = algorithm.kind.startsWith('rsa')
      ? rsa
      : makeKey(algorithm.kind === 'ed25519' ? 'ed25519' : 'ecdsa-p256')
    const made = makeCertificate({ key, algorithm })
    const certificate = parseCertificate(made.der)
    expect(isSignedBy(certificate, key.publicKey)).toBe(true)
    expect(opensslAccepts([made], notBefore)).toBe(true)
    expect(isSignedBy(certificate, makeKey(key.publicKey.type).publicKey)).toBe(false)
  })

  it('RSA may leave its NULL away, and hashes theirs', () => {
    expect(signatureAlgorithm(sequence(oid('1.2.840.113549.1.1.11')))).toEqual({ kind: 'rsa-pkcs1', hash: 'sha256' })
    for (const more of [[], [nothing()]]) expect(digestAlgorithmOf(hash(sha[384], ...more), 'It')).toBe('sha384')
    const parameters = sequence(
      explicit(0, hash(sha[256])),
      explicit(1, mgf1(hash(sha[256]))),
      explicit(2, unsigned(32)),
    )
    expect(signatureAlgorithm(pss(parameters))).toEqual({ kind: 'rsa-pss', hash: 'sha256' })
  })

  it('says false, not an error, where key and algorithm do not belong together', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const signature = signNamed(rsa, { kind: 'rsa-pss', hash: 'sha256' }, [bytes])
    for (const algorithm of algorithms) {
      const isSame = algorithm.kind === 'rsa-pss' && algorithm.hash === 'sha256'
      expect(verifySignedData(rsa.publicKey, writeSignatureAlgorithm(algorithm), bytes, signature)).toBe(isSame)
    }
  })
})

describe('an algorithm that is refused', () => {
  const s256 = hash(sha[256], nothing())
  const part = (number: number, value: Uint8Array) => explicit(number, value)
  it.each([
    ['MD5 with RSA', sequence(oid('1.2.840.113549.1.1.4'), nothing())],
    ['SHA-1 with RSA', sequence(oid('1.2.840.113549.1.1.5'), nothing())],
    ['SHA-1 with ECDSA', sequence(oid('1.2.840.10045.4.1'))],
    ['SHA-224 with ECDSA', sequence(oid('1.2.840.10045.4.3.1'))],
    ['Ed448', sequence(oid('1.3.101.113'))],
    ['an unknown one', sequence(oid('1.2.3'))],
    ['a key type alone', sequence(oid('1.2.840.113549.1.1.1'), nothing())],
    ['PSS without parameters', pss()],
    ['PSS with defaults', pss(sequence())],
    [
      'PSS with SHA-1',
      pss(sequence(part(0, hash(sha[1], nothing())), part(1, mgf1(hash(sha[1], nothing()))), part(2, unsigned(20)))),
    ],
    ['PSS without a mask', pss(sequence(part(0, s256), part(2, unsigned(32))))],
    [
      'PSS with a mask of SHA-1',
      pss(sequence(part(0, s256), part(1, mgf1(hash(sha[1], nothing()))), part(2, unsigned(32)))),
    ],
    [
      'PSS with a mask of another hash',
      pss(sequence(part(0, s256), part(1, mgf1(hash(sha[512]))), part(2, unsigned(32)))),
    ],
    [
      'PSS with another mask function',
      pss(sequence(part(0, s256), part(1, sequence(oid('1.2.3'), s256)), part(2, unsigned(32)))),
    ],
    ['PSS with the default salt', pss(sequence(part(0, s256), part(1, mgf1(s256))))],
    ['PSS with a shorter salt', pss(sequence(part(0, s256), part(1, mgf1(s256)), part(2, unsigned(20))))],
    [
      'PSS with another trailer',
      pss(sequence(part(0, s256), part(1, mgf1(s256)), part(2, unsigned(32)), part(3, unsigned(2)))),
    ],
  ])('%s', (_, identifier) => {
    expect(codeOf(() => signatureAlgorithm(identifier))).toBe('ALGORITHM_REFUSED')
  })

  it.each([
    ['parameters where there are none', sequence(oid('1.2.840.10045.4.3.2'), nothing())],
    ['parameters of RSA that are no NULL', sequence(oid('1.2.840.113549.1.1.11'), unsigned(1))],
    ['more after its end', Buffer.concat([writeSignatureAlgorithm({ kind: 'ed25519' }), nothing()])],
    [
      'PSS with more after its mask',
      pss(sequence(part(0, s256), part(1, Buffer.concat([mgf1(s256), nothing()])), part(2, unsigned(32)))),
    ],
    ['nothing', new Uint8Array()],
  ])('%s', (_, identifier) => {
    expect(codeOf(() => signatureAlgorithm(identifier))).toBe('DER_INVALID')
  })

  it.each([
    ['MD5', '1.2.840.113549.2.5'],
    ['SHA-1', sha[1]],
    ['SHA-224', '2.16.840.1.101.3.4.2.4'],
    ['an unknown one', '1.2.3'],
  ])('the hash %s', (_, type) => {
    expect(codeOf(() => digestAlgorithmOf(hash(type), 'It'))).toBe('ALGORITHM_REFUSED')
  })

  it('by its name', () => {
    expect(() => signatureAlgorithm(sequence(oid('1.2.840.10045.4.1')), 'The CRL')).toThrow(
      /The CRL .*SHA-1 with ECDSA/,
    )
    expect(hex(writeSignatureAlgorithm({ kind: 'ed25519' }))).toBe('300506032b6570')
  })
})

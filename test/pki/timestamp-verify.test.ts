/** What makes a timestamp believed (RFC 3161, RFC 5816), and every attack on it. */

import { describe, expect, test } from 'vitest'
import { derWrite } from '../../src/crypto/index.ts'
import { parseCertificate, type TimestampVerdict, verifyTimestamp } from '../../src/pki/index.ts'
import {
  extension,
  generalName,
  make,
  makeCertificate,
  nameOf,
  type TestCertificate,
  usual,
} from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import {
  algorithm,
  attribute,
  attributeTypes,
  hashAlgorithm,
  hashed,
  makeAuthority,
  makeInfo,
  makeMessage,
  makeSigner,
  makeToken,
  signingCertificateV2,
  type TokenParts,
  tstInfo,
} from '../support/timestamps.ts'

const { sequence, oid, octets, unsigned, explicit, implicit, boolean } = derWrite
const message = Buffer.from('the raw bytes of a signature')
const authority = makeAuthority()
const other = makeAuthority('Other')
const parsed = ({ der }: TestCertificate) => parseCertificate(der)
const roots = [parsed(authority.root)]

function verify(parts: Partial<TokenParts> = {}, trusted = roots): TimestampVerdict {
  return verifyTimestamp({ token: makeToken({ authority, message, ...parts }), message, roots: trusted })
}

const code = (verdict: TimestampVerdict): string => (verdict.ok ? 'believed' : verdict.code)

/** An authority's certificate that is like the usual one but for this. */
function leaf(parts: Parameters<typeof makeCertificate>[0]): {
  readonly certificate: TestCertificate
  readonly bag: readonly Uint8Array[]
} {
  const certificate = makeCertificate({
    subject: 'Time',
    issuer: authority.intermediate,
    extensions: usual.timestamping(),
    ...parts,
  })
  return { certificate, bag: [certificate.der, authority.intermediate.der] }
}

const accuracy = (seconds: number): Uint8Array => sequence(unsigned(seconds))

describe('a timestamp is believed', () => {
  test('with its time, accuracy and the chain of its authority', () => {
    const verdict = verify({
      rest: [sequence(unsigned(1), implicit(0, Buffer.from('01f4', 'hex')), implicit(1, Buffer.from([100])))],
    })
    expect(verdict).toMatchObject({ ok: true, time: Date.UTC(2026, 10, 22, 14, 30, 12), accuracyMs: 1501 })
    expect(verdict.ok && verdict.chain.map(({ subject }) => subject.attributes.at(-1)?.text)).toEqual([
      'Time',
      'Time CA',
      'Time root',
    ])
  })

  test.each<[string, Partial<TokenParts>]>([
    ['a fraction of a second', { time: '20261122143012.5Z' }],
    ['an imprint of SHA-384', { imprintHash: 'sha384' }],
    ['an imprint of SHA-512', { imprintHash: 'sha512' }],
    [
      'ordering, a nonce and the name of the authority',
      { rest: [boolean(true), unsigned(99), explicit(0, explicit(4, nameOf('Time')))] },
    ],
    [
      'an extension that is not critical',
      { rest: [implicit(1, extension('1.2.3.4', Buffer.from('0500', 'hex')), true)] },
    ],
    [
      'the hash of signingCertificateV2 written out',
      {
        changes: {
          [attributeTypes.signingCertificateV2]: attribute(
            attributeTypes.signingCertificateV2,
            sequence(sequence(sequence(hashAlgorithm('sha512'), octets(hashed('sha512', authority.leaf.der))))),
          ),
        },
      },
    ],
    [
      'signingCertificate of version 1 beside version 2',
      {
        changes: {
          [attributeTypes.signingCertificate]: attribute(
            attributeTypes.signingCertificate,
            sequence(sequence(sequence(octets(hashed('sha1', authority.leaf.der))))),
          ),
        },
      },
    ],
    [
      'a signed content digest of SHA-512 and ECDSA with it',
      { digest: 'sha512', signerAlgorithm: { kind: 'ecdsa', hash: 'sha512', encoding: 'der' } },
    ],
    ['the root in the bag', { bag: [authority.root.der, authority.intermediate.der, authority.leaf.der] }],
    [
      'strangers in the bag',
      { bag: [other.leaf.der, sequence(), authority.leaf.der, other.intermediate.der, authority.intermediate.der] },
    ],
    ['its chain named by the signer', { named: [authority.leaf.der, authority.intermediate.der] }],
  ])('with %s', (_, parts) => {
    expect(code(verify(parts))).toBe('believed')
  })

  test('with intermediates that the verifier has', () => {
    const token = makeToken({ authority, message, bag: [authority.leaf.der] })
    const extraIntermediates = [parsed(other.intermediate), parsed(authority.intermediate)]
    expect(code(verifyTimestamp({ token, message, roots }))).toBe('TIMESTAMP_UNTRUSTED')
    expect(code(verifyTimestamp({ token, message, roots, extraIntermediates }))).toBe('believed')
  })

  test('when any of several roots stands behind it', () => {
    expect(code(verify({}, [parsed(other.root), parsed(authority.root)]))).toBe('believed')
  })

  test('when a second way to a root holds where the first does not', () => {
    const expired = makeCertificate({
      subject: 'Time CA',
      issuer: authority.root,
      key: authority.intermediate.key,
      extensions: usual.authority(0),
      notAfter: Date.UTC(2026, 5, 1),
    })
    expect(code(verify({ bag: [authority.leaf.der, expired.der, authority.intermediate.der] }))).toBe('believed')
    expect(code(verify({ bag: [authority.leaf.der, expired.der] }))).toBe('TIMESTAMP_OUTSIDE_VALIDITY')
  })

  test.each<[string, Partial<TokenParts>, number]>([
    ['none told', {}, 0],
    ['none told under the ETSI baseline policy', { policy: '0.4.0.2023.1.1' }, 1000],
    ['told under the ETSI baseline policy', { policy: '0.4.0.2023.1.1', rest: [accuracy(3)] }, 3000],
    ['microseconds are rounded up', { rest: [sequence(implicit(1, Buffer.from([1])))] }, 1],
  ])('accuracy: %s', (_, parts, accuracyMs) => {
    expect(verify(parts)).toMatchObject({ ok: true, accuracyMs })
  })
})

describe('the message and the content', () => {
  test.each<[string, Partial<TokenParts>, string]>([
    ['a timestamp for another signature', { info: makeInfo(Buffer.from('another')) }, 'TIMESTAMP_OTHER_MESSAGE'],
    ['an imprint of SHA-1', { imprintHash: 'sha1' }, 'TIMESTAMP_ALGORITHM_REFUSED'],
    [
      'an imprint of SHA-256 cut short',
      { imprint: hashed('sha256', message).subarray(0, 20) },
      'TIMESTAMP_OTHER_MESSAGE',
    ],
    [
      'a critical extension',
      { rest: [implicit(1, extension('1.2.3.4', Buffer.from('0500', 'hex'), true), true)] },
      'TIMESTAMP_EXTENSION_UNKNOWN',
    ],
    [
      'the name of another authority',
      { rest: [explicit(0, explicit(4, nameOf('Other')))] },
      'TIMESTAMP_AUTHORITY_NAME',
    ],
    [
      'the name of another authority as a DNS name',
      { rest: [explicit(0, generalName.dns('time.example.org'))] },
      'TIMESTAMP_AUTHORITY_NAME',
    ],
    ['TSTInfo of version 2', { version: 2 }, 'TIMESTAMP_MALFORMED'],
    ['a time without seconds', { time: '202611221430Z' }, 'TIMESTAMP_MALFORMED'],
    ['a time with an offset', { time: '20261122143012+0100' }, 'TIMESTAMP_MALFORMED'],
    ['a fraction that ends in zero', { time: '20261122143012.50Z' }, 'TIMESTAMP_MALFORMED'],
    ['a day that there is not', { time: '20260231143012Z' }, 'TIMESTAMP_MALFORMED'],
    ['a second that there is not', { time: '20261122143060Z' }, 'TIMESTAMP_MALFORMED'],
    [
      'an accuracy of a thousand milliseconds',
      { rest: [sequence(implicit(0, Buffer.from('03e8', 'hex')))] },
      'TIMESTAMP_MALFORMED',
    ],
    ['a negative accuracy', { rest: [sequence(implicit(0, Buffer.from('ff', 'hex')))] }, 'TIMESTAMP_MALFORMED'],
    ['members out of order', { rest: [unsigned(99), boolean(true)] }, 'TIMESTAMP_MALFORMED'],
    [
      'more after the end of TSTInfo',
      { info: Buffer.concat([makeInfo(message), Buffer.from([0])]) },
      'TIMESTAMP_MALFORMED',
    ],
  ])('%s', (_, parts, expected) => {
    expect(code(verify(parts))).toBe(expected)
  })

  test('the name of the authority may be an alternative name of its certificate', () => {
    const name = generalName.dns('time.example.org')
    const found = verify({
      ...leaf({ extensions: [...usual.timestamping(), make.subjectAltName([name])] }),
      rest: [explicit(0, name)],
    })
    expect(code(found)).toBe('believed')
  })
})

describe('signed attributes', () => {
  const {
    contentType,
    messageDigest,
    signingCertificateV2: essV2,
    signingCertificate: essV1,
    signingTime,
  } = attributeTypes
  const time = derWrite.generalizedTime(0)
  const v1 = attribute(essV1, sequence(sequence(sequence(octets(hashed('sha1', authority.leaf.der))))))
  const ids = (...values: readonly Uint8Array[]) => ({ changes: { [essV2]: attribute(essV2, ...values) } })
  const id = (...parts: readonly Uint8Array[]) => ids(sequence(sequence(sequence(...parts))))
  const own = octets(hashed('sha256', authority.leaf.der))
  const intermediate = parsed(authority.intermediate)
  const serial = unsigned(parsed(authority.leaf).serial)
  const content = makeInfo(message)

  test.each<[string, Partial<TokenParts>, string]>([
    ['no content type', { changes: { [contentType]: undefined } }, 'TIMESTAMP_ATTRIBUTES'],
    [
      'another content type',
      { changes: { [contentType]: attribute(contentType, oid('1.2.840.113549.1.7.1')) } },
      'TIMESTAMP_ATTRIBUTES',
    ],
    [
      'two content types in one',
      { changes: { [contentType]: attribute(contentType, oid(tstInfo), oid('1.2.840.113549.1.7.1')) } },
      'TIMESTAMP_ATTRIBUTES',
    ],
    ['no message digest', { changes: { [messageDigest]: undefined } }, 'TIMESTAMP_ATTRIBUTES'],
    [
      'the digest of another content',
      {
        changes: {
          [messageDigest]: attribute(messageDigest, octets(hashed('sha256', makeInfo(Buffer.from('another'))))),
        },
      },
      'TIMESTAMP_ATTRIBUTES',
    ],
    ['a message digest of SHA-1', { digest: 'sha1' }, 'TIMESTAMP_ALGORITHM_REFUSED'],
    [
      'a message digest twice',
      {
        attributes: [
          attribute(contentType, oid(tstInfo)),
          attribute(messageDigest, octets(hashed('sha256', content))),
          attribute(messageDigest, octets(hashed('sha256', Buffer.from('other')))),
          attribute(essV2, signingCertificateV2(authority.leaf.der)),
        ],
      },
      'TIMESTAMP_MALFORMED',
    ],
    [
      'signingCertificateV2 twice',
      {
        attributes: [
          attribute(contentType, oid(tstInfo)),
          attribute(messageDigest, octets(hashed('sha256', content))),
          attribute(essV2, signingCertificateV2(authority.leaf.der)),
          attribute(essV2, signingCertificateV2(other.leaf.der)),
        ],
      },
      'TIMESTAMP_MALFORMED',
    ],
    [
      'signingCertificateV2 with two values',
      ids(signingCertificateV2(authority.leaf.der), signingCertificateV2(other.leaf.der)),
      'TIMESTAMP_ATTRIBUTES',
    ],
    [
      'no signing certificate',
      { changes: { [essV2]: undefined, [signingTime]: attribute(signingTime, time) } },
      'TIMESTAMP_ATTRIBUTES',
    ],
    [
      'signingCertificate of version 1 alone',
      { changes: { [essV2]: undefined, [essV1]: v1 } },
      'TIMESTAMP_ESS_V1_ONLY',
    ],
    [
      'signingCertificateV2 with SHA-1',
      id(hashAlgorithm('sha1'), octets(hashed('sha1', authority.leaf.der))),
      'TIMESTAMP_ALGORITHM_REFUSED',
    ],
    ['signingCertificateV2 of another certificate', { named: [other.leaf.der] }, 'TIMESTAMP_CERTIFICATE_MISMATCH'],
    [
      'the own certificate second',
      { named: [authority.intermediate.der, authority.leaf.der] },
      'TIMESTAMP_CERTIFICATE_MISMATCH',
    ],
    [
      'the right issuer and serial number in it',
      id(own, sequence(sequence(explicit(4, intermediate.subject.raw)), serial)),
      'believed',
    ],
    [
      'another serial number in it',
      id(own, sequence(sequence(explicit(4, intermediate.subject.raw)), unsigned(1))),
      'TIMESTAMP_CERTIFICATE_MISMATCH',
    ],
    [
      'another issuer in it',
      id(own, sequence(sequence(explicit(4, nameOf('Other'))), serial)),
      'TIMESTAMP_CERTIFICATE_MISMATCH',
    ],
    ['an empty list', ids(sequence(sequence())), 'TIMESTAMP_MALFORMED'],
    [
      'an intermediate that the signer did not name',
      { named: [authority.leaf.der, other.intermediate.der] },
      'TIMESTAMP_UNTRUSTED',
    ],
  ])('%s', (_, parts, expected) => {
    expect(code(verify(parts))).toBe(expected)
  })
})

describe('the signer', () => {
  const content = makeInfo(message)
  const bag = [authority.leaf.der, authority.intermediate.der]
  const good = makeSigner({ certificate: authority.leaf, content })
  const foreign = makeSigner({ certificate: other.leaf, content })
  const judged = (signers: readonly Uint8Array[], more: Partial<Parameters<typeof makeMessage>[0]> = {}) =>
    code(verifyTimestamp({ token: makeMessage({ content, bag, signers, ...more }), message, roots }))

  test.each<[string, () => string, string]>([
    ['none', () => judged([]), 'TIMESTAMP_SIGNERS'],
    ['two, of which one is right', () => judged([good, foreign]), 'TIMESTAMP_SIGNERS'],
    [
      'another content type around the same content',
      () => judged([good], { contentType: '1.2.840.113549.1.7.1' }),
      'TIMESTAMP_MALFORMED',
    ],
    ['SignedData of version 1', () => judged([good], { version: 1 }), 'TIMESTAMP_MALFORMED'],
    [
      'no certificate of the signer',
      () => judged([good], { bag: [authority.intermediate.der] }),
      'TIMESTAMP_CERTIFICATE_MISSING',
    ],
    [
      'a signer of another authority',
      () => judged([foreign], { bag: [other.leaf.der, ...bag] }),
      'TIMESTAMP_UNTRUSTED',
    ],
  ])('%s', (_, run, expected) => {
    expect(run()).toBe(expected)
  })

  test.each<[string, Partial<TokenParts>, string]>([
    ['a signature by another key', { key: makeKey() }, 'TIMESTAMP_SIGNATURE_INVALID'],
    ['no signature', { signature: new Uint8Array() }, 'TIMESTAMP_SIGNATURE_INVALID'],
    [
      'a signature with another hash than the digest',
      { signerAlgorithm: { kind: 'ecdsa', hash: 'sha384', encoding: 'der' } },
      'TIMESTAMP_ALGORITHM_REFUSED',
    ],
    ['ECDSA with SHA-1', { signatureAlgorithm: sequence(oid('1.2.840.10045.4.1')) }, 'TIMESTAMP_ALGORITHM_REFUSED'],
    [
      'rsaEncryption for a key of ECDSA',
      { signatureAlgorithm: algorithm('1.2.840.113549.1.1.1') },
      'TIMESTAMP_SIGNATURE_INVALID',
    ],
    ['a key identifier', { signerVersion: 3, sid: implicit(0, Buffer.from('id')) }, 'TIMESTAMP_MALFORMED'],
  ])('%s', (_, parts, expected) => {
    expect(code(verify(parts))).toBe(expected)
  })

  test('an authority with an RSA key, PKCS#1 or PSS', () => {
    const key = makeKey('rsa', 2048)
    const parts = leaf({ key })
    for (const signerAlgorithm of [
      { kind: 'rsa-pkcs1', hash: 'sha256' },
      { kind: 'rsa-pss', hash: 'sha256' },
    ] as const)
      expect(code(verify({ ...parts, signerAlgorithm }))).toBe('believed')
    const encryption = { ...parts, signatureAlgorithm: algorithm('1.2.840.113549.1.1.1') }
    expect(code(verify({ ...encryption, signerAlgorithm: { kind: 'rsa-pkcs1', hash: 'sha256' } }))).toBe('believed')
    expect(
      code(verify({ ...encryption, signerAlgorithm: { kind: 'rsa-pkcs1', hash: 'sha512' }, digest: 'sha256' })),
    ).toBe('TIMESTAMP_SIGNATURE_INVALID')
  })
})

describe('certificate-bag confusion (CVE-2026-39984)', () => {
  // The attacker has any key and writes certificates with the names and serial number of the authority's own.
  const serial = parsed(authority.leaf).serial
  const attackerKey = makeKey()
  const twin = makeCertificate({
    subject: 'Time',
    issuerName: authority.intermediate.subject,
    key: attackerKey,
    serial,
    extensions: usual.timestamping(),
  })
  const both = [
    [twin.der, authority.leaf.der, authority.intermediate.der],
    [authority.leaf.der, twin.der, authority.intermediate.der],
  ]

  test.each(both)('signed by the twin while the signed attribute names the authority', (...bag) => {
    expect(code(verify({ key: attackerKey, bag }))).toBe('TIMESTAMP_SIGNATURE_INVALID')
  })

  test.each(both)('signed by the twin, which the signed attribute names', (...bag) => {
    expect(code(verify({ key: attackerKey, named: [twin.der], bag }))).toBe('TIMESTAMP_CHAIN_INVALID')
  })

  test.each(both)('signed by the authority while the signed attribute names the twin', (...bag) => {
    expect(code(verify({ named: [twin.der], bag }))).toBe('TIMESTAMP_SIGNATURE_INVALID')
  })

  test('signed by the authority, with the twin beside its certificate, stays believed', () => {
    for (const bag of both) expect(code(verify({ bag }))).toBe('believed')
  })

  test('signed by a certificate for other uses of the same authority', () => {
    const signing = makeCertificate({
      subject: 'Code',
      issuer: authority.intermediate,
      extensions: usual.codeSigning(),
    })
    const bag = [signing.der, authority.leaf.der, authority.intermediate.der]
    expect(code(verify({ certificate: signing, bag }))).toBe('TIMESTAMP_CHAIN_INVALID')
    expect(code(verify({ certificate: authority.leaf, key: signing.key, bag }))).toBe('TIMESTAMP_SIGNATURE_INVALID')
  })
})

describe('the bytes', () => {
  const token = makeToken({ authority, message })
  const judged = (bytes: Uint8Array): string => code(verifyTimestamp({ token: bytes, message, roots }))

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('garbage')],
    ['a byte after the end', Buffer.concat([token, Buffer.from([0])])],
    ['a byte too few', token.subarray(0, -1)],
    ['a whole TimeStampResp', sequence(sequence(unsigned(0)), token)],
    ['more than is read', Buffer.concat([token, Buffer.alloc(64 * 1024)])],
  ])('%s is malformed', (_, bytes) => {
    expect(judged(bytes)).toBe('TIMESTAMP_MALFORMED')
  })

  test('BER around the signed parts is read', () => {
    expect(judged(indefinite(token))).toBe('believed')
  })

  test('BER within the signed attributes is not, although it is signed as it stands', () => {
    const content = makeInfo(message)
    const [type, digest, own] = [
      attribute(attributeTypes.contentType, oid(tstInfo)),
      attribute(attributeTypes.messageDigest, octets(hashed('sha256', content))),
      attribute(attributeTypes.signingCertificateV2, signingCertificateV2(authority.leaf.der)),
    ]
    const long = Buffer.concat([type.subarray(0, 1), Buffer.from([0x81]), type.subarray(1)])
    const signed = (...attributes: readonly Uint8Array[]): string =>
      judged(makeToken({ authority, message, rawAttributes: Buffer.concat(attributes) }))
    expect(signed(type, digest, own)).toBe('believed')
    expect(signed(long, digest, own)).toBe('TIMESTAMP_MALFORMED')
  })
})

/** The token with indefinite lengths on its three outermost levels, which then need not be counted again. */
function indefinite(token: Uint8Array): Uint8Array {
  const open = Buffer.from([0x30, 0x80])
  const type = oid('1.2.840.113549.1.7.2')
  const start = Buffer.from(token).indexOf(Buffer.from(type)) + type.length
  const header = (at: number): number => at + 2 + ((token[at + 1] ?? 0) < 0x80 ? 0 : (token[at + 1] ?? 0) & 0x7f)
  const body = token.subarray(header(header(start)))
  return Buffer.concat([open, type, Buffer.from([0xa0, 0x80]), open, body, Buffer.alloc(6)])
}

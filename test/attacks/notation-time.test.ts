/** Time in Notation signatures: timestamps of other things, by others, at other times, and what has expired (attack checklist 10 and 11). */

import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derWrite } from '../../src/crypto/index.ts'
import { judgeCrlBytes, judgeOcspBytes } from '../../src/pki/index.ts'
import { offlineRevocation, type RevocationSource } from '../../src/trust/index.ts'
import { make, makeCertificate, makeChain, type TestChain, usual } from '../support/certificates.ts'
import {
  authorityHeader,
  certificatesOf,
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
import { day, makeCrl, makeOcsp, now, serialOf } from '../support/revocation.ts'
import { type Authority, hashed, makeAuthority, makeToken, type TokenParts } from '../support/timestamps.ts'

const authority = makeAuthority()
const revocableChain = makeChain({ leaf: { extensions: [...usual.codeSigning(), make.crlAt('http://crl.test/')] } })
const evil = makeAuthority()
const stores = [storeOf('ca', release.root), storeOf('tsa', authority.root)]
const trusts = [trustOf('strict', { stores })]

const stamped =
  (parts: Partial<TokenParts> = {}) =>
  (signature: Bytes): Bytes =>
    makeToken({ authority, message: signature, ...parts })

async function both(timestamp: JwsAttack['timestamp'], asked = { trusts }): Promise<readonly string[]> {
  const more = timestamp === undefined ? {} : { timestamp }
  const [one, ...ones] = await judged((image) => jws(image, more), asked)
  const [other, ...others] = await judged((image) => cose(image, more), asked)
  expect([other, others]).toEqual([one, ones])
  return [one, ...ones].slice(0, 2)
}

describe('10. timestamps', () => {
  test('a good one is taken', async () => {
    expect(await both(stamped())).toEqual(['verified'])
  })
  const short = makeCertificate({
    subject: 'Time',
    issuer: authority.intermediate,
    extensions: usual.timestamping(),
    notAfter: Date.UTC(2026, 5, 1),
  })
  const notTime = makeCertificate({ subject: 'Time', issuer: authority.intermediate, extensions: usual.codeSigning() })
  const manyUses = makeCertificate({
    subject: 'Time',
    issuer: authority.intermediate,
    extensions: [
      make.keyUsage(['digitalSignature']),
      make.extendedKeyUsage(['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.3'], true),
    ],
  })
  const sameNumber = makeCertificate({
    subject: 'Time',
    issuer: authority.intermediate,
    serial: serialOf(authority.leaf),
    extensions: usual.timestamping(),
  })
  const by = (certificate: typeof short, more: Partial<TokenParts> = {}): Partial<TokenParts> => ({
    certificate,
    bag: [certificate.der, authority.intermediate.der],
    ...more,
  })
  const forged = makeCertificate({
    subject: 'Time',
    issuer: evil.intermediate,
    issuerName: authority.intermediate.subject,
    serial: serialOf(authority.leaf),
    extensions: usual.timestamping(),
  })
  const bagOfAll = [
    evil.leaf,
    evil.intermediate,
    evil.root,
    authority.leaf,
    authority.intermediate,
    authority.root,
  ].map(({ der }) => der)

  test.each<[string, (signature: Bytes) => Bytes]>([
    ['of another signature', () => makeToken({ authority, message: Buffer.from('another signature') })],
    ['of what was signed, not of the signature', stamped({ imprint: hashed('sha256', Buffer.from('payload')) })],
    ['by SHA-1', (message) => makeToken({ authority, message, imprintHash: 'sha1' })],
    ['whose imprint is of another hash than it says', stamped({ imprintHash: 'sha512', imprint: Buffer.alloc(64) })],
    ['with an empty imprint', stamped({ imprint: Buffer.alloc(0) })],
    ['of another authority', stamped({ authority: evil, bag: [evil.leaf.der, evil.intermediate.der, evil.root.der] })],
    ['of another authority, the trusted ones in its bag', stamped({ authority: evil, bag: bagOfAll })],
    [
      'of another authority that names the trusted certificate as its own',
      stamped({ authority: evil, bag: bagOfAll, named: [authority.leaf.der] }),
    ],
    [
      'of another authority under the trusted issuer and serial number',
      stamped({ authority: evil, bag: [forged.der, ...bagOfAll], certificate: forged }),
    ],
    ['of another key under the trusted certificate', stamped({ key: evil.leaf.key })],
    ['that names no certificate', stamped({ changes: { '1.2.840.113549.1.9.16.2.47': undefined } })],
    [
      'that names another certificate of the same issuer and serial number',
      stamped({ bag: [sameNumber.der, authority.intermediate.der], named: [sameNumber.der] }),
    ],
    ['without the certificate of its signer', stamped({ bag: [authority.intermediate.der] })],
    ['by a certificate that signs code', stamped(by(notTime))],
    ['by a certificate for time and for code', stamped(by(manyUses))],
    ['by the intermediate', stamped(by(authority.intermediate))],
    ["from after its authority's certificate", stamped(by(short))],
    ['from before its authority was there', stamped({ time: '20251231235959Z' })],
    [
      'so inexact that it may be from before',
      stamped({ time: '20260101000005Z', rest: [derWrite.sequence(derWrite.unsigned(10))] }),
    ],
    ['that is no token', () => derWrite.sequence(derWrite.oid('1.2.840.113549.1.7.2'))],
    [
      'that is an answer and no token',
      (message) => derWrite.sequence(derWrite.sequence(derWrite.unsigned(0)), makeToken({ authority, message })),
    ],
    ['with something after its end', (message) => Buffer.concat([makeToken({ authority, message }), Buffer.of(0)])],
    ['of another content type', stamped({ signature: Buffer.alloc(70) })],
  ])('%s', async (_, timestamp) => {
    expect(await both(timestamp)).toEqual(['refused', 'TIMESTAMP_INVALID'])
  })
  test('none where one is demanded', async () => {
    expect(await both(undefined)).toEqual(['refused', 'TIMESTAMP_MISSING'])
  })
  test('in the signed headers it is none', async () => {
    const attack = { protected: { [header('timestampSignature')]: 'AAAA' } }
    expect(await judged((image) => jws(image, attack), { trusts })).toEqual(['refused', 'ENVELOPE_MALFORMED'])
  })
  test('the token of one signature, moved to the next by the same key', async () => {
    let token: Bytes = new Uint8Array()
    const first = (signature: Bytes): Bytes => {
      token = makeToken({ authority, message: signature })
      return token
    }
    expect(await judged((image) => jws(image, { timestamp: first }), { trusts })).toEqual(['verified'])
    expect((await judged((image) => jws(image, { timestamp: token }), { trusts })).slice(0, 2)).toEqual([
      'refused',
      'TIMESTAMP_INVALID',
    ])
  })

  const expired = makeChain({ leaf: { notAfter: Date.UTC(2026, 9, 1) } })
  const later = makeChain({ leaf: { notBefore: now + day } })
  const underExpired = (chain: TestChain, time: string): Promise<readonly string[]> =>
    judged(
      (image) => jws(image, { chain: [chain.leaf, chain.intermediate, chain.root], timestamp: stamped({ time }) }),
      {
        trusts: [trustOf('strict', { stores: [storeOf('ca', chain.root), storeOf('tsa', authority.root)] })],
      },
    )
  test('a time at which the leaf was valid makes it outlive its certificate, another does not', async () => {
    expect(await underExpired(expired, '20260801000000Z')).toEqual(['verified'])
    expect((await underExpired(expired, '20261122143012Z')).slice(0, 2)).toEqual(['refused', 'CERTIFICATE_EXPIRED'])
    expect((await underExpired(later, '20261122143012Z')).slice(0, 2)).toEqual(['refused', 'CERTIFICATE_EXPIRED'])
  })
  test.each(['always', 'afterCertExpiry'] as const)(
    'an expired leaf without a timestamp (%s)',
    async (verifyTimestamp) => {
      const chain = [expired.leaf, expired.intermediate, expired.root]
      for (const of of [[storeOf('ca', expired.root)], [storeOf('ca', expired.root), storeOf('tsa', authority.root)]]) {
        const trust = trustOf('strict', { stores: of, verifyTimestamp })
        const found = await judged((image) => jws(image, { chain }), { trusts: [trust] })
        expect([found[0], ['CERTIFICATE_EXPIRED', 'TIMESTAMP_MISSING'].includes(found[1] ?? '')]).toEqual([
          'refused',
          true,
        ])
      }
    },
  )

  describe('of an authority that was revoked (CVE-2024-56138)', () => {
    const url = 'http://tsa.test/crl'
    const root = makeCertificate({ subject: 'Time root', extensions: usual.authority() })
    const intermediate = makeCertificate({ subject: 'Time CA', issuer: root, extensions: usual.authority(0) })
    const leaf = makeCertificate({
      subject: 'Time',
      issuer: intermediate,
      extensions: [...usual.timestamping(), make.crlAt(url)],
    })
    const revocable: Authority = { root, intermediate, leaf }
    const list = (revoked: boolean, nextUpdate = now + day): RevocationSource => ({
      ...offlineRevocation,
      crl: async () => ({
        base: makeCrl({ issuer: intermediate, nextUpdate, revoked: revoked ? [{ serial: serialOf(leaf) }] : [] }),
      }),
    })
    const under = (level: 'strict' | 'permissive', revocation: RevocationSource): Promise<readonly string[]> =>
      judged(
        (image) => jws(image, { timestamp: stamped({ authority: revocable, bag: [leaf.der, intermediate.der] }) }),
        {
          trusts: [trustOf(level, { stores: [storeOf('ca', release.root), storeOf('tsa', root)] })],
          revocation,
        },
      )
    test.each<[string, RevocationSource, readonly string[]]>([
      ['good', list(false), ['verified']],
      ['revoked', list(true), ['refused', 'CERTIFICATE_REVOKED']],
      ['unknown', offlineRevocation, ['unknown', 'REVOCATION_UNKNOWN']],
      ['a stale list', list(false, now - 1), ['unknown', 'REVOCATION_UNKNOWN']],
    ])('%s', async (_, revocation, expected) => {
      expect((await under('strict', revocation)).slice(0, 2)).toEqual(expected)
    })
    test('skipping the revocation of signers does not skip that of the authority', async () => {
      const trust = trustOf('strict', { stores: [storeOf('ca', release.root), storeOf('tsa', root)] })
      const trusts = [{ ...trust, actions: { ...trust.actions, revocation: 'skip' } as const }]
      const found = await judged(
        (image) => jws(image, { timestamp: stamped({ authority: revocable, bag: [leaf.der, intermediate.der] }) }),
        { trusts, revocation: list(true) },
      )
      expect(found).toEqual(['refused', 'CERTIFICATE_REVOKED'])
    })
  })
})

describe('11. what has expired', () => {
  const scheme = header('signingScheme')
  const until = (time: string): JwsAttack => ({
    protected: { crit: [scheme, header('expiry')], [header('expiry')]: time },
  })
  const ofAuthority = [trustOf('strict', { stores: [storeOf('signingAuthority', release.root)] })]
  test.each<[string, JwsAttack, readonly string[]]>([
    ['a moment later', until('2026-11-22T15:00:01Z'), ['verified']],
    ['at this very moment', until('2026-11-22T15:00:00Z'), ['refused', 'SIGNATURE_EXPIRED']],
    ['in another zone', until('2026-11-22T23:00:00+09:00'), ['refused', 'ENVELOPE_MALFORMED']],
    ['before it was signed', until('2020-01-01T00:00:00Z'), ['refused', 'ENVELOPE_MALFORMED']],
    [
      'without saying so critically',
      { protected: { [header('expiry')]: '2026-11-22T14:30:00Z' } },
      ['refused', 'ENVELOPE_MALFORMED'],
    ],
    [
      'in a name of another case',
      { protected: { [header('Expiry')]: '2026-11-22T14:30:00Z' } },
      ['refused', 'ENVELOPE_MALFORMED'],
    ],
    ['never', until(''), ['refused', 'ENVELOPE_MALFORMED']],
    [
      'in a number',
      { protected: { crit: [scheme, header('expiry')], [header('expiry')]: 4e9 } },
      ['refused', 'ENVELOPE_MALFORMED'],
    ],
  ])('%s', async (_, attack, expected) => {
    expect((await judged((image) => jws(image, attack))).slice(0, 2)).toEqual(expected)
  })
  test('COSE: by the day, and in a number that no date holds', async () => {
    const until = (value: Bytes) => ({
      protected: { 2: raw.array(raw.text(scheme), raw.text(header('expiry'))), [header('expiry')]: value },
    })
    expect((await judged((image) => cose(image, until(raw.time(now))))).slice(0, 2)).toEqual([
      'refused',
      'SIGNATURE_EXPIRED',
    ])
    for (const value of [
      'c11bffffffffffffffff',
      'c11b0020000000000000',
      'c13bffffffffffffffff',
      'c1f97e00',
      'c1fb7ff0000000000000',
      'c2410a',
    ])
      expect(await judged((image) => cose(image, until(Buffer.from(value, 'hex'))))).toEqual([
        'refused',
        'ENVELOPE_MALFORMED',
      ])
  })
  test('a timestamp from before its expiry does not make a signature hold on', async () => {
    const attack = { ...until('2026-11-22T14:45:00Z'), timestamp: stamped() }
    expect((await judged((image) => jws(image, attack), { trusts })).slice(0, 2)).toEqual([
      'refused',
      'SIGNATURE_EXPIRED',
    ])
  })
  test('the moment of verification is that of every check', async () => {
    const before = Date.UTC(2025, 11, 31)
    expect(await judged((image) => jws(image), { at: before })).toEqual([
      'refused',
      'CERTIFICATE_EXPIRED',
      'SIGNING_TIME_IN_FUTURE',
      'REVOCATION_UNKNOWN',
    ])
    expect((await judged((image) => jws(image), { at: Date.UTC(2036, 0, 2) })).slice(0, 2)).toEqual([
      'refused',
      'CERTIFICATE_EXPIRED',
    ])
  })
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 8.64e15 + 1])(
    'a moment that is none: %d',
    async (at) => {
      await expect(judged((image) => jws(image), { at })).rejects.toMatchObject({ code: 'VERIFY_TIME_INVALID' })
      const { leaf, intermediate } = revocableChain
      const [subject] = certificatesOf(leaf)
      const [issuer] = certificatesOf(intermediate)
      if (subject === undefined || issuer === undefined) throw new Error('There is none.')
      const answer = makeOcsp({ signer: intermediate, singles: [{ certificate: leaf, issuer: intermediate }] })
      expect(() => judgeCrlBytes({ base: makeCrl({ issuer: intermediate }) }, subject, issuer, at)).toThrow()
      expect(() => judgeOcspBytes(answer, subject, issuer, at)).toThrow()
    },
  )
  test("the signer's own clock proves nothing", async () => {
    const old = makeChain({ leaf: { notAfter: Date.UTC(2026, 9, 1) } })
    const attack = {
      chain: [old.leaf, old.intermediate, old.root],
      protected: { [header('signingTime')]: '2026-05-01T00:00:00Z' },
    }
    const trust = trustOf('strict', { stores: [storeOf('ca', old.root)] })
    expect((await judged((image) => jws(image, attack), { trusts: [trust] })).slice(0, 2)).toEqual([
      'refused',
      'CERTIFICATE_EXPIRED',
    ])
  })
  test.each(['2025-12-31T23:59:59Z', '2036-01-01T00:00:01Z'])('a signing authority that says %s', async (time) => {
    const attack = { protected: { ...authorityHeader, [header('authenticSigningTime')]: time } }
    expect((await judged((image) => jws(image, attack), { trusts: ofAuthority })).slice(0, 2)).toEqual([
      'refused',
      'CERTIFICATE_EXPIRED',
    ])
  })
  test('a timestamp is nothing to the scheme of signing authorities', async () => {
    const old = makeChain({ leaf: { notAfter: Date.UTC(2026, 9, 1) } })
    const trust = trustOf('strict', { stores: [storeOf('signingAuthority', old.root), storeOf('tsa', authority.root)] })
    const attack = {
      chain: [old.leaf, old.intermediate, old.root],
      protected: authorityHeader,
      timestamp: stamped({ time: '20260801000000Z' }),
    }
    expect((await judged((image) => jws(image, attack), { trusts: [trust] })).slice(0, 2)).toEqual([
      'refused',
      'CERTIFICATE_EXPIRED',
    ])
  })
})

test('OCSP of the authority is asked as well', async () => {
  const { root, intermediate } = authority
  const leaf = makeCertificate({
    subject: 'Time',
    issuer: intermediate,
    extensions: [...usual.timestamping(), make.ocspAt('http://tsa.test/')],
  })
  const answer = makeOcsp({
    signer: intermediate,
    singles: [{ certificate: leaf, issuer: intermediate, status: { at: now - day } }],
  })
  const revocation: RevocationSource = { ...offlineRevocation, ocsp: async () => answer }
  const timestamp = stamped({ authority: { root, intermediate, leaf }, bag: [leaf.der, intermediate.der] })
  expect((await judged((image) => jws(image, { timestamp }), { trusts, revocation })).slice(0, 2)).toEqual([
    'refused',
    'CERTIFICATE_REVOKED',
  ])
})

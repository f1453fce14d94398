/** CRLs: what RFC 5280 sections 5 and 6.3.3 demand of them, and the attacks on them. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derValue, derWrite, readPem, writePem } from '../../src/crypto/index.ts'
import { type Certificate, judgeCrl, judgeCrlBytes, parseCertificate, parseCrl } from '../../src/pki/index.ts'
import { extension, generalName, make, makeCertificate, makeChain, parsed, usual } from '../support/certificates.ts'
import { codeOf } from '../support/fuzz.ts'
import { type CrlParts, crlExtension, day, makeCrl, now, scope, serialOf, stranger } from '../support/revocation.ts'

const url = 'http://crl.example.org/1.crl'
const uri = generalName.uri(url)
const chain = makeChain({ leaf: { extensions: [...usual.codeSigning(), make.crlAt(url)] } })
const [leaf, intermediate] = chain.certificates as [Certificate, Certificate, Certificate]
const issuer = chain.intermediate
const serial = serialOf(chain.leaf)
const other = makeChain()
const twin = makeCertificate({ subject: 'Intermediate', issuer: chain.root, extensions: usual.authority(0) })

function judged(parts: Partial<CrlParts>, at = now, delta?: Partial<CrlParts>): ReturnType<typeof judgeCrlBytes> {
  const base = makeCrl({ issuer, ...parts })
  const bytes = delta === undefined ? { base } : { base, delta: makeCrl({ issuer, ...delta }) }
  return judgeCrlBytes(bytes, leaf, intermediate, at)
}

const vectors = new URL('../vectors/notation/pki/', import.meta.url)
const vector = (name: string): Buffer => readFileSync(new URL(name, vectors))

describe('the CRL of the vectors, at the time of the vectors', () => {
  it.each([
    ['crl-good', 'good', undefined],
    ['crl-revoked', 'revoked', 'keyCompromise'],
    ['ocsp-good', 'good', undefined],
    ['ocsp-revoked', 'revoked', 'keyCompromise'],
  ])('%s is %s', (name, status, reason) => {
    const [one, two] = readPem(vector(`chain-${name}.pem`), name).map(({ bytes }) => parseCertificate(bytes))
    if (one === undefined || two === undefined) throw new Error('No chain.')
    const answer = judgeCrl(parseCrl(vector('int.crl')), one, two, now)
    expect([answer.status, answer.reason]).toEqual([status, reason])
  })
})

describe('a certificate', () => {
  it('not on the list is good', () => {
    const nextUpdate = now + 7 * day
    expect(judged({})).toMatchObject({ status: 'good', code: 'REVOCATION_GOOD', thisUpdate: now - day, nextUpdate })
    expect(judged({ revoked: [{ serial: Uint8Array.of(9) }, { serial: Uint8Array.of(...serial, 0) }] }).status).toBe(
      'good',
    )
  })

  it('on the list is revoked, with all that the entry says', () => {
    const revoked = [{ serial, date: now - 3 * day, reason: 1, invalidityDate: now - 4 * day }]
    expect(judged({ revoked: [{ serial: Uint8Array.of(1) }, ...revoked, { serial: Uint8Array.of(3) }] })).toMatchObject(
      {
        status: 'revoked',
        code: 'REVOKED',
        source: 'crl',
        reason: 'keyCompromise',
        revokedAt: now - 3 * day,
        invalidityDate: now - 4 * day,
      },
    )
    expect(judged({ revoked: [{ serial }] })).not.toHaveProperty('reason')
    expect(judged({ revoked: [{ serial, reason: 77 }] }).status).toBe('revoked')
  })

  it('is looked for by its whole number, with a leading octet of any size', () => {
    const high = makeCertificate({ issuer, serial: Uint8Array.of(0x81, 2, 3), extensions: usual.codeSigning() })
    const [certificate] = parsed(high)
    if (certificate === undefined) throw new Error('No certificate.')
    const of = (...octets: readonly number[]): string => {
      const base = makeCrl({ issuer, revoked: [{ serial: Uint8Array.from(octets) }] })
      return judgeCrlBytes({ base }, certificate, intermediate, now).status
    }
    expect(of(0x81, 2, 3)).toBe('revoked')
    expect(of(1, 0x81, 2, 3)).toBe('good')
    expect(of(2, 3)).toBe('good')
  })

  it('on hold is revoked, and of several entries the worst counts', () => {
    const hold = { serial, reason: 6, date: now - 3 * day }
    const removed = { serial, reason: 8, date: now - 2 * day }
    expect(judged({ revoked: [hold] })).toMatchObject({ status: 'revoked', reason: 'certificateHold' })
    expect(judged({ revoked: [hold, removed] }).status).toBe('good')
    expect(judged({ revoked: [removed, hold] }).status).toBe('good')
    expect(judged({ revoked: [removed, { ...hold, date: now - day }] }).status).toBe('revoked')
    expect(judged({ revoked: [removed, { ...hold, date: removed.date }] }).status).toBe('revoked')
    expect(judged({ revoked: [{ serial, reason: 4 }, removed] }).reason).toBe('superseded')
    const dated = { serial, invalidityDate: now }
    expect(judged({ revoked: [dated, { serial, invalidityDate: now - day }] }).invalidityDate).toBe(now - day)
    expect(judged({ revoked: [dated, { serial }] })).not.toHaveProperty('invalidityDate')
  })
})

describe('a list that cannot be relied on is unknown', () => {
  const revoked = [{ serial: Uint8Array.of(5) }]
  const cases: readonly (readonly [what: string, code: string, parts: Partial<CrlParts>])[] = [
    ['stale: nextUpdate has passed', 'CRL_EXPIRED', { nextUpdate: now }],
    ['of the future', 'CRL_NOT_YET_VALID', { thisUpdate: now + 1000 }],
    ['without nextUpdate', 'CRL_NO_NEXT_UPDATE', { nextUpdate: 'none' }],
    ['from another issuer', 'CRL_OTHER_ISSUER', { issuer: other.root }],
    ['from the root, one level up', 'CRL_OTHER_ISSUER', { issuer: chain.root }],
    ['signed by an attacker in the issuer’s name', 'CRL_SIGNATURE_INVALID', { signer: other.leaf }],
    ['signed by another key of the same name', 'CRL_SIGNATURE_INVALID', { issuer: twin }],
    ['signed by the certificate itself', 'CRL_SIGNATURE_INVALID', { signer: chain.leaf }],
    ['a delta', 'CRL_IS_DELTA', { number: 3, extensions: [crlExtension.delta(2)] }],
    ['with a delta that is not here', 'CRL_DELTA_MISSING', { extensions: [make.freshestCrlAt(url)] }],
    ['with an unknown critical extension', 'CRL_UNSUPPORTED', { extensions: [stranger] }],
    [
      'with an unknown critical entry extension',
      'CRL_UNSUPPORTED',
      { revoked: [{ serial: Uint8Array.of(5), extensions: [stranger] }] },
    ],
    ['indirect, by its scope', 'CRL_UNSUPPORTED', { extensions: [crlExtension.scope(scope.indirect())] }],
    [
      'indirect, by an entry',
      'CRL_UNSUPPORTED',
      { revoked: [{ serial: Uint8Array.of(5), extensions: [extension('2.5.29.29', derWrite.sequence(uri))] }] },
    ],
    ['limited to some reasons', 'CRL_UNSUPPORTED', { extensions: [crlExtension.scope(scope.someReasons())] }],
    ['of attribute certificates', 'CRL_UNSUPPORTED', { extensions: [crlExtension.scope(scope.onlyAttributes())] }],
    ['of a point relative to its issuer', 'CRL_UNSUPPORTED', { extensions: [crlExtension.scope(scope.relative())] }],
    ['of authorities only', 'CRL_OTHER_SCOPE', { extensions: [crlExtension.scope(scope.onlyAuthorities())] }],
    [
      'of another distribution point',
      'CRL_OTHER_SCOPE',
      { extensions: [crlExtension.scope(scope.point(generalName.uri('http://crl.example.org/2.crl')))] },
    ],
    [
      'of users and of authorities only',
      'CRL_INVALID',
      { extensions: [crlExtension.scope(scope.onlyUsers(), scope.onlyAuthorities())] },
    ],
    ['of version 1', 'CRL_INVALID', { version: 1 }],
    ['of version 3', 'CRL_INVALID', { version: 3 }],
    [
      'with the same extension twice',
      'CRL_INVALID',
      { number: 1, extensions: [extension('2.5.29.20', derWrite.unsigned(2))] },
    ],
    ['with two algorithms', 'CRL_INVALID', { innerAlgorithm: derWrite.sequence(derWrite.oid('1.2.840.10045.4.3.3')) }],
    ['with entries that are none', 'CRL_INVALID', { entries: derWrite.null() }],
    ['with an entry without a date', 'CRL_INVALID', { entries: derWrite.sequence(derWrite.unsigned(4)) }],
    ['with an entry that is cut off', 'CRL_INVALID', { entries: Uint8Array.of(0x30, 0x20, 0x02, 0x01, 0x05) }],
  ]
  it.each(cases)('%s', (_, code, parts) => {
    expect(judged({ revoked, ...parts })).toMatchObject({ status: 'unknown', code })
  })

  it('with a malformed entry for the certificate', () => {
    const reason = extension('2.5.29.21', derWrite.octets(Uint8Array.of(8)))
    expect(judged({ revoked: [{ serial, extensions: [reason] }] })).toMatchObject({
      status: 'unknown',
      code: 'CRL_INVALID',
    })
    const date = extension('2.5.29.24', derValue(0x18, Buffer.from('20260101000000.5Z')))
    expect(judged({ revoked: [{ serial, extensions: [date] }] })).toMatchObject({
      status: 'unknown',
      code: 'CRL_INVALID',
    })
  })

  it('by an issuer that may not sign CRLs', () => {
    for (const extensions of [
      [make.basicConstraints(true), make.keyUsage(['keyCertSign'])],
      [make.basicConstraints(true)],
    ]) {
      const weak = makeChain({ intermediate: { extensions } })
      const [one, two] = weak.certificates as [Certificate, Certificate, Certificate]
      const base = makeCrl({ issuer: weak.intermediate })
      expect(judgeCrlBytes({ base }, one, two, now).code).toBe('CRL_ISSUER_MAY_NOT_SIGN')
    }
  })

  it('signed with SHA-1', () => {
    const bytes = Buffer.from(
      makeCrl({ issuer, innerAlgorithm: derWrite.sequence(derWrite.oid('1.2.840.10045.4.3.2')) }),
    )
    // ecdsa-with-SHA1 is one octet shorter: the whole is written anew.
    const sha1 = derWrite.sequence(derWrite.oid('1.2.840.10045.4.1'))
    const crl = parseCrl(bytes)
    expect(judgeCrl({ ...crl, signatureAlgorithm: sha1 }, leaf, intermediate, now).code).toBe('CRL_UNSUPPORTED')
  })

  it('holds from thisUpdate on until before nextUpdate', () => {
    const times = { thisUpdate: now, nextUpdate: now + 1000 }
    expect(judged(times, now - 1).code).toBe('CRL_NOT_YET_VALID')
    expect(judged(times, now).code).toBe('REVOCATION_GOOD')
    expect(judged(times, now + 999).code).toBe('REVOCATION_GOOD')
    expect(judged(times, now + 1000).code).toBe('CRL_EXPIRED')
  })

  it('of users only, and the certificate is an authority’s', () => {
    const extensions = [crlExtension.scope(scope.onlyUsers())]
    const base = makeCrl({ issuer: chain.root, extensions })
    const root = chain.certificates[2]
    if (root === undefined) throw new Error('No root.')
    expect(judgeCrlBytes({ base }, intermediate, root, now).code).toBe('CRL_OTHER_SCOPE')
    expect(judged({ extensions }).code).toBe('REVOCATION_GOOD')
  })

  it('of the certificate’s own distribution point is taken', () => {
    const names = scope.point(generalName.directory(chain.root.subject), uri)
    expect(judged({ extensions: [crlExtension.scope(names)] }).code).toBe('REVOCATION_GOOD')
  })
})

describe('a complete list with its delta', () => {
  const base = { number: 10, extensions: [make.freshestCrlAt(url)] }
  const delta = (of: number, number: number, more: Partial<CrlParts> = {}): Partial<CrlParts> => ({
    number,
    extensions: [crlExtension.delta(of)],
    ...more,
  })
  it.each([
    ['nothing new', {}, delta(10, 11), 'REVOCATION_GOOD'],
    ['of an earlier base', {}, delta(8, 11), 'REVOCATION_GOOD'],
    ['of the same moment', {}, delta(9, 10), 'REVOCATION_GOOD'],
    ['revoked since', {}, delta(10, 11, { revoked: [{ serial, reason: 1 }] }), 'REVOKED'],
    [
      'hold removed since',
      { revoked: [{ serial, reason: 6, date: now - 3 * day }] },
      delta(10, 11, { revoked: [{ serial, reason: 8 }] }),
      'REVOCATION_GOOD',
    ],
    [
      'revoked, and "removed" since',
      { revoked: [{ serial, reason: 1 }] },
      delta(10, 11, { revoked: [{ serial, reason: 8, date: now }] }),
      'REVOKED',
    ],
    ['of a later base', {}, delta(11, 12), 'CRL_DELTA_MISMATCH'],
    ['older than the complete list', {}, delta(8, 9), 'CRL_DELTA_MISMATCH'],
    ['no delta at all', {}, { number: 11 }, 'CRL_DELTA_MISMATCH'],
    ['without a number', {}, { extensions: [crlExtension.delta(10)] }, 'CRL_DELTA_MISMATCH'],
    [
      'of another scope',
      {},
      delta(10, 11, { extensions: [crlExtension.delta(10), crlExtension.scope(scope.onlyUsers())] }),
      'CRL_DELTA_MISMATCH',
    ],
    ['stale', {}, delta(10, 11, { nextUpdate: now - 1 }), 'CRL_EXPIRED'],
    ['by an attacker', {}, delta(10, 11, { signer: other.leaf }), 'CRL_SIGNATURE_INVALID'],
  ] as const)('%s', (_, more, second, code) => {
    expect(judged({ ...base, ...more }, now, second).code).toBe(code)
  })

  it('holds no longer than the delta', () => {
    expect(judged(base, now, delta(10, 11, { nextUpdate: now + 5000 })).nextUpdate).toBe(now + 5000)
  })
})

describe('parseCrl', () => {
  const der = makeCrl({ issuer, number: 1, revoked: [{ serial, reason: 1 }] })

  it('reads PEM as well, of one block', () => {
    const pem = writePem('X509 CRL', der)
    expect(parseCrl(pem).raw).toEqual(der)
    expect(codeOf(() => parseCrl(Buffer.concat([pem, pem])))).toBe('CRL_INVALID')
    expect(codeOf(() => parseCrl(writePem('CERTIFICATE', der)))).toBe('CRL_INVALID')
    expect(codeOf(() => parseCrl(Buffer.from('no list')))).toBe('CRL_INVALID')
    expect(codeOf(() => parseCrl(new Uint8Array()))).toBe('CRL_INVALID')
  })

  it('refuses what is larger than is read', () => {
    const large = derWrite.sequence(new Uint8Array(32 * 1024 * 1024))
    expect(codeOf(() => parseCrl(large))).toBe('LIMIT_EXCEEDED')
  })

  it.each([
    ['needless octets', [0, 0, 5]],
    ['none', []],
  ])('refuses a serial number of %s', (_, octets) => {
    const entries = derWrite.sequence(derValue(0x02, Uint8Array.from(octets)), derWrite.time(now))
    expect(codeOf(() => parseCrl(makeCrl({ issuer, entries })))).toBe('CRL_INVALID')
  })

  it('reads a list of 32 MiB without an object for each entry', () => {
    const entry = (number: number): Bytes =>
      derWrite.sequence(derWrite.unsigned(Uint8Array.of(1, number >> 16, number >> 8, number)), derWrite.time(now))
    const size = entry(0).length
    const entries = Buffer.alloc(Math.floor((32 * 1024 * 1024 - 1000) / size) * size, entry(0))
    for (let at = 0; at < entries.length; at += size) entries.writeUIntBE(at / size, at + 5, 3)
    const last = entries.length / size - 1
    const base = makeCrl({ issuer, entries })
    const started = performance.now()
    const crl = parseCrl(base)
    const [found] = parsed(
      makeCertificate({
        issuer,
        serial: Uint8Array.of(1, last >> 16, last >> 8, last),
        extensions: usual.codeSigning(),
      }),
    )
    if (found === undefined) throw new Error('No certificate.')
    expect(judgeCrl(crl, found, intermediate, now).status).toBe('revoked')
    expect(judgeCrl(crl, leaf, intermediate, now).status).toBe('good')
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

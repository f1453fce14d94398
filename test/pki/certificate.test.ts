/** Certificates (RFC 5280 section 4.1): what is read agrees with OpenSSL, and what breaks the format is refused. */

import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, rfc3339 } from '../../src/base/index.ts'
import { derValue, derWrite, readPem } from '../../src/crypto/index.ts'
import { parseCertificate } from '../../src/pki/index.ts'
import { extension, make, makeCertificate, makeChain, nameOf, usual } from '../support/certificates.ts'
import { codeOf, fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'

const folder = new URL('../vectors/notation/pki/', import.meta.url)
const files = readdirSync(folder).filter((name) => /\.(?:pem|crt)$/.test(name))
const key = makeKey()
const { sequence, oid, set, null: nothing } = derWrite

describe('a certificate is read as OpenSSL reads it', () => {
  it.each(files)('%s', (name) => {
    for (const { bytes } of readPem(readFileSync(new URL(name, folder)), name)) {
      const ours = parseCertificate(bytes)
      const theirs = new X509Certificate(bytes)
      expect(hex(ours.serial).toUpperCase()).toBe(theirs.serialNumber)
      expect(ours.fingerprint.slice(7).toUpperCase()).toBe(theirs.fingerprint256.replaceAll(':', ''))
      expect(rfc3339(ours.notBefore)).toBe(rfc3339(theirs.validFromDate.getTime()))
      expect(ours.notAfter).toBe(theirs.validToDate.getTime())
      expect(ours.subject.attributes.map(({ text }) => text)).toEqual(
        theirs.subject.split('\n').map((line) => line.slice(line.indexOf('=') + 1)),
      )
      expect(hex(ours.spki)).toBe(theirs.publicKey.export({ format: 'der', type: 'spki' }).toString('hex'))
    }
  })

  it('is slices of what came, and nothing else', () => {
    const { der } = makeCertificate({ key })
    const certificate = parseCertificate(der)
    for (const part of [
      certificate.tbs,
      certificate.serial,
      certificate.issuer.raw,
      certificate.spki,
      certificate.signature,
    ])
      expect(part.buffer).toBe(der.buffer)
  })

  it('reads its key once, and only when asked', () => {
    const certificate = parseCertificate(makeCertificate({ key }).der)
    expect(certificate.publicKey()).toBe(certificate.publicKey())
    const odd = parseCertificate(
      makeCertificate({ key, spki: sequence(sequence(oid('1.2.3')), derWrite.bits(new Uint8Array(4))) }).der,
    )
    expect(codeOf(() => odd.publicKey())).toBe('KEY_UNSUPPORTED')
  })

  it.each([1, 2])('of version %i, without extensions', (version) => {
    expect(parseCertificate(makeCertificate({ key, version }).der).extensions.size).toBe(0)
  })

  it.each([
    ['1950-01-01T00:00:00Z', '500101000000Z', 0x17],
    ['2049-12-31T23:59:59Z', '491231235959Z', 0x17],
    ['2050-01-01T00:00:00Z', '20500101000000Z', 0x18],
    ['2026-02-28T12:00:00Z', '20260228120000Z', 0x18],
    ['2028-02-29T12:00:00Z', '280229120000Z', 0x17],
    ['9999-12-31T23:59:59Z', '99991231235959Z', 0x18],
  ])('reads the time %s', (time, written, tag) => {
    const validity = sequence(derValue(tag, Buffer.from(written)), derValue(tag, Buffer.from(written)))
    const { notBefore, notAfter } = parseCertificate(makeCertificate({ key, validity }).der)
    expect([notBefore, notAfter]).toEqual([Date.parse(time), Date.parse(time)])
  })
})

describe('what breaks the format is refused', () => {
  const time = (tag: number, text: string) => {
    const value = derValue(tag, Buffer.from(text, 'latin1'))
    return makeCertificate({ key, validity: sequence(value, derWrite.time(Date.UTC(2040, 0))) }).der
  }
  const whole = makeCertificate({ key, extensions: usual.codeSigning() }).der
  const other = sequence(oid('1.2.840.10045.4.3.3'))

  it.each([
    ['the algorithm inside is not the one outside', makeCertificate({ key, outerAlgorithm: other }).der],
    ['extensions in version 1', makeCertificate({ key, version: 1, extensions: usual.codeSigning() }).der],
    ['extensions in version 2', makeCertificate({ key, version: 2, extensions: usual.codeSigning() }).der],
    ['version 4', makeCertificate({ key, version: 4 }).der],
    ['an extension twice', makeCertificate({ key, extensions: [make.ocspNoCheck(), make.ocspNoCheck()] }).der],
    [
      'a boolean of another octet',
      makeCertificate({
        key,
        extensions: [sequence(oid('2.5.29.15'), derValue(1, Uint8Array.of(1)), derWrite.octets(nothing()))],
      }).der,
    ],
    ['UTCTime without seconds', time(0x17, '2601010000Z')],
    ['UTCTime with an offset', time(0x17, '260101000000+0100')],
    ['UTCTime of 13 characters without Z', time(0x17, '2601010000000')],
    ['GeneralizedTime with a fraction', time(0x18, '20260101000000.5Z')],
    ['GeneralizedTime in the form of UTCTime', time(0x18, '260101000000Z')],
    ['a month 13', time(0x17, '261301000000Z')],
    ['a day 0', time(0x17, '260100000000Z')],
    ['29 February of a common year', time(0x17, '270229000000Z')],
    ['an hour 24', time(0x17, '260101240000Z')],
    ['a second 60', time(0x17, '260101000060Z')],
    ['digits that are none', time(0x17, '2601010000 0Z')],
    ['a time of another type', time(0x13, '260101000000Z')],
  ])('%s', (_, der) => {
    expect(codeOf(() => parseCertificate(der))).toBe('CERTIFICATE_INVALID')
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['more after its end', Buffer.concat([whole, Uint8Array.of(0)])],
    ['its end missing', whole.subarray(0, -1)],
    ['a negative serial number', makeCertificate({ key, signature: new Uint8Array(70) }).der.with(17, 0x80)],
    ['a relative name without an attribute', makeCertificate({ key, subject: sequence(set()) }).der],
    ['a name that is no sequence', makeCertificate({ key, subject: set() }).der],
    ['an indefinite length', Buffer.concat([Uint8Array.of(0x30, 0x80), whole.subarray(4), Uint8Array.of(0, 0)])],
  ])('%s', (_, der) => {
    expect(codeOf(() => parseCertificate(der))).toBe('DER_INVALID')
  })

  it('more than 64 KiB', () => {
    const huge = makeCertificate({ key, extensions: [extension('1.2.3', new Uint8Array(64 * 1024))] }).der
    expect(codeOf(() => parseCertificate(huge))).toBe('LIMIT_EXCEEDED')
  })
})

describe('fuzzed', () => {
  const chain = makeChain({
    leaf: {
      extensions: [
        ...usual.codeSigning(),
        make.ocspAt('http://ocsp.example.org'),
        make.crlAt('http://crl.example.org/a.crl'),
      ],
    },
  })

  it('a mutated certificate is refused or is read as OpenSSL reads it', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const bytes = mutate(chain.leaf.der, change)
        const result = outcome(() => parseCertificate(bytes))
        if (!('value' in result)) return
        const ours = result.value
        const theirs = openssl(bytes)
        // OpenSSL reads keys and the values of names at once; here a bad key is refused when it is asked for, and a bad value is no text.
        const isHalfRead = [...ours.subject.attributes, ...ours.issuer.attributes].some(
          ({ text }) => text === undefined,
        )
        if (theirs === undefined) expect(isHalfRead || codeOf(() => ours.publicKey()) !== undefined).toBe(true)
        else expect([hex(ours.raw), ours.notAfter]).toEqual([theirs.raw.toString('hex'), theirs.validToDate.getTime()])
      }),
      fuzzOptions(1500),
    )
  })

  it('any bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(codeOf(() => parseCertificate(bytes))).toBeDefined()
      }),
      fuzzOptions(1000),
    )
  })

  it('a name of many parts is read in linear time', () => {
    const attribute = set(sequence(oid('2.5.4.3'), derWrite.utf8String('a')))
    const subject = sequence(...Array.from({ length: 3000 }, () => attribute))
    const { der } = makeCertificate({ key, subject, issuerName: nameOf('Issuer') })
    const start = performance.now()
    expect(parseCertificate(der).subject.attributes).toHaveLength(3000)
    expect(performance.now() - start).toBeLessThan(500)
  })
})

function openssl(bytes: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes)
  } catch {
    return undefined
  }
}

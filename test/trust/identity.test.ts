/** Trusted identities: which leaf is meant by what a policy writes (trust-store-trust-policy.md, "Trusted Identities Constraints"), and ours beyond it. */

import { describe, expect, test } from 'vitest'
import type { Certificate } from '../../src/pki/index.ts'
import { identitiesOf, matchesIdentity, parseIdentity, parseWrittenIdentity } from '../../src/trust/index.ts'
import { type CertificateParts, generalName, make, makeCertificate, parsed } from '../support/certificates.ts'
import { codeOf } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'

const key = makeKey()

function leafOf(parts: CertificateParts): Certificate {
  const [leaf] = parsed(makeCertificate({ key, ...parts }))
  if (leaf === undefined) throw new Error('no leaf')
  return leaf
}

const C = '2.5.4.6'
const ST = '2.5.4.8'
const O = '2.5.4.10'
const OU = '2.5.4.11'
const CN = '2.5.4.3'
const EMAIL = '1.2.840.113549.1.9.1'
const acme = [
  [C, 'US'],
  [ST, 'WA'],
  [O, 'ACME, Inc.'],
] as const

describe('x509.subject', () => {
  const wide = 'C=US, ST=WA, O=ACME\\, Inc.'
  const named = [...acme, [CN, 'release']] as const
  test.each([
    ['the same attributes', acme, wide, true],
    ['more attributes in the leaf', named, wide, true],
    ['in another order', acme, 'O=ACME\\, Inc., C=US, ST=WA', true],
    ['S for ST', acme, 'C=US, S=WA, O=ACME\\, Inc.', true],
    ['every attribute given is there', named, `${wide}, CN=release`, true],
    ['an attribute that the leaf lacks', acme, `${wide}, CN=release`, false],
    ['another value', named, `${wide}, CN=other`, false],
    ['a value in another case', named, `${wide}, CN=Release`, false],
    ['a value with a space after it', [...acme, [CN, 'release ']], `${wide}, CN=release`, false],
    ['an e-mail address beside', [...acme, [EMAIL, 'a@example.org']], wide, true],
    ['the e-mail address given', [...acme, [EMAIL, 'a@example.org']], `${wide}, E=a@example.org`, true],
    ['another e-mail address', [...acme, [EMAIL, 'b@example.org']], `${wide}, E=a@example.org`, false],
    ['an attribute that the leaf has twice', [...acme, [OU, 'a'], [OU, 'b']], `${wide}, OU=a`, false],
    ['a second organisation in the leaf', [...acme, [O, 'other']], wide, false],
    ['an attribute that the leaf has twice and nobody asks for', [...acme, [OU, 'a'], [OU, 'b']], wide, true],
  ] as const)('%s', (_, subject, name, expected) => {
    expect(matchesIdentity(parseIdentity(`x509.subject: ${name}`), leafOf({ subject }))).toBe(expected)
  })

  test('the issuer is not the subject', () => {
    const leaf = leafOf({ subject: named, issuer: makeCertificate({ key, subject: [...acme, [CN, 'CA']] }) })
    expect(matchesIdentity(parseIdentity(`x509.subject: ${wide}, CN=CA`), leaf)).toBe(false)
    expect(matchesIdentity(parseIdentity(`x509.issuer: ${wide}, CN=CA`), leaf)).toBe(true)
    expect(matchesIdentity(parseIdentity(`x509.issuer: ${wide}, CN=release`), leaf)).toBe(false)
  })
})

describe('x509.san', () => {
  const names = [
    generalName.dns('Build.example.org'),
    generalName.dns('*.wild.example.org'),
    generalName.email('Release@example.org'),
    generalName.uri('https://example.org/build?x=1'),
    generalName.ip(10, 0, 0, 1),
    generalName.ip(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    generalName.directory(makeCertificate({ key, subject: acme }).subject),
  ]
  const leaf = leafOf({ extensions: [make.subjectAltName(names)] })
  test.each([
    ['dns:build.example.org', true],
    ['dns:BUILD.EXAMPLE.ORG', true],
    ['dns:example.org', false],
    ['dns:a.wild.example.org', false],
    ['dns:build.example.org.evil.example', false],
    ['email:Release@example.org', true],
    ['email:release@example.org', false],
    ['uri:https://example.org/build?x=1', true],
    ['uri:https://example.org/build', false],
    ['uri:https://example.org/build?x=12', false],
    ['ip:10.0.0.1', true],
    ['ip:10.0.0.11', false],
    ['ip:2001:db8::1', true],
    ['ip:2001:DB8:0:0::1', true],
    ['ip:2001:db8::0.0.0.1', true],
    ['ip:2001:db8::2', false],
    ['ip:::ffff:10.0.0.1', false],
  ])('%s: %s', (written, expected) => {
    expect(matchesIdentity(parseIdentity(`x509.san: ${written}`), leaf)).toBe(expected)
    expect(matchesIdentity(parseWrittenIdentity(`san:${written}`), leaf)).toBe(expected)
    expect(matchesIdentity(parseIdentity(`x509.san: ${written}`), leafOf({}))).toBe(false)
  })

  test('the form counts, not the text alone', () => {
    const other = leafOf({
      extensions: [make.subjectAltName([generalName.uri('dns:x'), generalName.email('build.example.org')])],
    })
    expect(matchesIdentity(parseIdentity('x509.san: dns:build.example.org'), other)).toBe(false)
  })

  test('an extension that cannot be read matches nothing', () => {
    const broken = leafOf({
      extensions: [make.subjectAltName([generalName.dns('build.example.org'), new Uint8Array([0x8f, 0])])],
    })
    expect(matchesIdentity(parseIdentity('x509.san: dns:build.example.org'), broken)).toBe(false)
  })
})

test('* is every leaf, and what a plugin knows is none', () => {
  const leaf = leafOf({ subject: acme })
  expect(matchesIdentity(parseIdentity('*'), leaf)).toBe(true)
  for (const text of [
    'email:a@example.org',
    'arn:aws:x',
    'X509.subject: C=US, ST=WA, O=a',
    'x509.subject : C=US,ST=WA,O=a',
  ])
    expect(matchesIdentity(parseIdentity(text), leaf), text).toBe(false)
})

describe('refused', () => {
  test.each([
    ['', 'TRUST_IDENTITY_INVALID'],
    ['acme', 'TRUST_IDENTITY_INVALID'],
    [':acme', 'TRUST_IDENTITY_INVALID'],
    ['x509.subject:', 'TRUST_IDENTITY_INVALID'],
    ['x509.subject: *', 'DISTINGUISHED_NAME_INVALID'],
    ['x509.subject: O=acme', 'DISTINGUISHED_NAME_INVALID'],
    ['x509.san: build.example.org', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: dns:', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: dns:*.example.org', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: dns:https://example.org', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: DNS:example.org', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: email:example.org', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: uri:example.org', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: uri:https://example.org/*', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: ip:10.0.0.0/8', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: ip:010.0.0.1', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: ip:fe80::1%eth0', 'TRUST_IDENTITY_INVALID'],
    ['x509.san: upn:a@example.org', 'TRUST_IDENTITY_INVALID'],
  ])('%j', (text, code) => {
    expect(codeOf(() => parseIdentity(text))).toBe(code)
  })

  test.each([
    ['', 'TRUST_IDENTITY_INVALID'],
    [' ', 'TRUST_IDENTITY_INVALID'],
    ['*', 'TRUST_IDENTITY_INVALID'],
    ['x509.name: C=US, ST=WA, O=a', 'TRUST_IDENTITY_INVALID'],
    ['email:a@example.org', 'DISTINGUISHED_NAME_INVALID'],
    ['san:*', 'TRUST_IDENTITY_INVALID'],
    ['san:', 'TRUST_IDENTITY_INVALID'],
  ])('on the command line: %j', (text, code) => {
    expect(codeOf(() => parseWrittenIdentity(text))).toBe(code)
  })
})

describe('what a leaf can be called by', () => {
  test('its subject, its names, its issuer', () => {
    const leaf = leafOf({
      subject: [...acme, [CN, 'a+b "c" \\#']],
      issuer: makeCertificate({ key, subject: acme }),
      extensions: [make.subjectAltName([generalName.dns('build.example.org'), generalName.dns('*.example.org')])],
    })
    const texts = identitiesOf(leaf).map(({ text }) => text)
    expect(texts.map((text) => text.split(':')[0])).toEqual(['x509.subject', 'x509.san', 'x509.issuer'])
    for (const text of texts) expect(matchesIdentity(parseIdentity(text), leaf), text).toBe(true)
  })

  test.each([
    ['without C, ST and O', [[CN, 'x']]],
    ['with a type twice', [...acme, [OU, 'a'], [OU, 'b']]],
  ] as const)('nothing, %s', (_, subject) => {
    expect(identitiesOf(leafOf({ subject }))).toEqual([])
  })
})

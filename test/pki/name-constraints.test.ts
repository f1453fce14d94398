/** Name constraints (RFC 5280 section 4.2.1.10), each row also asked of OpenSSL where the two have the same rule. */

import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derWrite } from '../../src/crypto/index.ts'
import { checkChain } from '../../src/pki/index.ts'
import {
  extension,
  generalName,
  make,
  makeCertificate,
  nameOf,
  notBefore,
  parsed,
  type TestCertificate,
  usual,
} from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import { opensslAccepts } from '../support/openssl-verify.ts'

const { dns, email, uri, ip, directory, other } = generalName
const key = makeKey()
const C = ['2.5.4.6', 'US'] as const
const O = (name: string) => ['2.5.4.10', name] as const
const E = (address: string) => ['1.2.840.113549.1.9.1', address] as const
const acme = nameOf([C, O('ACME')])
/** As Windows has user principal names. */
const upn = (type: string) => Buffer.concat([derWrite.oid(type), derWrite.explicit(0, derWrite.utf8String('a@b'))])
const printable = (type: string, text: string) =>
  derWrite.set(derWrite.sequence(derWrite.oid(type), derWrite.printableString(text)))

interface Row {
  readonly permitted?: readonly Bytes[]
  readonly excluded?: readonly Bytes[]
  readonly names?: readonly Bytes[]
  readonly subject?: Bytes
}

function chainOf({ permitted = [], excluded = [], names, subject }: Row): readonly TestCertificate[] {
  const root = makeCertificate({ subject: 'Root', key, extensions: usual.authority() })
  const limited = [...usual.authority(), make.nameConstraints(permitted, excluded)]
  const issuer = makeCertificate({ subject: 'Limited', key, issuer: root, extensions: limited })
  const extensions = [...usual.codeSigning(), ...(names === undefined ? [] : [make.subjectAltName(names)])]
  const leaf = makeCertificate({
    subject: subject ?? nameOf([C, O('ACME'), ['2.5.4.3', 'Leaf']]),
    key,
    issuer,
    extensions,
  })
  return [leaf, issuer, root]
}

function isAllowed(chain: readonly TestCertificate[]): boolean {
  const problem = checkChain(parsed(...chain), 'code-signing')
  if (problem !== undefined) expect([problem.index, problem.rule]).toEqual([0, 'name-constraints'])
  return problem === undefined
}

describe('as OpenSSL has it', () => {
  it.each<[string, Row, boolean]>([
    ['dns: the constraint itself', { permitted: [dns('example.org')], names: [dns('example.org')] }, true],
    ['dns: a label more', { permitted: [dns('example.org')], names: [dns('a.b.example.org')] }, true],
    ['dns: without case', { permitted: [dns('EXAMPLE.org')], names: [dns('a.example.ORG')] }, true],
    ['dns: no label boundary', { permitted: [dns('example.org')], names: [dns('badexample.org')] }, false],
    ['dns: another name', { permitted: [dns('example.org')], names: [dns('example.com')] }, false],
    [
      'dns: one of two names is outside',
      { permitted: [dns('example.org')], names: [dns('example.org'), dns('example.com')] },
      false,
    ],
    [
      'dns: within one of two',
      { permitted: [dns('example.com'), dns('example.org')], names: [dns('a.example.org')] },
      true,
    ],
    ['dns: excluded', { excluded: [dns('example.org')], names: [dns('a.example.org')] }, false],
    [
      'dns: permitted and excluded',
      { permitted: [dns('example.org')], excluded: [dns('bad.example.org')], names: [dns('bad.example.org')] },
      false,
    ],
    [
      'dns: beside what is excluded',
      { permitted: [dns('example.org')], excluded: [dns('bad.example.org')], names: [dns('good.example.org')] },
      true,
    ],
    [
      'dns: a form that the certificate does not have',
      { permitted: [dns('example.org')], names: [uri('https://example.com/')] },
      true,
    ],
    ['dns: everything excluded', { excluded: [dns('')], names: [dns('example.org')] }, false],
    ['email: a mailbox', { permitted: [email('a@example.org')], names: [email('a@example.org')] }, true],
    ['email: the host without case', { permitted: [email('a@example.org')], names: [email('a@EXAMPLE.org')] }, true],
    ['email: another mailbox', { permitted: [email('a@example.org')], names: [email('b@example.org')] }, false],
    ['email: all of a host', { permitted: [email('example.org')], names: [email('b@example.org')] }, true],
    ['email: a host below it', { permitted: [email('example.org')], names: [email('b@a.example.org')] }, false],
    ['email: hosts below', { permitted: [email('.example.org')], names: [email('b@a.example.org')] }, true],
    ['email: not the host itself', { permitted: [email('.example.org')], names: [email('b@example.org')] }, false],
    [
      'email: in the subject',
      { excluded: [email('example.org')], subject: nameOf([C, O('ACME'), E('b@example.org')]) },
      false,
    ],
    ['uri: its host', { permitted: [uri('example.org')], names: [uri('https://example.org/path')] }, true],
    ['uri: with a port', { permitted: [uri('example.org')], names: [uri('https://example.org:8443')] }, true],
    ['uri: hosts below', { permitted: [uri('.example.org')], names: [uri('https://a.example.org/')] }, true],
    ['uri: another host', { permitted: [uri('example.org')], names: [uri('https://a.example.org/')] }, false],
    ['uri: excluded', { excluded: [uri('example.org')], names: [uri('https://example.org/')] }, false],
    ['uri: without a host', { permitted: [uri('example.org')], names: [uri('urn:example.org')] }, false],
    ['ip: within', { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], names: [ip(10, 1, 2, 3)] }, true],
    ['ip: outside', { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], names: [ip(11, 1, 2, 3)] }, false],
    ['ip: excluded', { excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)], names: [ip(10, 1, 2, 3)] }, false],
    [
      'ip: of the other version',
      { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], names: [ip(...Array.from({ length: 16 }, () => 10))] },
      false,
    ],
    ['directory: the subject within', { permitted: [directory(acme)] }, true],
    ['directory: another organisation', { permitted: [directory(nameOf([C, O('Other')]))] }, false],
    ['directory: in another order', { permitted: [directory(nameOf([O('ACME'), C]))] }, false],
    [
      'directory: longer than the subject',
      { permitted: [directory(nameOf([C, O('ACME'), ['2.5.4.3', 'Leaf'], O('More')]))] },
      false,
    ],
    ['directory: without case and needless spaces', { permitted: [directory(nameOf([C, O('  acme ')]))] }, true],
    ['directory: excluded', { excluded: [directory(acme)] }, false],
    [
      'directory: excluded in another string type',
      { excluded: [directory(derWrite.sequence(printable('2.5.4.6', 'us'), printable('2.5.4.10', 'Acme')))] },
      false,
    ],
    [
      'directory: an alternative name',
      { permitted: [directory(acme)], names: [directory(nameOf([C, O('Other')]))] },
      false,
    ],
    ['other: a form that is not read, and not there', { permitted: [other(upn('1.2.3'))] }, true],
  ])('%s', (_, row, expected) => {
    const chain = chainOf(row)
    expect(isAllowed(chain)).toBe(expected)
    expect(opensslAccepts(chain, notBefore)).toBe(expected)
  })
})

describe('stricter', () => {
  const bmp = Buffer.from('1e08'.concat('0041', '0043', '004d', '0045'), 'hex')
  const universal = Buffer.from('1c10'.concat('00000041', '00000043', '0000004d', '00000045'), 'hex')
  const named = (value: Bytes): Bytes =>
    derWrite.sequence(printable('2.5.4.6', 'US'), derWrite.set(derWrite.sequence(derWrite.oid('2.5.4.10'), value)))

  it.each<[string, Row, boolean]>([
    ['a wildcard over an excluded name', { excluded: [dns('bad.example.org')], names: [dns('*.example.org')] }, false],
    ['a wildcard beside it', { excluded: [dns('bad.example.org')], names: [dns('*.example.com')] }, true],
    ['a name with a dot at its end', { excluded: [dns('example.org')], names: [dns('example.org.')] }, false],
    ['a URI whose host is an address', { permitted: [uri('.1')], names: [uri('https://10.0.0.1/')] }, false],
    [
      'a URI whose host is behind credentials',
      { excluded: [uri('example.org')], names: [uri('https://good.org:x@example.org/')] },
      false,
    ],
    ['a URI with an escaped host', { excluded: [uri('example.org')], names: [uri('https://example%2eorg/')] }, false],
    [
      'an address with a mask with holes',
      { excluded: [ip(10, 0, 0, 0, 255, 0, 255, 0)], names: [ip(11, 0, 0, 1)] },
      false,
    ],
    ['an address of an impossible length', { excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)], names: [ip(10, 0, 0)] }, false],
    ['an e-mail address without a host', { excluded: [email('example.org')], names: [email('nobody')] }, false],
    ['an excluded organisation in BMPString', { excluded: [directory(acme)], subject: named(bmp) }, false],
    [
      'an excluded organisation in a type that is not read',
      { excluded: [directory(acme)], subject: named(universal) },
      false,
    ],
    ['a form that is not read, and there', { permitted: [other(upn('1.2.3'))], names: [other(upn('1.2.3'))] }, false],
    ['the same, excluded', { excluded: [other(upn('1.2.3'))], names: [other(upn('1.2.4'))] }, false],
  ])('%s', (_, row, expected) => {
    expect(isAllowed(chainOf(row))).toBe(expected)
  })

  it('constraints of the root bind the intermediate too, and those that are not critical bind as well', () => {
    const limits = make.nameConstraints([directory(acme)], [], false)
    const root = makeCertificate({ subject: 'Root', key, extensions: [...usual.authority(), limits] })
    const issuer = makeCertificate({
      subject: nameOf([C, O('Other')]),
      key,
      issuer: root,
      extensions: usual.authority(),
    })
    const leaf = makeCertificate({ subject: acme, key, issuer, extensions: usual.codeSigning() })
    expect(checkChain(parsed(leaf, issuer, root), 'code-signing')).toMatchObject({ index: 1, rule: 'name-constraints' })
  })

  it.each([
    ['no constraint', derWrite.sequence()],
    ['an empty list', derWrite.sequence(derWrite.explicit(0, new Uint8Array()))],
    [
      'a minimum',
      derWrite.sequence(derWrite.explicit(0, derWrite.sequence(dns('a'), derWrite.implicit(0, Uint8Array.of(1))))),
    ],
    ['a name of no kind', derWrite.sequence(derWrite.explicit(0, derWrite.sequence(derWrite.null())))],
  ])('malformed: %s', (_, value) => {
    const issuer = makeCertificate({ key, extensions: [...usual.authority(), extension('2.5.29.30', value, true)] })
    const leaf = makeCertificate({ key, issuer, subject: 'Leaf', extensions: usual.codeSigning() })
    expect(checkChain(parsed(leaf, issuer), 'code-signing')?.rule).toBe('malformed')
  })

  it.each([
    ['a NUL in a name', [dns('example.org\0.evil')]],
    ['a line break in a name', [email('a@example.org\n')]],
    ['no name', []],
  ])('malformed alternative names: %s', (_, names) => {
    expect(checkChain(parsed(...chainOf({ permitted: [dns('x')], names })), 'code-signing')?.rule).toBe('malformed')
  })
})

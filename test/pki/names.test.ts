/** Distinguished names as text (RFC 4514), written and read, and the identities of trust policies. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derValue, derWrite } from '../../src/crypto/index.ts'
import {
  attributeOid,
  formatName,
  matchesIdentity,
  nameAttributes,
  parseCertificate,
  parseDistinguishedName,
} from '../../src/pki/index.ts'
import { makeCertificate, nameOf } from '../support/certificates.ts'
import { codeOf, fuzzOptions } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'

const key = makeKey()
const { oid, sequence, set } = derWrite
const subjectOf = (subject: Bytes | readonly (readonly [string, string])[]) =>
  parseCertificate(makeCertificate({ key, subject }).der).subject
const valued = (value: Bytes, type = '2.5.4.3') => subjectOf(sequence(set(sequence(oid(type), value))))
const typed = (...pairs: readonly (readonly [string, string])[]) =>
  subjectOf(pairs.map(([type, text]) => [attributeOid(type) ?? type, text]))

describe('the text of an attribute', () => {
  it.each<[string, Bytes, string | undefined]>([
    ['PrintableString', derWrite.printableString('ACME, Inc.'), 'ACME, Inc.'],
    ['PrintableString with what is not in it', derWrite.printableString('a@b'), undefined],
    ['UTF8String', derWrite.utf8String('Åland 株式会社'), 'Åland 株式会社'],
    ['UTF8String that is none', derValue(0x0c, Uint8Array.of(0xc3)), undefined],
    ['UTF8String with a surrogate', derValue(0x0c, Uint8Array.of(0xed, 0xa0, 0x80)), undefined],
    ['UTF8String with a byte order mark', derValue(0x0c, Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa'],
    ['IA5String', derWrite.ia5String('a@example.org'), 'a@example.org'],
    ['IA5String beyond ASCII', derValue(0x16, Uint8Array.of(0xe9)), undefined],
    ['NumericString', derValue(0x12, Buffer.from('12 3')), '12 3'],
    ['NumericString with letters', derValue(0x12, Buffer.from('1a')), undefined],
    ['TeletexString', derValue(0x14, Uint8Array.of(0x52, 0xe9)), 'Ré'],
    ['BMPString', derValue(0x1e, Buffer.from('00c50041', 'hex')), 'ÅA'],
    ['BMPString of odd length', derValue(0x1e, Buffer.from('00c500', 'hex')), undefined],
    ['BMPString with a surrogate', derValue(0x1e, Buffer.from('d83ddc00', 'hex')), undefined],
    ['UniversalString', derValue(0x1c, Buffer.from('00000041', 'hex')), undefined],
    ['a string in pieces, which is BER', derValue(0x2c, derWrite.utf8String('a')), undefined],
    ['a number', derWrite.unsigned(5), undefined],
    ['a sequence', sequence(derWrite.utf8String('a')), undefined],
  ])('%s', (_, value, text) => {
    const [attribute] = valued(value).attributes
    expect(attribute?.text).toBe(text)
    expect(Buffer.from(attribute?.raw ?? []).equals(Buffer.from(value))).toBe(true)
  })
})

describe('a name as text', () => {
  it.each<[string, readonly (readonly [string, string])[], string]>([
    [
      'in the order of Go',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['L', 'Seattle'],
        ['O', 'acme'],
        ['OU', 'Sec'],
        ['CN', 'leaf'],
      ],
      'CN=leaf,ST=WA,L=Seattle,OU=Sec,O=acme,C=US',
    ],
    [
      'whatever the order of the certificate',
      [
        ['CN', 'leaf'],
        ['C', 'US'],
        ['POSTALCODE', '1'],
        ['STREET', 'a'],
        ['SERIALNUMBER', '7'],
      ],
      'SERIALNUMBER=7,CN=leaf,POSTALCODE=1,STREET=a,C=US',
    ],
    [
      'several of one type',
      [
        ['C', 'US'],
        ['OU', 'a'],
        ['OU', 'b'],
      ],
      'OU=a+OU=b,C=US',
    ],
    [
      'others last',
      [
        ['C', 'US'],
        ['DC', 'org'],
        ['E', 'a@example.org'],
        ['UID', 'u'],
      ],
      'C=US,UID=u,E=a@example.org,DC=org',
    ],
    ['an unknown type', [['1.2.3.4', 'a']], '1.2.3.4=#0c0161'],
    ['what must be escaped', [['O', 'a,b+c"d\\e<f>g;h']], 'O=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
    ['a space at both ends', [['O', ' a b ']], 'O=\\ a b\\ '],
    ['a space alone', [['O', ' ']], 'O=\\ '],
    ['a number sign first', [['O', '#a#']], 'O=\\#a#'],
    ['control characters', [['O', 'a\n\0\u007f']], 'O=a\\0A\\00\\7F'],
    ['nothing', [], ''],
  ])('%s', (_, pairs, text) => {
    expect(formatName(typed(...pairs))).toBe(text)
  })

  it('of a value that is no text', () => {
    expect(formatName(valued(derWrite.unsigned(5)))).toBe('CN=#020105')
  })

  it('keeps every attribute', () => {
    expect(nameAttributes(typed(['O', 'a'], ['OU', 'b'], ['O', 'c']))).toEqual(
      new Map([
        ['2.5.4.10', ['a', 'c']],
        ['2.5.4.11', ['b']],
      ]),
    )
  })
})

const read = (text: string) =>
  Object.fromEntries([...parseDistinguishedName(text)].map(([type, value]) => [type.replace('2.5.4.', ''), value]))

describe('an identity of a trust policy', () => {
  it.each([
    ['C=US,ST=WA,O=ACME', { 6: 'US', 8: 'WA', 10: 'ACME' }],
    [' C = US , ST = WA , O = ACME ', { 6: 'US', 8: 'WA', 10: 'ACME' }],
    ['O=ACME, S=WA, C=US', { 6: 'US', 8: 'WA', 10: 'ACME' }],
    ['C=US,ST=WA,O=ACME\\, Inc.', { 6: 'US', 8: 'WA', 10: 'ACME, Inc.' }],
    ['C=US,ST=WA,O=\\41\\C3\\A9', { 6: 'US', 8: 'WA', 10: 'Aé' }],
    ['C=US,ST=WA,O=\\ a\\ ', { 6: 'US', 8: 'WA', 10: ' a ' }],
    ['C=US,ST=WA,O=a\\\\ ', { 6: 'US', 8: 'WA', 10: 'a\\' }],
    ['C=US,ST=WA,O=\\#a', { 6: 'US', 8: 'WA', 10: '#a' }],
    ['C=US,ST=WA,O=a=b', { 6: 'US', 8: 'WA', 10: 'a=b' }],
    ['C=US,ST=WA,O=株式会社,2.5.4.3=x', { 6: 'US', 8: 'WA', 10: '株式会社', 3: 'x' }],
    ['C=US,ST=WA,O=a,E=a@b', { 6: 'US', 8: 'WA', 10: 'a', '1.2.840.113549.1.9.1': 'a@b' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    [''],
    ['*'],
    ['C=US'],
    ['ST=WA,O=a'],
    ['C=US,O=a'],
    ['C=US,ST=WA'],
    ['C=US,ST=WA,O='],
    ['C=US,ST=WA,O=a,'],
    [',C=US,ST=WA,O=a'],
    ['C=US,,ST=WA,O=a'],
    ['c=US,ST=WA,O=a'],
    ['C=US,st=WA,O=a'],
    ['C=US,ST=WA,o=a'],
    ['C=US,ST=WA,O=a,cn=b'],
    ['C=US,ST=WA,O=a,NOPE=b'],
    ['C=US,ST=WA,O=a,=b'],
    ['C=US,ST=WA,O=a,2.5=b'],
    ['C=US,ST=WA,O=a,2.5.4.03=b'],
    ['C=US,ST=WA,O=a,O=b'],
    ['C=US,ST=WA,S=WA,O=a'],
    ['C=US,ST=WA,O=a,CN=b,2.5.4.3=c'],
    ['C=US,ST=WA,O=a+OU=b'],
    ['C=US,ST=WA,O=#0c0161'],
    ['C=US;ST=WA;O=a'],
    ['C=US,ST=WA,O="a"'],
    ['C=US,ST=WA,O=<a>'],
    ['C=US,ST=WA,O=a\\'],
    ['C=US,ST=WA,O=a\\x'],
    ['C=US,ST=WA,O=\\C3'],
    ['C=US,ST=WA,O=a\0'],
    [`C=US,ST=WA,O=${'a'.repeat(5000)}`],
  ])('refused: %j', (text) => {
    expect(codeOf(() => parseDistinguishedName(text))).toBe('DISTINGUISHED_NAME_INVALID')
  })

  it('what is written is read again', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }), (text) => {
        const name = typed(['C', 'US'], ['ST', 'WA'], ['O', text])
        const identity = parseDistinguishedName(formatName(name))
        expect(identity.get('2.5.4.10')).toBe(text)
        expect(matchesIdentity(identity, name)).toBe(true)
      }),
      fuzzOptions(300),
    )
  })

  it('any text is refused or read', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 80 }),
        fc.string({ maxLength: 20, unit: fc.constantFrom(...'=,+\\#" ;CSTO') }),
        (a, b) => {
          for (const text of [a, b, `C=US,ST=WA,O=${a}`, `C=US,ST=WA,O=${b}`])
            codeOf(() => parseDistinguishedName(text))
        },
      ),
      fuzzOptions(500),
    )
  })
})

describe('an identity and a subject', () => {
  const identity = parseDistinguishedName('C=US,ST=WA,O=ACME')
  it.each<[string, readonly (readonly [string, string])[], boolean]>([
    [
      'the same',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'ACME'],
      ],
      true,
    ],
    [
      'more',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'ACME'],
        ['CN', 'x'],
        ['E', 'a@b'],
      ],
      true,
    ],
    [
      'in another order',
      [
        ['O', 'ACME'],
        ['ST', 'WA'],
        ['C', 'US'],
      ],
      true,
    ],
    [
      'less',
      [
        ['C', 'US'],
        ['O', 'ACME'],
      ],
      false,
    ],
    [
      'in another case',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'acme'],
      ],
      false,
    ],
    [
      'with a space',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'ACME '],
      ],
      false,
    ],
    [
      'another value',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'ACME, Inc.'],
      ],
      false,
    ],
    [
      'two organisations',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'ACME'],
        ['O', 'Evil'],
      ],
      false,
    ],
    [
      'twice the same',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'ACME'],
        ['O', 'ACME'],
      ],
      false,
    ],
    ['a value that holds the rest', [['CN', 'x,O=ACME,ST=WA,C=US']], false],
  ])('%s', (_, pairs, expected) => {
    expect(matchesIdentity(identity, typed(...pairs))).toBe(expected)
  })

  it('several attributes in one relative name count too', () => {
    const pair = (type: string, text: string) => sequence(oid(attributeOid(type) ?? type), derWrite.utf8String(text))
    const subject = subjectOf(sequence(set(pair('C', 'US'), pair('ST', 'WA')), set(pair('O', 'ACME'))))
    expect(subject.attributes.map(({ rdn }) => rdn)).toEqual([0, 0, 1])
    expect(matchesIdentity(identity, subject)).toBe(true)
  })

  it('nothing matches nothing', () => {
    expect(matchesIdentity(new Map(), subjectOf(nameOf('x')))).toBe(false)
  })
})

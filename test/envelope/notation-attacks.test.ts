/** Attacks on the form of a Notation signature: algorithm confusion, critical headers, the same thing said twice, bytes that two readers read in two ways. */

import { describe, expect, test } from 'vitest'
import { concat, limits, toBase64Url, utf8 } from '../../src/base/index.ts'
import { codeOf } from '../support/fuzz.ts'
import {
  AGENT,
  AUTHENTIC,
  array,
  bytes,
  certificate,
  chainEntry,
  changed,
  cose,
  EXPIRY,
  encoded,
  goodHeader,
  integer,
  jws,
  map,
  PAYLOAD_TYPE,
  PLUGIN,
  PLUGIN_VERSION,
  payload,
  readCose,
  readJws,
  SCHEME,
  STAMP,
  signature,
  TIME,
  tag,
  text,
  time,
} from './notation-helpers.ts'

const x5c = [Buffer.from(certificate).toString('base64')]
const AUTHORITY = 'notary.x509.signingAuthority'
const { [TIME]: _time, ...withoutTime } = goodHeader
const { crit: _crit, ...withoutCrit } = goodHeader
const { [SCHEME]: _scheme, ...withoutScheme } = goodHeader

test('what the attacks change is well formed itself', () => {
  expect(readJws(jws({}))).toMatchObject({ algorithm: 'ES256', scheme: 'notary.x509', signingAgent: 'test' })
  expect(readCose(cose({}))).toMatchObject({ algorithm: 'ES256', scheme: 'notary.x509' })
  expect(readCose(cose({}))).not.toHaveProperty('signingAgent')
})

describe('algorithm confusion', () => {
  test.each(['none', 'None', '', 'HS256', 'RS256', 'EdDSA', 'ES256K', 'es256', 'ES256 ', 'toString', '__proto__'])(
    'JWS alg %s',
    (alg) => expect(codeOf(() => readJws(jws({ header: { ...goodHeader, alg } })))).toBe('ENVELOPE_INVALID'),
  )

  test.each([null, 256, ['ES256'], { a: 1 }, true])('JWS alg %j', (alg) =>
    expect(codeOf(() => readJws(jws({ header: { ...goodHeader, alg } })))).toBe('JSON_SHAPE'),
  )

  test.each([
    ['EdDSA', integer(-8)],
    ['HMAC', integer(5)],
    ['RSASSA-PKCS1-v1_5', integer(-257)],
    ['ES256K', integer(-47)],
    ['a number for all', integer(0)],
    ['a name', text('ES256')],
    ['a list', array([integer(-7)])],
    ['a floating-point -7', utf8('\xfb')],
    ['none', undefined],
  ])('COSE alg: %s', (_, alg) =>
    expect(codeOf(() => readCose(cose({ header: changed([integer(1), alg]) })))).toBe('ENVELOPE_INVALID'),
  )

  test('a floating-point label or value does not pass as an integer', () => {
    const float = (half: number): Uint8Array => Uint8Array.of(0xf9, half >> 8, half & 255)
    const [one, minusSeven] = [float(0x3c00), float(0xc700)]
    expect(codeOf(() => readCose(cose({ header: changed([integer(1), minusSeven]) })))).toBe('ENVELOPE_INVALID')
    const header = changed([integer(1), undefined], [one, integer(-7)])
    expect(codeOf(() => readCose(cose({ header })))).toBe('ENVELOPE_INVALID')
  })

  test('an algorithm outside of what is signed', () => {
    expect(codeOf(() => readJws(jws({ unprotected: { x5c, alg: 'ES256' } })))).toBe('ENVELOPE_INVALID')
    const unprotected = map([[integer(1), integer(-7)], chainEntry])
    expect(codeOf(() => readCose(cose({ unprotected })))).toBe('ENVELOPE_INVALID')
  })
})

describe('critical headers', () => {
  const jwsCases: readonly (readonly [string, object, string?])[] = [
    ['missing', withoutCrit, 'JSON_SHAPE'],
    ['empty', { ...goodHeader, crit: [] }],
    ['not a list', { ...goodHeader, crit: SCHEME }, 'JSON_SHAPE'],
    ['with a number', { ...goodHeader, crit: [SCHEME, 1] }, 'JSON_SHAPE'],
    ['naming one twice', { ...goodHeader, crit: [SCHEME, SCHEME] }],
    ['naming one that is absent', { ...goodHeader, crit: [SCHEME, EXPIRY] }],
    ['naming one that is only in the unsigned header', { ...goodHeader, crit: [SCHEME, AGENT] }],
    ['naming a header of RFC 7515', { ...goodHeader, crit: [SCHEME, 'alg'] }],
    ['without the signing scheme', { ...goodHeader, crit: [TIME] }],
    ['of a scheme that is absent', withoutScheme],
    ['without the expiry that is there', { ...goodHeader, [EXPIRY]: '2027-11-22T14:28:42Z' }],
    ['without the plugin that is there', { ...goodHeader, [PLUGIN]: 'p' }],
    [
      'without the version of the plugin',
      { ...goodHeader, crit: [SCHEME, PLUGIN], [PLUGIN]: 'p', [PLUGIN_VERSION]: '1.0.0' },
    ],
    ['with a version and no plugin', { ...goodHeader, crit: [SCHEME, PLUGIN_VERSION], [PLUGIN_VERSION]: '1.0.0' }],
    ['without the time of the authority', { ...withoutTime, [SCHEME]: AUTHORITY, [AUTHENTIC]: '2026-11-22T14:28:42Z' }],
    [
      'more than anybody reads',
      { ...goodHeader, crit: Array.from({ length: 40 }, (_, at) => `h${at}`) },
      'LIMIT_EXCEEDED',
    ],
  ]
  test.each(jwsCases)('JWS, %s', (_, header = {}, code = 'ENVELOPE_INVALID') =>
    expect(codeOf(() => readJws(jws({ header })))).toBe(code),
  )

  test.each([
    ['missing', undefined],
    ['empty', array([])],
    ['a text', text(SCHEME)],
    ['with a number', array([text(SCHEME), integer(3)])],
    ['naming one twice', array([text(SCHEME), text(SCHEME)])],
    ['naming one that is absent', array([text(SCHEME), text(EXPIRY)])],
    ['without the signing scheme', array([text(TIME)])],
    ['more than anybody reads', array(Array.from({ length: 40 }, (_, at) => text(`h${at}`)))],
  ])('COSE, %s', (_, crit) =>
    expect(codeOf(() => readCose(cose({ header: changed([integer(2), crit]) })))).toBe('ENVELOPE_INVALID'),
  )

  test('one that is not known is kept as critical, for whoever judges it', () => {
    const extended = [
      { key: 'acme', value: { a: [1] }, isCritical: true },
      { key: 'more', value: 'x', isCritical: false },
    ]
    const header = { ...goodHeader, crit: [SCHEME, 'acme'], acme: { a: [1] }, more: 'x' }
    expect(readJws(jws({ header })).extended).toEqual(extended.map((it) => expect.objectContaining(it)))
    const entries = changed(
      [integer(2), array([text(SCHEME), text('acme')])],
      [text('acme'), time(0)],
      [integer(4), bytes(utf8('kid'))],
    )
    expect(readCose(cose({ header: entries })).extended).toMatchObject([
      { key: 4, isCritical: false },
      { key: 'acme', value: '1970-01-01T00:00:00Z', isCritical: true },
    ])
  })
})

describe('schemes and their times', () => {
  const EARLIER = '2026-11-22T14:28:41Z'
  test.each([
    ['the time of the other scheme', { ...goodHeader, crit: [SCHEME, AUTHENTIC], [AUTHENTIC]: EARLIER }],
    ['no time', withoutTime],
    ['the authority without its time', { ...withoutTime, [SCHEME]: AUTHORITY }],
    ['the authority with the time of the other', { ...goodHeader, [SCHEME]: AUTHORITY }],
    [
      'the authority with both times',
      { ...goodHeader, crit: [SCHEME, AUTHENTIC], [SCHEME]: AUTHORITY, [AUTHENTIC]: EARLIER },
    ],
    ['an expiry before the signature', { ...goodHeader, crit: [SCHEME, EXPIRY], [EXPIRY]: EARLIER }],
    ['an expiry at the signature', { ...goodHeader, crit: [SCHEME, EXPIRY], [EXPIRY]: goodHeader[TIME] }],
    ['an empty scheme', { ...goodHeader, [SCHEME]: '' }],
    ['a scheme that is no text', { ...goodHeader, [SCHEME]: ['notary.x509'] }],
  ])('JWS with %s', (_, header) => expect(codeOf(() => readJws(jws({ header })))).toBe('ENVELOPE_INVALID'))

  test.each([
    ['2026-11-22T22:28:42+08:00', Date.UTC(2026, 10, 22, 14, 28, 42)],
    ['2026-11-22T14:28:42-00:00', Date.UTC(2026, 10, 22, 14, 28, 42)],
    ['2024-02-29T00:00:00+14:00', Date.UTC(2024, 1, 28, 10)],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['9999-12-31T23:59:59-00:01', undefined],
    ['0999-12-31T23:59:59Z', undefined],
    ['2026-11-22T14:28:42', undefined],
    ['2026-11-22 14:28:42Z', undefined],
    ['2026-11-22t14:28:42z', undefined],
    ['2026-11-22T14:28:42.5Z', undefined],
    ['2026-11-22T14:28:42+25:00', undefined],
    ['2026-11-22T14:28:42+0800', undefined],
    ['2026-02-30T14:28:42Z', undefined],
    ['2026-02-29T14:28:42Z', undefined],
    ['2026-13-01T14:28:42Z', undefined],
    ['2026-11-22T24:00:00Z', undefined],
    ['2026-11-22T14:28:60Z', undefined],
    ['02026-11-22T14:28:42Z', undefined],
    ['2026-11-22T14:28:42Z\n', undefined],
    ['', undefined],
  ])('JWS time %j', (written, expected) => {
    const read = (): unknown => readJws(jws({ header: { ...goodHeader, [TIME]: written } })).signingTime
    if (expected === undefined) expect(codeOf(read)).toBe('ENVELOPE_INVALID')
    else expect(read()).toBe(expected)
  })

  test.each([
    ['an untagged integer', integer(1795357722)],
    ['a text', text('2026-11-22T14:28:42Z')],
    ['tag 0', tag(0, text('2026-11-22T14:28:42Z'))],
    ['a text in tag 1', tag(1, text('1795357722'))],
    ['a floating-point number in tag 1', tag(1, Uint8Array.of(0xfb, 0x41, 0xda, 0xc1, 0, 0, 0, 0, 0))],
    ['a tag in a tag', tag(1, time(1795357722))],
    ['the year 10000', time(Date.UTC(10_000, 0, 1) / 1000)],
    ['a time before all certificates', time(-1e10)],
    ['a time beyond all calendars', tag(1, integer(2 ** 52))],
    ['null', Uint8Array.of(0xf6)],
  ])('COSE time: %s', (_, written) =>
    expect(codeOf(() => readCose(cose({ header: changed([text(TIME), written]) })))).toBe('ENVELOPE_INVALID'),
  )
})

describe('what is signed and what is not, swapped', () => {
  test.each([...[TIME, AUTHENTIC, EXPIRY, SCHEME, PLUGIN, PLUGIN_VERSION, 'crit', 'cty', 'alg']])(
    '%s in the unsigned header',
    (name) => expect(codeOf(() => readJws(jws({ unprotected: { x5c, [name]: 'x' } })))).toBe('ENVELOPE_INVALID'),
  )

  test.each(['x5c', STAMP, AGENT])('%s in the signed header', (name) =>
    expect(codeOf(() => readJws(jws({ header: { ...goodHeader, [name]: 'x' } })))).toBe('ENVELOPE_INVALID'),
  )

  test.each([integer(2), integer(3), text(TIME), text(AUTHENTIC), text(EXPIRY), text(SCHEME), text(PLUGIN)])(
    'COSE header %# in the unprotected map',
    (label) =>
      expect(codeOf(() => readCose(cose({ unprotected: map([chainEntry, [label, text('x')]]) })))).toBe(
        'ENVELOPE_INVALID',
      ),
  )

  test.each([integer(33), text(STAMP), text(AGENT)])('COSE header %# in the protected map', (label) =>
    expect(codeOf(() => readCose(cose({ header: changed([label, text('x')]) })))).toBe('ENVELOPE_INVALID'),
  )
})

describe('JSON that two readers read in two ways', () => {
  const whole = Buffer.from(jws({})).toString()
  const header = JSON.stringify(goodHeader)
  test.each([
    ['a member twice', whole.replace('{', `{"payload":"${encoded('{}')}",`), 'JSON_INVALID'],
    ['a folded member', whole.replace('{', `{"Payload":"${encoded('{}')}",`), 'JSON_SHAPE'],
    ['a member more', whole.replace('{', '{"x":1,'), 'JSON_SHAPE'],
    ['signatures of the general serialization', whole.replace('{', '{"signatures":[],'), 'JSON_SHAPE'],
    ['a member less', whole.replace(/"header":\{[^}]*\},/, ''), 'JSON_SHAPE'],
    ['bytes after the end', `${whole}{}`, 'JSON_INVALID'],
    ['a byte order mark', `\ufeff${whole}`, 'JSON_INVALID'],
    ['a list', `[${whole}]`, 'JSON_SHAPE'],
    ['null for the signature', whole.replace(/"signature":"[^"]*"/, '"signature":null'), 'JSON_SHAPE'],
  ])('%s', (_, written, code) => expect(codeOf(() => readJws(utf8(written)))).toBe(code))

  test.each([
    ['alg twice', header.replace('{', '{"alg":"none",'), 'JSON_INVALID'],
    ['a folded alg', header.replace('{', '{"ALG":"PS256",'), 'JSON_SHAPE'],
    ['a folded crit', header.replace('{', '{"Crit":[],'), 'JSON_SHAPE'],
    [
      'a scheme with a Kelvin sign',
      header.replace('{', `{"${SCHEME.replace('s', '\u017f')}":"notary.x509",`),
      'JSON_SHAPE',
    ],
    ['a folded expiry alone', header.replace('{', `{"${EXPIRY.toUpperCase()}":"2027-11-22T14:28:42Z",`), 'JSON_SHAPE'],
    ['alg escaped, twice', header.replace('{', '{"\\u0061lg":"none",'), 'JSON_INVALID'],
    ['white space after the end is none', `${header} x`, 'JSON_INVALID'],
    ['a list', '[]', 'JSON_SHAPE'],
    ['nothing', '', 'JSON_INVALID'],
    ['nested without end', header.replace('{', `{"a":${'['.repeat(5000)}${']'.repeat(5000)},`), 'JSON_INVALID'],
  ])('in the signed header: %s', (_, written, code) =>
    expect(codeOf(() => readJws(jws({ header: written })))).toBe(code),
  )

  test.each([
    ['a folded x5c', { x5c, X5C: x5c }],
    ['a folded timestamp', { x5c, [STAMP.toUpperCase()]: 'AAAA' }],
  ])('in the unsigned header: %s', (_, unprotected) =>
    expect(codeOf(() => readJws(jws({ unprotected })))).toBe('JSON_SHAPE'),
  )
})

describe('base64 with more than one spelling', () => {
  const spelled = toBase64Url(signature)
  test.each([
    ['with padding', `${spelled}==`],
    ['in the standard alphabet', Buffer.from(signature.fill(0xfb)).toString('base64').replaceAll('=', '')],
    ['with white space', `${spelled.slice(0, 8)}\n${spelled.slice(8)}`],
    ['with bits that a decoder drops', `${spelled.slice(0, -1)}R`],
    ['one letter too long', `${spelled}AAA`],
    ['with letters that look like others', `\u0141${spelled.slice(1)}`],
  ])('a signature %s', (_, value) =>
    expect(codeOf(() => readJws(jws({ members: { signature: value } })))).toBe('BASE64_INVALID'),
  )

  test.each([
    ['no signature', { signature: '' }, 'ENVELOPE_INVALID'],
    ['a signature of a megabyte', { signature: 'AAAA'.repeat(300_000) }, 'ENVELOPE_INVALID'],
    ['a padded header', { protected: `${encoded(JSON.stringify({ ...goodHeader, a: 1 }))}=` }, 'BASE64_INVALID'],
    ['a padded payload', { payload: `${toBase64Url(payload)}=` }, 'BASE64_INVALID'],
  ])('%s', (_, members, code) => expect(codeOf(() => readJws(jws({ members })))).toBe(code))

  test.each([
    ['in the URL alphabet', ['MII_-w'], 'BASE64_INVALID'],
    ['without padding', ['MIIBAQ'], 'BASE64_INVALID'],
    ['empty', [''], 'ENVELOPE_INVALID'],
    ['none', [], 'ENVELOPE_INVALID'],
    ['not in a list', 'MAA=', 'JSON_SHAPE'],
    ['too many', Array.from({ length: 17 }, () => 'MAA='), 'LIMIT_EXCEEDED'],
    ['no text', [1], 'JSON_SHAPE'],
  ])('certificates %s', (_, chain, code) =>
    expect(codeOf(() => readJws(jws({ unprotected: { x5c: chain } })))).toBe(code),
  )
})

describe('CBOR that two readers read in two ways', () => {
  const good = cose({})
  const indefiniteText = concat(Uint8Array.of(0x7f), text('a'), Uint8Array.of(0xff))
  const [header, unprotected, content, value] = [
    bytes(map(changed())),
    map([chainEntry]),
    bytes(payload),
    bytes(signature),
  ]
  const rawMap = (...parts: readonly Uint8Array[]): Uint8Array => concat(...parts)
  test.each([
    ['no tag', good.subarray(1)],
    ['another tag', concat(Uint8Array.of(0xd1), good.subarray(1))],
    ['the tag twice', concat(Uint8Array.of(0xd2), good)],
    ['the tag in two bytes', concat(Uint8Array.of(0xd8, 18), good.subarray(1))],
    ['bytes after the end', concat(good, Uint8Array.of(0))],
    ['a byte less', good.subarray(0, -1)],
    ['nothing', new Uint8Array()],
    [
      'an indefinite array',
      concat(Uint8Array.of(0xd2, 0x9f), header, unprotected, content, value, Uint8Array.of(0xff)),
    ],
    ['three members', cose({ members: [header, unprotected, content] })],
    ['five members', cose({ members: [header, unprotected, content, value, value] })],
    ['a header that is a map', cose({ members: [map(changed()), unprotected, content, value] })],
    ['no payload (detached)', cose({ members: [header, unprotected, Uint8Array.of(0xf6), value] })],
    ['a payload that is text', cose({ members: [header, unprotected, text('{}'), value] })],
    ['an empty signature', cose({ members: [header, unprotected, content, bytes(new Uint8Array())] })],
    ['an unprotected list', cose({ members: [header, array([]), content, value] })],
    ['an empty protected header', cose({ rawHeader: new Uint8Array() })],
    ['a protected header that is no map', cose({ rawHeader: array([]) })],
    ['bytes after the protected header', cose({ rawHeader: concat(map(changed()), Uint8Array.of(0)) })],
    ['the tag of COSE_Sign1 in the protected header', cose({ rawHeader: tag(18, map(changed())) })],
    ['undefined in the protected header', cose({ header: changed([text('a'), Uint8Array.of(0xf7)]) })],
    ['an indefinite text', cose({ header: changed([text('a'), indefiniteText]) })],
    ['a reserved length', cose({ header: changed([text('a'), Uint8Array.of(0x1c)]) })],
    ['a text that is not UTF-8', cose({ header: changed([text('a'), Uint8Array.of(0x61, 0xff)]) })],
    ['a length in more bytes than it needs', cose({ header: changed([text('a'), Uint8Array.of(0x18, 1)]) })],
    [
      'a map of more entries than there are bytes',
      cose({ header: changed([text('a'), Uint8Array.of(0xbb, 1, 0, 0, 0, 0, 0, 0, 0)]) }),
    ],
    ['a tag that is not known', cose({ header: changed([text('a'), tag(2, bytes(signature))]) })],
    ['a header named by bytes', cose({ header: changed([bytes(utf8('a')), integer(1)]) })],
    ['a header named by a time', cose({ header: changed([time(1), integer(1)]) })],
    [
      'alg twice',
      cose({ rawHeader: rawMap(Uint8Array.of(0xa6), map(changed()).subarray(1), integer(1), integer(-37)) }),
    ],
    ['a content type of COSE alone', cose({ header: changed([integer(3), integer(50)]) })],
    ['a certificate outside of a list', cose({ unprotected: map([[integer(33), bytes(certificate)]]) })],
    ['no certificates', cose({ unprotected: map([]) })],
    ['an empty list of certificates', cose({ unprotected: map([[integer(33), array([])]]) })],
    ['a certificate that is text', cose({ unprotected: map([[integer(33), array([text('MAA=')])]]) })],
    [
      'too many certificates',
      cose({ unprotected: map([[integer(33), array(Array.from({ length: 17 }, () => bytes(certificate)))]]) }),
    ],
    ['a timestamp that is text', cose({ unprotected: map([chainEntry, [text(STAMP), text('AAAA')]]) })],
    ['an agent that is no text', cose({ unprotected: map([chainEntry, [text(AGENT), integer(1)]]) })],
    [
      'the chain twice',
      cose({ unprotected: concat(Uint8Array.of(0xa2), map([chainEntry]).subarray(1), map([chainEntry]).subarray(1)) }),
    ],
  ])('%s', (_, written) => expect(codeOf(() => readCose(written))).toBe('ENVELOPE_INVALID'))

  test('the order of the keys is not asked for: the bytes are signed as they are', () => {
    const reversed = concat(Uint8Array.of(0xa5), ...changed().toReversed().flat())
    const { algorithm, signedParts } = readCose(cose({ rawHeader: reversed }))
    expect(algorithm).toBe('ES256')
    expect(signedParts[2]).toEqual(new Uint8Array(reversed))
  })

  test.each([
    ['lists', 0x81],
    ['maps', 0xa1],
    ['tags', 0xc1],
    ['many small values', 0x80],
  ])('%s without end, quickly', (_, byte) => {
    const endless = new Uint8Array(limits.signatureBytes - 10).fill(byte)
    const begun = performance.now()
    expect(codeOf(() => readCose(concat(Uint8Array.of(0xd2), endless)))).toBe('ENVELOPE_INVALID')
    const list = concat(Uint8Array.of(0xd2, 0x84, 0x9a, 0, 0x3f, 0, 0), endless)
    expect(codeOf(() => readCose(list))).toBe('ENVELOPE_INVALID')
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  test('more bytes than a signature has', () =>
    expect(codeOf(() => readCose(new Uint8Array(limits.signatureBytes + 1)))).toBe('ENVELOPE_INVALID'))

  test('a content type that is another one is kept, for whoever judges it', () => {
    const header = changed([integer(3), text('text/plain')])
    expect(readCose(cose({ header })).contentType).toBe('text/plain')
    expect(PAYLOAD_TYPE).not.toBe('text/plain')
  })
})

import { describe, expect, test } from 'vitest'
import { bufferOf, concat, toBase64, utf8 } from '../../src/base/index.ts'
import { paeParts, parseDsse, writeDsse } from '../../src/envelope/index.ts'
import { codeOf } from '../support/fuzz.ts'

const text = (parts: readonly Uint8Array[]): string => bufferOf(concat(...parts)).toString()
const envelope = {
  payload: toBase64(utf8('{"a":1}')),
  payloadType: 'application/vnd.in-toto+json',
  signatures: [{ sig: 'AAEC' }],
}
const withMembers = (members: object): Uint8Array => utf8(JSON.stringify({ ...envelope, ...members }))

describe('PAE (protocol.md)', () => {
  test.each([
    ['http://example.com/HelloWorld', 'hello world', 'DSSEv1 29 http://example.com/HelloWorld 11 hello world'],
    ['', '', 'DSSEv1 0  0 '],
    ['ünï', 'ä', 'DSSEv1 5 ünï 2 ä'],
  ])('of %s', (type, body, expected) => expect(text(paeParts(type, [utf8(body)]))).toBe(expected))

  test('the payload is not copied', () => {
    const payload = utf8('hello')
    expect(paeParts('t', [payload, payload])[2]).toBe(payload)
  })
})

describe('accepted', () => {
  test.each<[string, Uint8Array]>([
    ['as cosign writes it', withMembers({})],
    ['with a key id', withMembers({ signatures: [{ keyid: 'k', sig: 'AAEC' }] })],
    ['with an empty key id (cosign 1 and 2)', withMembers({ signatures: [{ keyid: '', sig: 'AAEC' }] })],
    ['several signatures', withMembers({ signatures: [{ sig: 'AAEC' }, { sig: 'AAED' }] })],
    ['white space and another order', utf8(JSON.stringify({ ...envelope, payload: envelope.payload }, undefined, 2))],
    ['escapes that JSON allows in base64', utf8(JSON.stringify(withoutSlashes()).replaceAll('/', '\\/'))],
  ])('%s', (_, bytes) => expect(parseDsse(bytes).payload.length).toBeGreaterThan(0))

  function withoutSlashes(): object {
    return { ...envelope, payload: '////', signatures: [{ sig: '////' }] }
  }
})

describe('refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['no payload', withMembers({ payload: undefined }), 'JSON_SHAPE'],
    ['an empty payload', withMembers({ payload: '' }), 'ENVELOPE_INVALID'],
    ['no payload type', withMembers({ payloadType: undefined }), 'JSON_SHAPE'],
    ['an empty payload type', withMembers({ payloadType: '' }), 'ENVELOPE_INVALID'],
    ['an endless payload type', withMembers({ payloadType: 'a'.repeat(10_000) }), 'ENVELOPE_INVALID'],
    ['no signature', withMembers({ signatures: [] }), 'ENVELOPE_INVALID'],
    ['signatures null', withMembers({ signatures: null }), 'JSON_SHAPE'],
    ['an empty signature', withMembers({ signatures: [{ sig: '' }] }), 'ENVELOPE_INVALID'],
    ['an endless signature', withMembers({ signatures: [{ sig: 'AAAA'.repeat(2000) }] }), 'ENVELOPE_INVALID'],
    ['an endless key id', withMembers({ signatures: [{ sig: 'AAEC', keyid: 'k'.repeat(2000) }] }), 'ENVELOPE_INVALID'],
    [
      'signatures beyond the bound',
      withMembers({ signatures: Array.from({ length: 17 }, () => ({ sig: 'AAEC' })) }),
      'LIMIT_EXCEEDED',
    ],
    ['a member that DSSE does not have', withMembers({ extra: 1 }), 'JSON_SHAPE'],
    ['a case-folded member beside the real one', withMembers({ Payload: 'AAAA' }), 'JSON_SHAPE'],
    [
      'a member of a signature that DSSE does not have',
      withMembers({ signatures: [{ sig: 'AAEC', Sig: 'AAED' }] }),
      'JSON_SHAPE',
    ],
    ['a payload twice', utf8(`{"payload":"AAAA",${JSON.stringify(envelope).slice(1)}`), 'JSON_INVALID'],
    [
      'a payload twice, once escaped',
      utf8(`{"p\\u0061yload":"AAAA",${JSON.stringify(envelope).slice(1)}`),
      'JSON_INVALID',
    ],
    ['payload without padding', withMembers({ payload: 'AAEC' + 'AA' }), 'BASE64_INVALID'],
    ['payload in the URL alphabet', withMembers({ payload: '__-_' }), 'BASE64_INVALID'],
    ['payload with a line end', withMembers({ payload: 'AAEC\nAAEC' }), 'BASE64_INVALID'],
    ['payload with stray bits', withMembers({ payload: 'AAF=' }), 'BASE64_INVALID'],
    ['payload with padding inside', withMembers({ payload: 'AA==AAEC' }), 'BASE64_INVALID'],
    ['payload as an object', withMembers({ payload: {} }), 'JSON_SHAPE'],
    ['signature with stray bits', withMembers({ signatures: [{ sig: 'AAF=' }] }), 'BASE64_INVALID'],
    ['an array', utf8('[]'), 'JSON_SHAPE'],
    ['bytes after the end', concat(withMembers({}), utf8('{}')), 'JSON_INVALID'],
    ['a byte order mark', concat(utf8('\ufeff'), withMembers({})), 'JSON_INVALID'],
    ['nothing', utf8(''), 'JSON_INVALID'],
  ])('%s', (_, bytes, code) => expect(codeOf(() => parseDsse(bytes))).toBe(code))
})

describe('writing', () => {
  test('as cosign writes it; a key id only where there is one', () => {
    const content = { payloadType: envelope.payloadType, payload: [utf8('{"a":1}')] }
    expect(text(writeDsse({ ...content, signatures: [{ sig: Uint8Array.of(0, 1, 2) }] }))).toBe(
      JSON.stringify(envelope),
    )
    expect(text(writeDsse({ ...content, signatures: [{ keyid: 'k', sig: Uint8Array.of(0, 1, 2) }] }))).toContain(
      '"signatures":[{"keyid":"k","sig":"AAEC"}]',
    )
  })

  test('parts of any length make the base64 of the whole', () => {
    for (const lengths of [[1], [2], [3], [1, 1, 1], [2, 2], [1, 5, 0, 1], [0], [4, 4, 4], [786_432, 1, 786_433, 2]]) {
      const payload = lengths.map((length, at) => new Uint8Array(length).fill(at + 65))
      const parts = writeDsse({ payloadType: 't', payload, signatures: [{ sig: Uint8Array.of(1) }] })
      const expected = Buffer.concat(payload).toString('base64')
      expect((JSON.parse(text(parts)) as { payload: string }).payload).toBe(expected)
      if (expected !== '') expect(Buffer.compare(parseDsse(concat(...parts)).payload, Buffer.concat(payload))).toBe(0)
    }
  })

  test('a payload of many megabytes is read from its place: no string of it, no change', () => {
    const payload = Buffer.alloc(9_000_001, 'zegel')
    const parts = writeDsse({ payloadType: 't', payload: [payload], signatures: [{ sig: Uint8Array.of(1) }] })
    expect(Buffer.compare(parseDsse(concat(...parts)).payload, payload)).toBe(0)
  })
})

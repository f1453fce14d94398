/** Asking an authority for a timestamp over HTTP (RFC 3161 sections 2.4 and 3.4). */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits, silentLog } from '../../src/base/index.ts'
import { contextTag, derTags, derValue, derWrite, readDerSequence } from '../../src/crypto/index.ts'
import { createFetcher, type HttpClient } from '../../src/http/index.ts'
import {
  parseCertificate,
  readTimestampReply,
  requestTimestamp,
  verifyTimestamp,
  writeTimestampRequest,
} from '../../src/pki/index.ts'
import { serve, type TestServer } from '../http/servers.ts'
import { codeOf, codeOfAsync } from '../support/fuzz.ts'
import { makeAuthority, makeInfo, makeToken, type TokenParts } from '../support/timestamps.ts'

const { sequence, unsigned, utf8String, bits } = derWrite
const authority = makeAuthority()
const message = Buffer.from('the raw bytes of a signature')
// Its first bit is set, so that the INTEGER needs an octet more.
const nonce = Buffer.from('f00102030405060708090a0b0c0d0e0f', 'hex')
const asked = { message, hash: 'sha256', nonce } as const
const sent = Buffer.concat([Buffer.from([0]), nonce])

const tokenFor = (parts: Partial<TokenParts> = {}): Uint8Array =>
  makeToken({ authority, message, rest: [unsigned(nonce)], ...parts })
const granted = (token: Uint8Array, status = 0): Uint8Array => sequence(sequence(unsigned(status)), token)

test('the request asks for this message, with the nonce, for the certificates', () => {
  const body = readDerSequence(writeTimestampRequest({ ...asked, policy: '1.2.3.4' }), 'It')
  expect(body.small()).toBe(1)
  body.sequence()
  expect(body.oid()).toBe('1.2.3.4')
  expect(Buffer.from(body.unsigned())).toEqual(nonce)
  expect(body.next(derTags.boolean).content[0]).toBe(0xff)
  body.end()
})

describe('an answer', () => {
  test.each([
    ['granted', 0],
    ['granted with modifications', 1],
  ])('%s is taken, and is the bare token', (_, status) => {
    const made = tokenFor()
    const token = readTimestampReply(granted(made, status), asked, sent)
    expect(Buffer.from(token)).toEqual(Buffer.from(made))
    expect(verifyTimestamp({ token, message, roots: [parseCertificate(authority.root.der)] }).ok).toBe(true)
  })

  test('BER around it is read', () => {
    const token = tokenFor()
    const ber = Buffer.concat([Buffer.from([0x30, 0x80]), sequence(unsigned(0)), token, Buffer.from([0, 0])])
    expect(Buffer.from(readTimestampReply(ber, asked, sent))).toEqual(Buffer.from(token))
  })

  test.each<[string, () => Uint8Array, string]>([
    ['to another request', () => granted(tokenFor({ rest: [unsigned(5)] })), 'TIMESTAMP_REPLY_INVALID'],
    ['without a nonce', () => granted(tokenFor({ rest: [] })), 'TIMESTAMP_REPLY_INVALID'],
    [
      'for another message',
      () => granted(tokenFor({ info: makeInfo(Buffer.from('another'), { rest: [unsigned(nonce)] }) })),
      'TIMESTAMP_REPLY_INVALID',
    ],
    ['with another hash', () => granted(tokenFor({ imprintHash: 'sha512' })), 'TIMESTAMP_REPLY_INVALID'],
    ['with SHA-1', () => granted(tokenFor({ imprintHash: 'sha1' })), 'TIMESTAMP_REPLY_INVALID'],
    ['without certificates', () => granted(tokenFor({ bag: [] })), 'TIMESTAMP_REPLY_INVALID'],
    ['without a token', () => sequence(sequence(unsigned(0))), 'TIMESTAMP_REPLY_INVALID'],
    [
      'with more after the token',
      () => sequence(sequence(unsigned(0)), tokenFor(), unsigned(1)),
      'TIMESTAMP_REPLY_INVALID',
    ],
    ['that is a bare token', () => tokenFor(), 'TIMESTAMP_REPLY_INVALID'],
    ['that is a page', () => Buffer.from('<html>'), 'TIMESTAMP_REPLY_INVALID'],
    ['that is nothing', () => new Uint8Array(), 'TIMESTAMP_REPLY_INVALID'],
    ['rejection', () => sequence(sequence(unsigned(2))), 'TIMESTAMP_REFUSED'],
    ['rejection with a token beside it', () => granted(tokenFor(), 2), 'TIMESTAMP_REFUSED'],
    ['waiting', () => sequence(sequence(unsigned(3))), 'TIMESTAMP_REFUSED'],
  ])('%s is refused', (_, bytes, code) => {
    expect(codeOf(() => readTimestampReply(bytes(), asked, sent))).toBe(code)
  })

  test('with another policy than was asked is refused', () => {
    const reply = granted(tokenFor())
    expect(codeOf(() => readTimestampReply(reply, { ...asked, policy: '1.2.3.4.1' }, sent))).toBeUndefined()
    expect(codeOf(() => readTimestampReply(reply, { ...asked, policy: '1.2.3.4.2' }, sent))).toBe(
      'TIMESTAMP_REPLY_INVALID',
    )
  })

  test('a refusal tells the authority’s reason and words', () => {
    const badAlgorithm = bits(Buffer.from([0x80]), 7)
    const words = sequence(utf8String('only SHA-256 here'), derValue(contextTag(0), new Uint8Array()))
    const refusal = sequence(sequence(unsigned(2), words, badAlgorithm))
    expect(() => readTimestampReply(refusal, asked, sent)).toThrow(/hash algorithm.*only SHA-256 here/)
  })
})

describe('over HTTP', () => {
  let server: TestServer
  let fetcher: HttpClient
  beforeAll(async () => {
    fetcher = createFetcher({ environment: {}, log: silentLog, clock: Date.now, retries: 0 })
    server = await serve((request, response) => {
      request.resume()
      request.on('end', () => {
        if (request.url === '/missing') response.writeHead(404).end('no')
        else if (request.url === '/long') response.end(Buffer.alloc(limits.timestampBytes + 1))
        else response.setHeader('content-type', 'application/timestamp-reply').end(granted(tokenFor()))
      })
    })
  })
  afterAll(async () => {
    fetcher.close()
    await server.close()
  })
  const at = (path: string) => requestTimestamp({ ...asked, fetcher, url: new URL(path, server.url) })

  test('a timestamp is asked for and comes', async () => {
    const token = await at('/')
    expect(server.requests.at(-1)).toBe('POST /')
    expect(server.headers.at(-1)).toMatchObject({ 'content-type': 'application/timestamp-query' })
    expect(verifyTimestamp({ token, message, roots: [parseCertificate(authority.root.der)] }).ok).toBe(true)
  })

  test.each([
    ['/missing', 'TIMESTAMP_AUTHORITY_FAILED'],
    ['/long', 'LIMIT_EXCEEDED'],
  ])('%s: %s', async (path, code) => {
    expect(await codeOfAsync(() => at(path))).toBe(code)
  })
})

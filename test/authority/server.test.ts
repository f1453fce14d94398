/** The served authority over HTTP: what it answers, in every spelling of clients, and what it refuses. */

import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthorityServer, createAuthority, type Revocation, serveAuthority } from '../../src/authority/index.ts'
import { type Bytes, limits, silentLog } from '../../src/base/index.ts'
import { createFetcher } from '../../src/http/index.ts'
import {
  type Certificate,
  judgeCrlBytes,
  judgeOcspBytes,
  requestTimestamp,
  verifyTimestamp,
  writeOcspRequest,
  writeTimestampRequest,
} from '../../src/pki/index.ts'
import { codeOfAsync } from '../support/fuzz.ts'

const circumstances = { clock: Date.now, random: (length: number) => randomBytes(length) }
const authority = createAuthority(circumstances)
const { root, intermediate, tsaRoot, tsa } = authority
const signing = authority.issueSigning()
const revoked: Revocation[] = []
let isDamaged = false

let server: AuthorityServer
const start = (more: object = {}): Promise<AuthorityServer> =>
  serveAuthority({
    ...circumstances,
    issuers: authority,
    issued: [root, intermediate, tsaRoot, tsa, signing].map(({ certificate }) => certificate),
    revoked: async () => {
      if (isDamaged) throw new Error('no list')
      return revoked
    },
    freshMs: 60_000,
    address: '127.0.0.1',
    port: 0,
    allowRemote: false,
    log: silentLog,
    ...more,
  })
beforeAll(async () => {
  server = await start()
})
afterAll(() => server.close())

const message = Buffer.from('a signature')
const ask = writeOcspRequest(signing.certificate, intermediate.certificate)
const query = writeTimestampRequest({ message, hash: 'sha256', nonce: Buffer.from('77', 'hex') })
const timestampType = 'application/timestamp-query'

async function call(
  path: string,
  type?: string,
  body?: Bytes,
): Promise<{ status: number; type: string; bytes: Bytes }> {
  const init =
    body === undefined ? {} : { method: 'POST', body: Buffer.from(body), headers: { 'content-type': type ?? '' } }
  const answer = await fetch(`${server.url}${path}`, init)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', bytes }
}

const judged = (bytes: Bytes): string =>
  judgeOcspBytes(bytes, signing.certificate, intermediate.certificate, Date.now()).status

describe('timestamps', () => {
  it.each(['/', '/timestamp'])('by our own client at %s', async (path) => {
    const fetcher = createFetcher({ environment: {}, log: silentLog, clock: Date.now, allowPlainHttp: () => true })
    const url = new URL(`${server.url}${path}`)
    const token = await requestTimestamp({ fetcher, url, message, hash: 'sha512', nonce: randomBytes(16) })
    expect(verifyTimestamp({ token, message, roots: [tsaRoot.certificate] })).toMatchObject({ ok: true })
    fetcher.close()
  })

  it('with parameters of the type', async () => {
    const { status, type } = await call('/', `${timestampType.toUpperCase()}; x=y`, query)
    expect([status, type]).toEqual([200, 'application/timestamp-reply'])
  })
})

describe('OCSP', () => {
  it('by POST', async () => {
    const { status, type, bytes } = await call('/ocsp', 'application/ocsp-request', ask)
    expect([status, type, judged(bytes)]).toEqual([200, 'application/ocsp-response', 'good'])
  })

  const base64 = Buffer.from(ask).toString('base64')
  it.each([
    ['escaped', encodeURIComponent(base64)],
    ['as it is', base64],
  ])('by GET, %s', async (_, path) => {
    expect(judged((await call(`/ocsp/${path}`)).bytes)).toBe('good')
  })

  it('of what is no request', async () => {
    expect((await call('/ocsp/AAAA')).bytes).toEqual(new Uint8Array(Buffer.from('30030a0101', 'hex')))
    expect((await call('/ocsp/%ZZ')).status).toBe(400)
    expect((await call('/ocsp/?')).status).toBe(400)
  })
})

describe('lists', () => {
  it.each([
    ['root', intermediate.certificate, root.certificate],
    ['intermediate', signing.certificate, intermediate.certificate],
    ['tsa-root', tsa.certificate, tsaRoot.certificate],
  ])('of %s', async (name, certificate, issuer) => {
    expect(await listed(name, certificate, issuer)).toBe('good')
  })

  it('have what was revoked a moment ago, each its own', async () => {
    revoked.push({ serial: signing.certificate.serial, at: Date.now(), reason: 'keyCompromise' })
    expect(await listed('intermediate', signing.certificate, intermediate.certificate)).toBe('revoked')
    expect(await listed('root', intermediate.certificate, root.certificate)).toBe('good')
    expect((await call('/crl/root.crl')).bytes.length).toBeLessThan((await call('/crl/intermediate.crl')).bytes.length)
    expect(judged((await call('/ocsp', 'application/ocsp-request', ask)).bytes)).toBe('revoked')
  })

  it('that cannot be made are not made up', async () => {
    isDamaged = true
    expect((await call('/crl/root.crl')).status).toBe(500)
    expect((await call('/ocsp', 'application/ocsp-request', ask)).status).toBe(500)
    isDamaged = false
  })

  async function listed(name: string, certificate: Certificate, issuer: Certificate): Promise<string> {
    const { type, bytes } = await call(`/crl/${name}.crl`)
    expect(type).toBe('application/pkix-crl')
    return judgeCrlBytes({ base: bytes }, certificate, issuer, Date.now()).status
  }
})

describe('refused', () => {
  it.each([
    ['another place', '/other', undefined, undefined, 404],
    ['another place to post to', '/crl/root.crl', timestampType, query, 404],
    ['a list of nobody', '/crl/tsa.crl', undefined, undefined, 404],
    ['a path that climbs', '/crl/..%2froot.crl', undefined, undefined, 404],
    ['a member of every object', '/constructor', timestampType, query, 404],
    ['a type that a page in a browser may send', '/', 'text/plain', query, 415],
    ['the other type', '/ocsp', timestampType, query, 415],
    ['a body without end', '/', timestampType, new Uint8Array(limits.authorityRequestBytes + 1), 413],
  ] as const)('%s', async (_, path, type, body, status) => {
    expect((await call(path, type, body)).status).toBe(status)
  })

  it('another method', async () => {
    expect((await fetch(server.url, { method: 'DELETE' })).status).toBe(405)
  })

  it('a list without its body is no more than its head', async () => {
    const answer = await fetch(`${server.url}/crl/root.crl`, { method: 'HEAD' })
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 0])
  })

  it('an address that others reach, and one that is taken', async () => {
    expect(await codeOfAsync(() => start({ address: '0.0.0.0' }))).toBe('SERVE_ADDRESS_REMOTE')
    expect(await codeOfAsync(() => start({ port: Number(new URL(server.url).port) }))).toBe('SERVE_ADDRESS_IN_USE')
  })
})

it('a request that breaks off harms nobody', async () => {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${timestampType}\r\nContent-Length: 500\r\n\r\n0`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  expect((await call('/crl/root.crl')).status).toBe(200)
})

/** Where revocation is asked: the network with its bounds, a folder, a cache, nobody. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bytes, type Log, silentLog } from '../../src/base/index.ts'
import type { Certificate, ChainRevocation } from '../../src/pki/index.ts'
import {
  collectRevocation,
  folderRevocation,
  keepingRevocation,
  networkRevocation,
  offlineRevocation,
  type RevocationSource,
  rememberingRevocation,
  withCrlCache,
} from '../../src/trust/index.ts'
import { bodyOf, serve, serveSocket, type TestServer } from '../http/servers.ts'
import { make, makeChain, type TestChain, usual } from '../support/certificates.ts'
import { crlExtension, day, makeCrl, makeOcsp, now, serialOf } from '../support/revocation.ts'

let work = ''
const closing: (() => void | Promise<void>)[] = []
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'zegel-revocation-'))
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  rmSync(work, { recursive: true, force: true })
})

type Answers = Record<string, Bytes | ((request: IncomingMessage, response: ServerResponse) => void)>

/** Answers by the beginning of the path. */
async function started(answers: () => Answers): Promise<TestServer> {
  const server = await serve((request, response) => {
    const found = Object.entries(answers()).find(([path]) => request.url?.startsWith(path))?.[1]
    if (typeof found === 'function') found(request, response)
    else response.writeHead(found === undefined ? 404 : 200).end(found)
  })
  closing.push(() => server.close())
  return server
}

function network(hosts: readonly string[] = ['127.0.0.1'], log: Log = silentLog): RevocationSource {
  const source = networkRevocation({ environment: {}, log, clock: Date.now, hosts })
  closing.push(() => source.close())
  return source
}

/** A chain whose leaf names these places, and whose intermediate names none. */
function chainAt(pointers: readonly Uint8Array[]): TestChain {
  return makeChain({ leaf: { extensions: [...usual.codeSigning(), ...pointers] } })
}

const good = (chain: TestChain): Uint8Array =>
  makeOcsp({ signer: chain.intermediate, singles: [{ certificate: chain.leaf, issuer: chain.intermediate }] })

const leafOf = ({ certificates }: ChainRevocation): string | undefined => certificates[0]?.code

describe('OCSP over HTTP (RFC 6960 appendix A)', () => {
  it('is a GET with the request in the path, where it is short', async () => {
    let response: Uint8Array = new Uint8Array()
    const server = await started(() => ({ '/ocsp/': response }))
    for (const path of ['/ocsp', '/ocsp/']) {
      const chain = chainAt([make.ocspAt(`${server.url}${path}`)])
      response = good(chain)
      expect((await collectRevocation(chain.certificates, now, network())).code).toBe('REVOCATION_GOOD')
    }
    for (const request of server.requests) expect(request).toMatch(/^GET \/ocsp\/[A-Za-z0-9%]+$/)
    expect(server.headers[0]?.['accept']).toBe('application/ocsp-response')
  })

  it('is a POST where it is long, or the address has a query', async () => {
    const seen: [type: string | undefined, body: Buffer][] = []
    let response: Uint8Array = new Uint8Array()
    const server = await started(() => ({
      '/': async (request, answer) => {
        seen.push([request.headers['content-type'], await bodyOf(request)])
        answer.end(response)
      },
    }))
    const chain = chainAt([make.ocspAt(`${server.url}/?a=b`)])
    response = good(chain)
    expect((await collectRevocation(chain.certificates, now, network())).status).toBe('good')
    const nonce = (): Uint8Array => new Uint8Array(32).fill(7)
    const long = chainAt([make.ocspAt(server.url)])
    response = good(long)
    const source: RevocationSource = network()
    const asked: string[] = []
    const spying: RevocationSource = {
      ...source,
      ocsp: (question) => {
        asked.push(Buffer.from(question.request).toString('hex'))
        return source.ocsp({ ...question, request: Buffer.concat([question.request, new Uint8Array(200)]) })
      },
    }
    expect((await collectRevocation(long.certificates, now, spying, { nonce })).status).toBe('good')
    expect(seen.map(([type]) => type)).toEqual(['application/ocsp-request', 'application/ocsp-request'])
    expect(asked[0]).toContain('07'.repeat(32))
  })

  it('asks the next responder, and then for the list, where nothing can be relied on', async () => {
    const chain: { value?: TestChain } = {}
    const server = await started(() => ({
      '/2': chain.value === undefined ? new Uint8Array() : good(makeChain()),
      '/crl': chain.value === undefined ? new Uint8Array() : makeCrl({ issuer: chain.value.intermediate }),
    }))
    const at = (path: string): string => server.url + path
    chain.value = chainAt([make.ocspAt(at('/1'), at('/2')), make.crlAt(at('/crl'))])
    const verdict = await collectRevocation(chain.value.certificates, now, network())
    expect(verdict.code).toBe('REVOCATION_GOOD')
    const answers = verdict.certificates[0]?.answers
    expect(answers?.ocsp.map(({ code }) => code)).toEqual(['REVOCATION_UNREACHABLE', 'OCSP_SIGNATURE_INVALID'])
    expect(server.requests.map((request) => request.slice(0, 8))).toEqual(['GET /1/M', 'GET /2/M', 'GET /crl'])
  })
})

describe('what the network cannot do to us', () => {
  const askedAt = async (
    url: string,
    hosts?: readonly string[],
    kind: 'ocsp' | 'crl' = 'ocsp',
  ): Promise<string | undefined> => {
    const chain = chainAt([kind === 'ocsp' ? make.ocspAt(url) : make.crlAt(url)])
    return leafOf(await collectRevocation(chain.certificates, now, network(hosts)))
  }

  it('an address that is not named is not asked', async () => {
    const server = await started(() => ({}))
    expect(await askedAt(server.url, [])).toBe('REVOCATION_UNREACHABLE')
    expect(await askedAt(server.url.replace('127.0.0.1', 'localhost'), ['127.0.0.1'])).toBe('REVOCATION_UNREACHABLE')
    expect(await askedAt('http://169.254.169.254/latest', ['169.254.169.254'])).toBe('REVOCATION_UNREACHABLE')
    expect(server.requests).toEqual([])
  })

  it.each([
    'http://169.254.169.254/',
    'http://10.1.1.1/',
    'http://[fe80::1]/',
    'http://[::1]:1/',
    'http://0.0.0.0/',
    'file:///etc/passwd',
  ])('a redirect to %s is not followed', async (location) => {
    const server = await started(() => ({ '/': (_, response) => void response.writeHead(302, { location }).end() }))
    for (const kind of ['ocsp', 'crl'] as const)
      expect(await askedAt(server.url, ['127.0.0.1'], kind)).toBe('REVOCATION_UNREACHABLE')
    expect(server.requests).toHaveLength(2)
  })

  it('a redirect to another named place is followed', async () => {
    const chain: { value?: TestChain } = {}
    const target = await started(() => ({ '/': chain.value === undefined ? new Uint8Array() : good(chain.value) }))
    const server = await started(() => ({
      '/': (_, response) => void response.writeHead(302, { location: target.url }).end(),
    }))
    chain.value = chainAt([make.ocspAt(server.url)])
    expect((await collectRevocation(chain.value.certificates, now, network())).status).toBe('good')
  })

  it.each([
    'ldap://crl.example.org/cn=x',
    'ftp://crl.example.org/1.crl',
    'http://user:word@crl.example.org',
    'http://:word@crl.example.org',
    'no url',
    '',
  ])('"%s" cannot be asked, and is not "no place"', async (url) => {
    expect(await askedAt(url)).toBe('REVOCATION_URL_UNUSABLE')
    expect(await askedAt(url, [], 'crl')).toBe('REVOCATION_URL_UNUSABLE')
  })

  it('a body past its bound is not read', async () => {
    const server = await started(() => ({ '/': Buffer.alloc(20 * 1024 + 1) }))
    expect(await askedAt(server.url)).toBe('REVOCATION_UNREACHABLE')
  })

  it('silence ends after two seconds', async () => {
    const server = await serveSocket(() => {})
    closing.push(() => server.close())
    const start = performance.now()
    expect(await askedAt(`http://${server.host}`)).toBe('REVOCATION_UNREACHABLE')
    expect(performance.now() - start).toBeLessThan(3500)
  })
})

describe('a chain', () => {
  it('that names no place asks nobody', async () => {
    expect((await collectRevocation(makeChain().certificates, now, offlineRevocation)).code).toBe('NOT_REVOCABLE')
  })

  it('offline is unknown where it can be revoked', async () => {
    const { certificates } = chainAt([make.ocspAt('http://ocsp.example.org'), make.crlAt('http://crl.example.org')])
    expect(await collectRevocation(certificates, now, offlineRevocation)).toMatchObject({
      status: 'unknown',
      code: 'REVOCATION_NOT_COLLECTED',
    })
  })

  it('of a revoked intermediate is revoked', async () => {
    const url = 'http://crl.example.org/root.crl'
    const chain = makeChain({ intermediate: { extensions: [...usual.authority(0), make.crlAt(url)] } })
    const base = makeCrl({ issuer: chain.root, revoked: [{ serial: serialOf(chain.intermediate) }] })
    const source: RevocationSource = { ...offlineRevocation, crl: async () => ({ base }) }
    const verdict = await collectRevocation(chain.certificates, now, source)
    expect([verdict.status, verdict.certificates.map(({ code }) => code)]).toEqual([
      'revoked',
      ['NOT_REVOCABLE', 'REVOKED'],
    ])
  })

  it('does not take a broken source for an answer', async () => {
    const { certificates } = chainAt([make.ocspAt('http://ocsp.example.org')])
    const source: RevocationSource = {
      ...offlineRevocation,
      ocsp: () => Promise.reject(new TypeError('a fault of ours')),
    }
    await expect(collectRevocation(certificates, now, source)).rejects.toThrow(TypeError)
  })

  it('asked about twice in one run is asked once', async () => {
    const chain: { value?: TestChain } = {}
    const server = await started(() => ({ '/': chain.value === undefined ? new Uint8Array() : good(chain.value) }))
    chain.value = chainAt([make.ocspAt(server.url)])
    const source = rememberingRevocation(network())
    const { certificates } = chain.value
    await Promise.all([collectRevocation(certificates, now, source), collectRevocation(certificates, now, source)])
    expect((await collectRevocation(certificates, now, source)).status).toBe('good')
    expect(server.requests).toHaveLength(1)
  })
})

/** A chain whose leaf has a responder, a complete list and a delta. */
async function everything(): Promise<{
  readonly certificates: readonly Certificate[]
  readonly server: TestServer
  readonly chain: TestChain
}> {
  const chain: { value?: TestChain } = {}
  let url = ''
  const server = await started(() => {
    if (chain.value === undefined) return {}
    const issuer = chain.value.intermediate
    return {
      '/ocsp': good(chain.value),
      '/base.crl': makeCrl({ issuer, number: 5, extensions: [make.freshestCrlAt(`${url}/delta.crl`)] }),
      '/delta.crl': makeCrl({ issuer, number: 6, extensions: [crlExtension.delta(5)] }),
    }
  })
  url = server.url
  chain.value = chainAt([make.ocspAt(`${url}/ocsp`), make.crlAt(`${url}/base.crl`)])
  return { certificates: chain.value.certificates, server, chain: chain.value }
}

describe('a folder collected beforehand', () => {
  it('holds every answer, and is enough without a network', async () => {
    const { certificates } = await everything()
    const kept: string[] = []
    await collectRevocation(
      certificates,
      now,
      keepingRevocation(network(), work, (path) => kept.push(path)),
      { everything: true },
    )
    expect(kept.map((path) => path.slice(work.length).replace(/[0-9a-f]{64}/, '#'))).toEqual([
      '/ocsp/#.ors',
      '/crl/#.crl',
      '/crl/#.crl',
    ])
    expect(await collectRevocation(certificates, now, folderRevocation(work))).toMatchObject({
      status: 'good',
      code: 'REVOCATION_GOOD',
    })
    rmSync(join(work, 'ocsp'), { recursive: true })
    const verdict = await collectRevocation(certificates, now, folderRevocation(work))
    expect(verdict.certificates[0]?.answer?.source).toBe('crl')
    expect(readdirSync(join(work, 'crl'))).toHaveLength(2)
  })

  it('is judged at the time of the verification', async () => {
    const { certificates } = await everything()
    await collectRevocation(
      certificates,
      now,
      keepingRevocation(network(), work, () => {}),
      { everything: true },
    )
    expect(await collectRevocation(certificates, now + 8 * day, folderRevocation(work))).toMatchObject({
      status: 'unknown',
      code: 'CRL_EXPIRED',
    })
  })

  it('without the delta is unknown', async () => {
    const { certificates } = await everything()
    await collectRevocation(
      certificates,
      now,
      keepingRevocation(network(), work, () => {}),
      { everything: true },
    )
    rmSync(join(work, 'ocsp'), { recursive: true })
    for (const name of readdirSync(join(work, 'crl'))) {
      const path = join(work, 'crl', name)
      if (readFileSync(path).includes(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1b]))) rmSync(path)
    }
    expect(leafOf(await collectRevocation(certificates, now, folderRevocation(work)))).toBe('CRL_DELTA_MISSING')
  })

  it('is not trusted', async () => {
    const { certificates } = await everything()
    await collectRevocation(
      certificates,
      now,
      keepingRevocation(network(), work, () => {}),
      { everything: true },
    )
    const other = makeChain()
    for (const name of readdirSync(join(work, 'crl')))
      writeFileSync(join(work, 'crl', name), makeCrl({ issuer: other.intermediate, number: 9 }))
    for (const name of readdirSync(join(work, 'ocsp'))) writeFileSync(join(work, 'ocsp', name), good(other))
    expect((await collectRevocation(certificates, now, folderRevocation(work))).status).toBe('unknown')
  })

  it('that is not there or holds nothing is unknown', async () => {
    const { certificates } = await everything()
    for (const folder of [work, join(work, 'none')])
      expect((await collectRevocation(certificates, now, folderRevocation(folder))).code).toBe(
        'REVOCATION_NOT_COLLECTED',
      )
  })

  it('keeps nothing that is worth nothing', async () => {
    const { certificates } = await everything()
    const kept: string[] = []
    await collectRevocation(
      certificates,
      now + 30 * day,
      keepingRevocation(network(), work, (path) => kept.push(path)),
      { everything: true },
    )
    expect(kept).toEqual([])
  })

  it('that cannot be written is said', async () => {
    const { certificates } = await everything()
    writeFileSync(join(work, 'file'), '')
    const source = keepingRevocation(network(), join(work, 'file'), () => {})
    await expect(collectRevocation(certificates, now, source)).rejects.toMatchObject({
      code: 'REVOCATION_FOLDER_INVALID',
    })
  })
})

describe('the CRL cache', () => {
  const crlOnly = async (): Promise<{ chain: TestChain; server: TestServer }> => {
    const chain: { value?: TestChain } = {}
    const server = await started(() =>
      chain.value === undefined ? {} : { '/': makeCrl({ issuer: chain.value.intermediate, number: 1 }) },
    )
    chain.value = chainAt([make.crlAt(`${server.url}/1.crl`)])
    return { chain: chain.value, server }
  }

  it('is in the layout of notation, and asked first', async () => {
    const { chain, server } = await crlOnly()
    const source = withCrlCache(network(), join(work, 'crl'), silentLog)
    for (let times = 0; times < 3; times++)
      expect((await collectRevocation(chain.certificates, now, source)).status).toBe('good')
    expect(server.requests).toHaveLength(1)
    const [name = '', ...more] = readdirSync(join(work, 'crl'))
    expect(more).toEqual([])
    expect(name).toMatch(/^[0-9a-f]{64}$/)
    expect(Object.keys(JSON.parse(readFileSync(join(work, 'crl', name), 'utf8')))).toEqual(['baseCRL'])
  })

  it('holds the delta beside its base', async () => {
    const { certificates, server } = await everything()
    const source = withCrlCache(network(), work, silentLog)
    const noOcsp: RevocationSource = { ...source, ocsp: offlineRevocation.ocsp }
    for (let times = 0; times < 2; times++)
      expect((await collectRevocation(certificates, now, noOcsp)).status).toBe('good')
    expect(server.requests).toEqual(['GET /base.crl', 'GET /delta.crl'])
    expect(Object.keys(JSON.parse(readFileSync(join(work, readdirSync(work)[0] ?? ''), 'utf8')))).toEqual([
      'baseCRL',
      'deltaCRL',
    ])
  })

  it.each([
    ['nothing of JSON', () => 'x'],
    ['another document', () => '{"baseCRL":7}'],
    ['no base64', () => '{"baseCRL":"?"}'],
    ['a list of somebody else', () => entry(makeCrl({ issuer: makeChain().intermediate }))],
    [
      'a list that has ended',
      (chain: TestChain) => entry(makeCrl({ issuer: chain.intermediate, nextUpdate: now - 1 })),
    ],
    [
      'a key twice',
      (chain: TestChain) => entry(makeCrl({ issuer: chain.intermediate })).replace('{', '{"baseCRL":"",'),
    ],
  ] as const)('with %s in it is asked past, and mended', async (_, content) => {
    const { chain, server } = await crlOnly()
    const source = withCrlCache(network(), work, silentLog)
    await collectRevocation(chain.certificates, now, source)
    writeFileSync(join(work, readdirSync(work)[0] ?? ''), content(chain))
    for (let times = 0; times < 2; times++)
      expect((await collectRevocation(chain.certificates, now, source)).status).toBe('good')
    expect(server.requests).toHaveLength(2)
  })

  it('that cannot be written does no harm (CVE-2024-51491)', async () => {
    const { chain } = await crlOnly()
    writeFileSync(join(work, 'file'), '')
    const source = withCrlCache(network(), join(work, 'file', 'crl'), silentLog)
    expect((await collectRevocation(chain.certificates, now, source)).status).toBe('good')
  })

  it('keeps no list that says nothing', async () => {
    const server = await started(() => ({ '/': makeCrl({ issuer: makeChain().intermediate }) }))
    const chain = chainAt([make.crlAt(server.url)])
    const source = withCrlCache(network(), work, silentLog)
    expect((await collectRevocation(chain.certificates, now, source)).status).toBe('unknown')
    expect(readdirSync(work)).toEqual([])
  })
})

function entry(base: Bytes): string {
  return `{"baseCRL":"${Buffer.from(base).toString('base64')}"}`
}

import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { type AllowAddress, addressKind, createFetcher, publicOrNamed } from '../../src/http/index.ts'
import { codeOfAsync } from '../support/fuzz.ts'
import { serve, type TestServer } from './servers.ts'

describe('addressKind', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['127.0.0.1', 'private'],
    ['127.255.0.9', 'private'],
    ['::1', 'private'],
    ['[::1]', 'private'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['::ffff:127.0.0.1', 'private'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b::a00:1', 'private'],
    ['169.254.169.254', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['::ffff:a9fe:a9fe', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['2002:a9fe:a9fe::1', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['fd00:ec2::254', 'never'],
    ['100.100.100.200', 'never'],
    ['168.63.129.16', 'never'],
    ['0.0.0.0', 'never'],
    ['::', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['localhost', 'never'],
    ['', 'never'],
  ])('%s is %s', (address, kind) => expect(addressKind(address)).toBe(kind))
})

describe('publicOrNamed', () => {
  const allow = publicOrNamed(['Ocsp.Internal', '::1'])
  it.each([
    ['ocsp.example.org', '8.8.8.8', true],
    ['ocsp.example.org', '10.0.0.1', false],
    ['ocsp.internal', '10.0.0.1', true],
    ['ocsp.internal.', '10.0.0.1', true],
    ['ocsp.internal', '169.254.169.254', false],
    ['sub.ocsp.internal', '10.0.0.1', false],
    ['[::1]', '::1', true],
  ])('%s at %s: %s', (host, address, allowed) => expect(allow(host, address)).toBe(allowed))
})

const open: TestServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function started(location?: string): Promise<TestServer> {
  const server = await serve((_, response) => {
    response.writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location }).end('ok')
  })
  open.push(server)
  return server
}

async function ask(url: string, allowAddress: AllowAddress): Promise<string | undefined> {
  const client = createFetcher({
    environment: {},
    log: silentLog,
    clock: Date.now,
    allowPlainHttp: 'any',
    retries: 0,
    allowAddress,
  })
  try {
    return await codeOfAsync(async () => {
      await (await client.fetch({ method: 'GET', url: new URL(url) })).readAll(100)
    })
  } finally {
    client.close()
  }
}

describe('a fetcher with allowed addresses', () => {
  it('refuses an address as it stands', async () => {
    const server = await started()
    expect(await ask(server.url, publicOrNamed([]))).toBe('HTTP_ADDRESS_REFUSED')
    expect(await ask(server.url, publicOrNamed(['127.0.0.1']))).toBeUndefined()
    expect(server.requests).toHaveLength(1)
  })

  it('refuses a name by the addresses it is at', async () => {
    const server = await started()
    const url = `http://localhost:${new URL(server.url).port}/`
    expect(await ask(url, publicOrNamed([]))).toBe('HTTP_ADDRESS_REFUSED')
    expect(await ask(url, publicOrNamed(['127.0.0.1']))).toBe('HTTP_ADDRESS_REFUSED')
    expect(await ask(url, publicOrNamed(['localhost']))).toBeUndefined()
    expect(server.requests).toHaveLength(1)
  })

  it('connects to the address that was allowed, and to no other of the name', async () => {
    const server = await started()
    const seen: string[] = []
    const allow: AllowAddress = (_, address) => seen.push(address) > 0 && address === '127.0.0.1'
    expect(await ask(`http://localhost:${new URL(server.url).port}/`, allow)).toBeUndefined()
    expect(seen).toContain('127.0.0.1')
  })

  it('refuses a redirect to what was not named, over TLS as well', async () => {
    for (const target of [
      'http://169.254.169.254/latest',
      'http://127.0.0.2/',
      'https://10.0.0.1/',
      'https://[fd00::1]/',
    ]) {
      const server = await started(target)
      expect(await ask(server.url, publicOrNamed(['127.0.0.1'])), target).toMatch(/^HTTP_(ADDRESS|REDIRECT)_REFUSED$/)
    }
  })

  it('refuses an address that a proxy would be asked for', async () => {
    const proxy = await started()
    const client = createFetcher({
      environment: { HTTP_PROXY: proxy.url },
      log: silentLog,
      clock: Date.now,
      allowPlainHttp: 'any',
      allowAddress: publicOrNamed([]),
    })
    const url = new URL('http://169.254.169.254/latest/meta-data')
    expect(await codeOfAsync(() => client.fetch({ method: 'GET', url }))).toBe('HTTP_ADDRESS_REFUSED')
    expect(proxy.requests).toEqual([])
    client.close()
  })
})

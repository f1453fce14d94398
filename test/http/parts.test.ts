import { describe, expect, it } from 'vitest'
import { isLoopback, isMachineLocal, shownUrl } from '../../src/http/index.ts'
import { proxyFor } from '../../src/http/proxy.ts'
import { retryAfterMs } from '../../src/http/retry.ts'

describe('hosts of this machine', () => {
  it.each([
    ['http://localhost/', true, true],
    ['http://LOCALHOST:5000/', true, true],
    ['http://127.0.0.1/', true, true],
    ['http://127.1/', true, true],
    ['http://2130706433/', true, true],
    ['http://0x7f.0.0.1/', true, true],
    ['http://[::1]:5000/', true, true],
    ['http://[0:0:0:0:0:0:0:1]/', true, true],
    ['http://[::ffff:127.0.0.1]/', true, true],
    ['http://169.254.169.254/', false, true],
    ['http://[fe80::1]/', false, true],
    ['http://[::ffff:169.254.169.254]/', false, true],
    ['http://0.0.0.0/', false, true],
    ['http://[::]/', false, true],
    ['http://registry.localhost/', false, true],
    ['http://localhost.example.org/', false, false],
    ['http://127.0.0.1.example.org/', false, false],
    ['http://128.0.0.1/', false, false],
    ['http://10.0.0.1/', false, false],
    ['http://[2001:db8::1]/', false, false],
  ])('%s', (url, loopback, machineLocal) => {
    const { hostname } = new URL(url)
    expect(isLoopback(hostname)).toBe(loopback)
    expect(isMachineLocal(hostname)).toBe(machineLocal)
  })
})

describe('NO_PROXY', () => {
  const proxied = (url: string, noProxy: string): boolean =>
    proxyFor(new URL(url), { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: noProxy }) !== undefined

  it.each([
    ['https://registry.example.org/', '', true],
    ['https://registry.example.org/', '*', false],
    ['https://registry.example.org/', 'example.org', false],
    ['https://registry.example.org/', '.example.org', false],
    ['https://registry.example.org/', '*.example.org', false],
    ['https://registry.example.org/', 'REGISTRY.example.org', false],
    ['https://registry.example.org/', 'a, registry.example.org', false],
    ['https://registry.example.org/', 'ample.org', true],
    ['https://registry.example.org/', 'registry.example.org:443', false],
    ['https://registry.example.org:5000/', 'registry.example.org:443', true],
    ['https://10.1.2.3/', '10.0.0.0/8', false],
    ['https://11.1.2.3/', '10.0.0.0/8', true],
    ['https://10.1.2.3/', '10.1.2.3', false],
    ['https://10.1.2.3/', '2.3', true],
    ['https://10.1.2.3/', '10.0.0.0/99', true],
    ['https://[2001:db8::1]/', '2001:db8::/32', false],
    ['https://[2001:db8::1]/', '[2001:db8::1]:443', false],
    ['https://127.0.0.1:5000/', '', false],
    ['https://localhost:5000/', '', false],
  ])('%s with %j: through the proxy %s', (url, noProxy, expected) => {
    expect(proxied(url, noProxy)).toBe(expected)
  })

  it('the variable is the one of the scheme', () => {
    const environment = { HTTP_PROXY: 'http://one:1', https_proxy: 'two:2' }
    expect(proxyFor(new URL('http://a.example/'), environment)).toBe('http://one:1')
    expect(proxyFor(new URL('https://a.example/'), environment)).toBe('http://two:2')
  })

  it.each(['socks5://proxy:1080', 'http://[', '://'])('refuses %s', (written) => {
    expect(() => proxyFor(new URL('https://a.example/'), { HTTPS_PROXY: written })).toThrow(
      expect.objectContaining({ code: 'HTTP_PROXY_INVALID' }),
    )
  })
})

describe('Retry-After', () => {
  const clock = (): number => Date.UTC(2026, 10, 23, 8, 0, 0)
  it.each([
    [undefined, undefined],
    ['7', 7000],
    ['0', 0],
    ['Mon, 23 Nov 2026 08:00:20 GMT', 20_000],
    ['Mon, 23 Nov 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    ['-5x', undefined],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, clock)).toBe(expected)
  })
})

it('a shown URL has no userinfo and no secret', () => {
  const url = new URL('https://user:pass@r.example/v2/a/blobs/x?digest=sha256:ab&X-Amz-Signature=s3cret&_state=abc#f')
  expect(shownUrl(url)).toBe('https://r.example/v2/a/blobs/x?digest=sha256:ab&X-Amz-Signature=…&_state=…')
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestOf, utf8 } from '../../src/base/index.ts'
import { endpointsOf } from '../../src/registry/endpoint.ts'
import { createRegistry, fileHosts } from '../../src/registry/index.ts'
import { tlsFixture } from '../http/servers.ts'
import { codeOf, manifestOf } from '../oci/content-store.suite.ts'
import { closing, credentialsOf, password, registryClient } from './client.ts'
import { refuse, reply, startTestRegistry } from './test-registry.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-hosts-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

const endpoints = (registry: string) => endpointsOf(registry, fileHosts([join(folder, 'nowhere'), folder]))
const secure = { key: tlsFixture('server.key'), cert: tlsFixture('server.crt') }

describe('endpoints', () => {
  it.each([
    ['registry.example.org', 'https://registry.example.org/v2/'],
    ['registry.example.org:5000', 'https://registry.example.org:5000/v2/'],
    ['docker.io', 'https://registry-1.docker.io/v2/'],
    ['localhost:5000', 'http://localhost:5000/v2/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/v2/'],
    ['127.9.9.9:5000', 'http://127.9.9.9:5000/v2/'],
    ['[::1]:5000', 'http://[::1]:5000/v2/'],
    ['localhost.example.org:5000', 'https://localhost.example.org:5000/v2/'],
    ['10.0.0.1:5000', 'https://10.0.0.1:5000/v2/'],
  ])('%s is at %s', async (registry, base) => {
    const { server, mirrors } = await endpoints(registry)
    expect(server.base.href).toBe(base)
    expect(server.credentialsOf).toBe(registry)
    expect(mirrors).toEqual([])
  })
})

describe('hosts.toml', () => {
  it('mirrors in order, with their words', async () => {
    await write(
      'docker.io/hosts.toml',
      `server = "https://registry-1.docker.io"
[host."https://one.example:8443"]
  capabilities = ["pull"]
  skip_verify = true
[host."http://two.example/docker"]
  capabilities = ["pull", "resolve", "referrers"]
  [host."http://two.example/docker".header]
    x-team = ["a", "b"]
[host."three.example/v2/cache"]
  override_path = true
`,
    )
    const { server, mirrors } = await endpoints('docker.io')
    expect(server).toMatchObject({ credentialsOf: 'docker.io' })
    expect(server.base.href).toBe('https://registry-1.docker.io/v2/')
    expect(mirrors.map((one) => one.base.href)).toEqual([
      'https://one.example:8443/v2/',
      'http://two.example/docker/v2/',
      'https://three.example/v2/cache/',
    ])
    expect(mirrors.map((one) => [...one.capabilities])).toEqual([
      ['pull'],
      ['pull', 'resolve', 'referrers'],
      ['pull', 'resolve'],
    ])
    expect(mirrors[0]).toMatchObject({
      tls: { insecure: true },
      credentialsOf: 'one.example:8443',
      mirrorOf: 'docker.io',
    })
    expect(mirrors[1]?.headers).toEqual({ 'x-team': 'a, b' })
  })

  it('a server written elsewhere has not the registry’s credentials', async () => {
    await write('registry.example.org/hosts.toml', 'server = "https://elsewhere.example"\n')
    expect((await endpoints('registry.example.org')).server.credentialsOf).toBe('elsewhere.example')
  })

  it.each([
    ['host:5000', 'host:5000/hosts.toml'],
    ['host:5000', 'host_5000_/hosts.toml'],
    ['any.example', '_default/hosts.toml'],
  ])('%s is read from %s', async (registry, path) => {
    await write(path, '[host."https://m.example"]\n')
    expect((await endpoints(registry)).mirrors).toHaveLength(1)
  })

  it.each([
    ['no TOML', 'server = '],
    ['a server that is no string', 'server = 5'],
    ['a host that is no address', '[host."ftp://x"]'],
    ['an address with a user in it', '[host."https://a:b@x.example"]'],
    ['an unknown capability', '[host."https://x.example"]\ncapabilities = ["all"]'],
    ['a file that is not there', '[host."https://x.example"]\nca = "missing.crt"'],
    ['a header with a line break', '[host."https://x.example"]\n[host."https://x.example".header]\nx = "a\\r\\nb: c"'],
  ])('%s is said', async (_, content) => {
    await write('registry.example.org/hosts.toml', content)
    expect(await codeOf(endpoints('registry.example.org'))).toBe('HOSTS_FILE_INVALID')
  })

  it('a name is never a path', async () => {
    await write('inside/hosts.toml', 'server = 5')
    for (const registry of ['x/../inside', '../inside', '..']) {
      expect(await fileHosts([folder]).configured(registry)).toBeUndefined()
    }
  })
})

describe('TLS of one host', () => {
  const serveSecure = async (more = {}) => closing(await startTestRegistry({ tls: { ...secure, ...more } }))
  const clientFor = () => closing(registryClient({ hosts: fileHosts([folder]) }))

  it('docker’s certs.d: ca.crt makes a loopback host one of TLS', async () => {
    const server = await serveSecure()
    await write(`${server.host}/ca.crt`, tlsFixture('ca.crt'))
    const store = clientFor().repository({ registry: server.host, repository: 'a' })
    await store.putManifest(manifestOf({}), 'v1')
    expect((await store.resolve('v1'))?.digest).toBe(manifestOf({}).descriptor.digest)
  })

  it('a client certificate, from either kind of folder', async () => {
    const server = await serveSecure({ ca: tlsFixture('ca.crt'), requestCert: true, rejectUnauthorized: true })
    await write(`${server.host}/ca.crt`, tlsFixture('ca.crt'))
    await write(`${server.host}/client.cert`, tlsFixture('client.crt'))
    await write(`${server.host}/client.key`, tlsFixture('client.key'))
    expect(await clientFor().repository({ registry: server.host, repository: 'a' }).manifest('v1')).toBeUndefined()
    await write(
      `${server.host}/hosts.toml`,
      `server = "https://${server.host}"\nca = "ca.crt"\nclient = [["client.cert", "client.key"]]\n`,
    )
    expect(await clientFor().repository({ registry: server.host, repository: 'a' }).manifest('v1')).toBeUndefined()
    await write(`${server.host}/hosts.toml`, `server = "https://${server.host}"\nca = "ca.crt"\n`)
    const without = clientFor().repository({ registry: server.host, repository: 'a' })
    expect(await codeOf(without.manifest('v1'))).toMatch(/^(TLS_FAILED|REGISTRY_UNREACHABLE)$/)
  })

  it('skip_verify holds for its host only', async () => {
    const [trusting, strict] = [await serveSecure(), await serveSecure()]
    await write(`${trusting.host}/hosts.toml`, `server = "https://${trusting.host}"\nskip_verify = true\n`)
    await write(`${strict.host}/hosts.toml`, `server = "https://${strict.host}"\n`)
    const client = clientFor()
    expect(await client.repository({ registry: trusting.host, repository: 'a' }).manifest('v1')).toBeUndefined()
    expect(await codeOf(client.repository({ registry: strict.host, repository: 'a' }).manifest('v1'))).toBe(
      'TLS_UNTRUSTED',
    )
  })
})

describe('mirrors', () => {
  const bytes = utf8('a blob of both')
  const blob = { mediaType: 'x', digest: digestOf(bytes), size: bytes.length }
  const manifest = manifestOf({ annotations: { n: 'mirrored' } })

  async function pair(capabilities: string, before?: Parameters<typeof startTestRegistry>[0]) {
    const mirror = closing(await startTestRegistry(before))
    const server = closing(await startTestRegistry())
    await write(
      `${server.host}/hosts.toml`,
      `server = "${server.url}"\n[host."${mirror.url}"]\ncapabilities = ${capabilities}\n`,
    )
    const credentials = credentialsOf({ [server.host]: password('of-server'), [mirror.host]: password('of-mirror') })
    const registry = closing(
      createRegistry({
        environment: {},
        log: { debug: () => {}, warn: () => {} },
        clock: () => 0,
        credentials,
        hosts: fileHosts([folder]),
        backoffMs: 1,
      }),
    )
    server.blobs.set(`a ${blob.digest}`, Buffer.from(bytes))
    server.manifests.set('a v1', { bytes: Buffer.from(manifest.bytes), type: manifest.descriptor.mediaType })
    server.manifests.set(`a ${manifest.descriptor.digest}`, {
      bytes: Buffer.from(manifest.bytes),
      type: manifest.descriptor.mediaType,
    })
    return { mirror, server, credentials, store: registry.repository({ registry: server.host, repository: 'a' }) }
  }

  it('what a mirror has is not asked of the server', async () => {
    const { mirror, server, store } = await pair('["pull", "resolve"]')
    mirror.blobs.set(`a ${blob.digest}`, Buffer.from(bytes))
    mirror.manifests.set('a v1', { bytes: Buffer.from(manifest.bytes), type: manifest.descriptor.mediaType })
    expect(Buffer.from(await store.blob(blob, 100))).toEqual(Buffer.from(bytes))
    expect((await store.manifest('v1'))?.descriptor.digest).toBe(manifest.descriptor.digest)
    expect(server.requests).toEqual([])
    expect(mirror.requests[0]).toBe(`GET /v2/a/blobs/${blob.digest}?ns=${encodeURIComponent(server.host)}`)
  })

  it('what it has not, the server is asked for', async () => {
    const { store, mirror } = await pair('["pull", "resolve"]')
    expect(Buffer.from(await store.blob(blob, 100))).toEqual(Buffer.from(bytes))
    expect(await store.manifest('v1')).toBeDefined()
    expect(await store.manifest('v2')).toBeUndefined()
    expect(mirror.requests).toHaveLength(3)
  })

  it('one that may only pull is not asked what a tag means', async () => {
    const { store, mirror } = await pair('["pull"]')
    await store.manifest('v1')
    expect(mirror.requests).toEqual([])
    await store.manifest(manifest.descriptor.digest)
    expect(mirror.requests).toHaveLength(1)
  })

  it.each([
    ['fails', (response: Parameters<typeof reply>[0]) => refuse(response, 500, 'UNKNOWN')],
    [
      'sends other bytes',
      (response: Parameters<typeof reply>[0]) =>
        reply(response, 200, { 'content-type': manifest.descriptor.mediaType }, 'x'.repeat(bytes.length)),
    ],
    ['breaks', (response: Parameters<typeof reply>[0]) => void response.destroy()],
  ])('one that %s is passed over', async (_, answer) => {
    const { store } = await pair('["pull", "resolve"]', {
      before: (_request, response) => {
        answer(response)
        return true
      },
    })
    expect(Buffer.from(await store.blob(blob, 100))).toEqual(Buffer.from(bytes))
    expect(await store.manifest(manifest.descriptor.digest)).toBeDefined()
    const parts: Uint8Array[] = []
    for await (const part of store.openBlob(blob)) parts.push(part)
    expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes))
  })

  it('a mirror is shown its own credentials, never the server’s', async () => {
    const { store, mirror, credentials } = await pair('["pull", "resolve"]', {
      before: (request, response) => {
        if (request.headers.authorization !== undefined) return false
        response.setHeader('www-authenticate', 'Basic realm="m"')
        refuse(response, 401, 'UNAUTHORIZED')
        return true
      },
    })
    await store.manifest('v1')
    const sent = mirror.headers.map((one) => one.authorization).filter((one) => one !== undefined)
    expect(sent).toEqual([`Basic ${Buffer.from('of-mirror:hunter2').toString('base64')}`])
    expect(credentials.asked).toEqual([mirror.host])
  })

  it('nothing is pushed to a mirror, and it lists referrers only where it says so', async () => {
    const { store, mirror } = await pair('["pull", "resolve", "push"]')
    await store.putManifest(manifest, 'v3')
    await store.putBlob({ ...blob, digest: digestOf(utf8('new')), size: 3 }, { parts: [utf8('new')] })
    await store.referrers(manifest.descriptor.digest)
    expect(mirror.requests).toEqual([])
    const listing = await pair('["referrers"]')
    await listing.store.referrers(manifest.descriptor.digest)
    expect(listing.mirror.requests).toHaveLength(1)
    expect(listing.server.requests).toEqual([])
  })
})

describe('plain HTTP', () => {
  it('is never spoken to another machine without being asked for', async () => {
    const store = closing(registryClient()).repository({ registry: 'registry.invalid', repository: 'a' })
    const { server } = await endpoints('registry.invalid')
    expect(server.base.protocol).toBe('https:')
    expect(await codeOf(store.manifest('a'))).toBe('REGISTRY_UNREACHABLE')
  })
})

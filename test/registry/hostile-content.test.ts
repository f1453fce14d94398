/** Registries that serve other content than was asked for: each case would pass a client that believes what it is told. */

import { describe, expect, it } from 'vitest'
import { digestOf, limits } from '../../src/base/index.ts'
import { type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { freePort } from '../http/servers.ts'
import { codeOf } from '../oci/content-store.suite.ts'
import { closing, registryClient } from './client.ts'
import { always, type Before, honest, manifest, manifestHeaders, other, registryWith } from './hostile-registry.ts'
import { refuse, reply } from './test-registry.ts'

describe('manifests', () => {
  it.each([
    ['other bytes for a digest', manifest.descriptor.digest, honest, other.bytes, 'DIGEST_MISMATCH'],
    ['a header that lies about a tag', 'v1', honest, other.bytes, 'DIGEST_MISMATCH'],
    [
      'a header that is no digest',
      'v1',
      { ...manifestHeaders, 'docker-content-digest': 'md5:12' },
      manifest.bytes,
      'REGISTRY_ANSWER_INVALID',
    ],
    ['no header', 'v1', manifestHeaders, manifest.bytes, 'resolved'],
    ['more than a manifest may have', 'v1', honest, Buffer.alloc(limits.manifestBytes + 1), 'LIMIT_EXCEEDED'],
  ])('%s', async (_, target, headers, bytes, code) => {
    const { store } = await registryWith(always((response) => reply(response, 200, headers, Buffer.from(bytes))))
    expect(await codeOf(store.manifest(target))).toBe(code)
  })

  it.each([
    ['no digest', { 'content-type': mediaTypes.manifest }],
    ['no media type', { 'docker-content-digest': manifest.descriptor.digest }],
    ['another digest than was asked for', { ...honest, 'docker-content-digest': other.descriptor.digest }],
    ['HEAD is not known', undefined],
  ])('HEAD with %s falls back to GET', async (_, headers) => {
    const { store, server } = await registryWith((request, response) => {
      if (request.method !== 'HEAD') return false
      if (headers === undefined) refuse(response, 405, 'UNSUPPORTED')
      else reply(response, 200, { ...headers, 'content-length': '10' })
      return true
    })
    await store.putManifest(manifest)
    expect(await store.resolve(manifest.descriptor.digest)).toEqual(manifest.descriptor)
    expect(server.requests.slice(-2).map((one) => one.split(' ')[0])).toEqual(['HEAD', 'GET'])
  })

  it('a vague media type is read from inside', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const { store } = await registryWith(
      always((response) => reply(response, 200, headers, Buffer.from(manifest.bytes))),
    )
    expect((await store.manifest('v1'))?.descriptor.mediaType).toBe(mediaTypes.manifest)
  })

  it.each([
    [401, 'REGISTRY_UNAUTHORIZED'],
    [403, 'REGISTRY_DENIED'],
    [429, 'REGISTRY_RATE_LIMITED'],
    [500, 'REGISTRY_SERVER_ERROR'],
    [503, 'REGISTRY_SERVER_ERROR'],
    [400, 'REGISTRY_REFUSED'],
    [418, 'REGISTRY_REFUSED'],
    [204, 'REGISTRY_ANSWER_INVALID'],
    [300, 'REGISTRY_ANSWER_INVALID'],
  ])('status %d is %s', async (status, code) => {
    const { store } = await registryWith(always((response) => reply(response, status)))
    expect(await codeOf(store.manifest('v1'))).toBe(code)
    expect(await codeOf(store.putManifest(manifest, 'v1'))).toBe(
      code === 'REGISTRY_ANSWER_INVALID' && status === 204 ? code : code,
    )
  })

  it('its words are quoted, cut and escaped', async () => {
    const message = `\u001b[31mred\u202e${'x'.repeat(5000)}`
    const { store } = await registryWith(always((response) => refuse(response, 403, 'DENIED', message)))
    const error = await store.manifest('v1').catch((one) => one)
    expect(error.message).toContain('DENIED: \\x1b[31mred\\u{202e}xxx')
    expect(error.message.length).toBeLessThan(500)
  })

  it('a page of HTML is not quoted, and an endless refusal is not read', async () => {
    const html = await registryWith(
      always((response) => reply(response, 403, { 'content-type': 'text/html' }, '<h1>no</h1>')),
    )
    expect((await html.store.manifest('v1').catch((one) => one)).message).not.toContain('<h1>')
    const endless = await registryWith(always((response) => reply(response, 403, {}, Buffer.alloc(20_000_000, 0x20))))
    expect(await codeOf(endless.store.manifest('v1'))).toBe('REGISTRY_DENIED')
  })

  it('a registry that says another digest to a push is not believed', async () => {
    const { store } = await registryWith(
      always((response) => reply(response, 201, { 'docker-content-digest': other.descriptor.digest })),
    )
    expect(await codeOf(store.putManifest(manifest, 'v1'))).toBe('REGISTRY_ANSWER_INVALID')
  })

  it('names that would lead elsewhere are no names', async () => {
    const { store, server } = await registryWith(() => false)
    for (const target of ['../../b/manifests/x', 'a/b', '', 'a?b', 'sha256:12']) {
      expect(await codeOf(store.manifest(target))).toBe('REGISTRY_NAME_INVALID')
      expect(await codeOf(store.deleteManifest(target))).toBe('REGISTRY_NAME_INVALID')
    }
    for (const repository of ['..', 'a/../b', 'a//b', '/a', 'A', 'a b', 'a?x=', 'a#b']) {
      expect(() => closing(registryClient()).repository({ registry: server.host, repository })).toThrow(
        expect.objectContaining({ code: 'REGISTRY_NAME_INVALID' }),
      )
    }
    for (const registry of ['a/b', 'user@host', 'a?b', '']) {
      const odd = closing(registryClient()).repository({ registry, repository: 'a' })
      expect(await codeOf(odd.manifest('v1'))).toBe('REGISTRY_NAME_INVALID')
    }
    expect(server.requests).toEqual([])
  })

  it('nobody there', async () => {
    const registry = `127.0.0.1:${await freePort()}`
    const store = closing(registryClient()).repository({ registry, repository: 'a' })
    expect(await codeOf(store.manifest('v1'))).toBe('REGISTRY_UNREACHABLE')
  })
})

describe('blobs', () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251))
  const descriptor: Descriptor = { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length }

  it.each([
    ['other bytes of the same length', Buffer.alloc(bytes.length)],
    ['fewer bytes', bytes.subarray(1)],
    ['more bytes', Buffer.concat([bytes, Buffer.from('!')])],
    ['no bytes', Buffer.alloc(0)],
  ])('%s', async (_, wrong) => {
    for (const isChunked of [false, true]) {
      const headers: Record<string, string> = isChunked ? {} : { 'content-length': String(wrong.length) }
      const { store } = await registryWith(always((response) => reply(response, 200, headers, wrong)))
      expect(await codeOf(store.blob(descriptor, 1_000_000))).toBe('DIGEST_MISMATCH')
    }
  })

  it('an endless blob', async () => {
    const { store } = await registryWith(
      always((response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65536)));
        }
        response.on('drain', more)
        more()
      }),
    )
    expect(await codeOf(store.blob(descriptor, 1_000_000))).toBe('DIGEST_MISMATCH')
  })

  /** Breaks each answer after so many bytes. */
  const breaking =
    (after: number, ranges: boolean): Before =>
    (request, response) => {
      const from = ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0
      const part = bytes.subarray(from)
      const range = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': String(part.length), ...range })
      if (part.length <= after) response.end(part)
      else response.write(part.subarray(0, after), () => setTimeout(() => response.destroy(), 5))
      return true
    }

  it('a stream that breaks goes on where it stopped', async () => {
    const { store, server } = await registryWith(breaking(100_000, true))
    expect(await store.blob(descriptor, 1_000_000)).toEqual(bytes)
    expect(server.headers.map((one) => one.range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-'])
  })

  it('a server without ranges sends all of it, and what was had is skipped', async () => {
    let after = 100_000
    const { store } = await registryWith((request, response) => {
      const wasBroken = breaking(after, false)(request, response)
      after += 150_000
      return wasBroken
    })
    expect(await store.blob(descriptor, 1_000_000)).toEqual(bytes)
  })

  it('a stream that always breaks ends', async () => {
    const { store, server } = await registryWith(breaking(10, true))
    expect(await codeOf(store.blob(descriptor, 1_000_000))).toBe('REGISTRY_UNREACHABLE')
    expect(server.requests).toHaveLength(limits.retries + 1)
  })

  it('a range that was not asked for is no answer', async () => {
    const { store } = await registryWith((request, response) => {
      if (request.headers.range === undefined) return breaking(100_000, true)(request, response)
      reply(response, 206, { 'content-range': 'bytes 5-9/10' }, 'wrong')
      return true
    })
    expect(await codeOf(store.blob(descriptor, 1_000_000))).toBe('REGISTRY_ANSWER_INVALID')
  })
})

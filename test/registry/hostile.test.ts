/** Registries that answer badly: each case would pass a client that believes what it is told. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { digestOf, limits, utf8 } from '../../src/base/index.ts'
import { type ContentStore, type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import type { RegistryOptions } from '../../src/registry/index.ts'
import { freePort, serve } from '../http/servers.ts'
import { codeOf, manifestOf } from '../oci/content-store.suite.ts'
import { closing, registryClient } from './client.ts'
import { refuse, reply, startTestRegistry, type TestRegistry, type TestRegistryOptions } from './test-registry.ts'

type Before = NonNullable<TestRegistryOptions['before']>

async function registryWith(
  before: Before,
  options: Partial<RegistryOptions> = {},
  server: TestRegistryOptions = {},
): Promise<{ server: TestRegistry; store: ContentStore }> {
  const started = closing(await startTestRegistry({ ...server, before }))
  const store = closing(registryClient(options)).repository({ registry: started.host, repository: 'a' })
  return { server: started, store }
}

const always =
  (answer: (response: ServerResponse, request: IncomingMessage) => unknown): Before =>
  (request, response) => {
    answer(response, request)
    return true
  }

const manifest = manifestOf({})
const manifestHeaders = { 'content-type': mediaTypes.manifest }
const honest = { ...manifestHeaders, 'docker-content-digest': manifest.descriptor.digest }
const other = manifestOf({ annotations: { other: 'yes' } })

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

describe('referrers', () => {
  const subject = manifest.descriptor.digest
  const entry = { mediaType: mediaTypes.manifest, digest: other.descriptor.digest, size: 10 }
  const index = (manifests: unknown): string => JSON.stringify({ schemaVersion: 2, manifests })
  const indexHeaders = { 'content-type': mediaTypes.index }

  it('skips malformed entries, says so, and keeps the good one among them', async () => {
    const bad = [
      null,
      5,
      {},
      { digest: 'sha256:1', size: 1 },
      { ...entry, size: -1 },
      { ...entry, annotations: [] },
      { ...entry, size: '10' },
    ]
    const { store } = await registryWith(
      always((response) => reply(response, 200, indexHeaders, index([...bad, entry, entry]))),
    )
    const found = await store.referrers(subject)
    expect(found.by).toBe('api')
    expect(found.manifests).toEqual([entry])
    expect(found.problems).toHaveLength(bad.length)
    expect(found.problems.every((problem) => !problem.isBound)).toBe(true)
  })

  it('ten thousand malformed entries are told in a few lines', async () => {
    const { store } = await registryWith(
      always((response) =>
        reply(response, 200, indexHeaders, index([...Array(9_999).fill({ digest: '\u001b[2J' }), entry])),
      ),
    )
    const found = await store.referrers(subject)
    expect(found.manifests).toEqual([entry])
    expect(found.problems).toHaveLength(limits.reportedProblems + 1)
    expect(JSON.stringify(found.problems)).not.toContain('\\u001b')
  })

  it.each([
    ['404', 404, 'text/plain', '', 0],
    ['400 of an older registry', 400, 'application/json', '{}', 1],
    ['405', 405, 'text/plain', '', 1],
    ['a web page', 200, 'text/html', '<html>', 1],
    ['no content type', 200, '', '{}', 1],
  ])('%s is no Referrers API', async (_, status, type, body, problems) => {
    const { store } = await registryWith(
      always((response) => reply(response, status, type === '' ? {} : { 'content-type': type }, body)),
    )
    const found = await store.referrers(subject)
    expect(found).toMatchObject({ by: 'unsupported', manifests: [] })
    expect(found.problems).toHaveLength(problems)
  })

  it.each([401, 403, 429, 500])('%d is a failure and not an empty list', async (status) => {
    const { store } = await registryWith(always((response) => reply(response, status)))
    expect(await codeOf(store.referrers(subject))).toMatch(/^REGISTRY_/)
  })

  it.each([
    ['no JSON', '<'],
    ['no object', '[]'],
    ['no list', '{"manifests":{}}'],
    ['duplicate members', '{"manifests":[],"manifests":[]}'],
    ['too many entries', index(Array(limits.indexManifests + 1).fill(0))],
    ['too many bytes', `${' '.repeat(limits.manifestBytes)}{}`],
    ['nesting', `{"manifests":${'['.repeat(1000)}`],
  ])('%s: there may be more than was seen', async (_, body) => {
    const { store } = await registryWith(always((response) => reply(response, 200, indexHeaders, body)))
    const found = await store.referrers(subject)
    expect(found.manifests).toEqual([])
    expect(found.problems.some((problem) => problem.isBound)).toBe(true)
  })

  it('follows pages', async () => {
    const { store, server } = await registryWith(
      always((response, request) => {
        const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 0)
        const digest = digestOf(utf8(String(page)))
        const link = page < 2 ? { link: `</v2/a/referrers/${subject}?page=${page + 1}>; rel="next"` } : {}
        reply(response, 200, { ...indexHeaders, ...link }, index([{ ...entry, digest }]))
      }),
    )
    const found = await store.referrers(subject)
    expect(found.manifests).toHaveLength(3)
    expect(found.problems).toEqual([])
    expect(server.requests).toHaveLength(3)
  })

  it.each([
    ['endless pages', (page: number) => `</v2/a/referrers/x?page=${page + 1}>; rel="next"`, limits.referrerPages],
    ['pages that go round', () => '</v2/a/referrers/x?page=1>; rel="next"', 2],
    ['a page on another host', () => '<http://127.0.0.2:1/v2/a/referrers/x>; rel="next"', 1],
    ['a page elsewhere in disguise', () => '<//127.0.0.2:1/x>; rel=next', 1],
  ])('%s end, and say that there may be more', async (_, link, requests) => {
    let page = 0
    const { store, server } = await registryWith(
      always((response) =>
        reply(
          response,
          200,
          { ...indexHeaders, link: link(++page) },
          index([{ ...entry, digest: digestOf(utf8(String(page))) }]),
        ),
      ),
    )
    const found = await store.referrers(subject)
    expect(found.problems.map((problem) => problem.isBound)).toEqual([true])
    expect(found.manifests).toHaveLength(requests)
    expect(server.requests).toHaveLength(requests)
  })
})

describe('tags', () => {
  const tagsOf = async (store: ContentStore): Promise<string[]> => {
    const tags: string[] = []
    for await (const tag of store.tags()) tags.push(tag)
    return tags
  }

  it.each([
    ['what is no tag is left out', '{"name":"a","tags":["ok","../x",5,null,"a\\u001b[2J","fine"]}', ['ok', 'fine']],
    ['null', '{"name":"a","tags":null}', []],
    ['nothing', '{}', []],
  ])('%s', async (_, body, expected) => {
    const { store } = await registryWith(always((response) => reply(response, 200, {}, body)))
    expect(await tagsOf(store)).toEqual(expected)
  })

  it('none where there is no repository', async () => {
    const { store } = await registryWith(() => false)
    expect(await tagsOf(store)).toEqual([])
    const { store: unknown } = await registryWith(always((response) => refuse(response, 404, 'NAME_UNKNOWN')))
    expect(await tagsOf(unknown)).toEqual([])
  })

  it('pages that go round end with a fault', async () => {
    const { store } = await registryWith(
      always((response) => reply(response, 200, { link: '</v2/a/tags/list?last=x>; rel="next"' }, '{"tags":["x"]}')),
    )
    expect(await codeOf(tagsOf(store))).toBe('REGISTRY_ANSWER_INVALID')
  })
})

describe('uploads', () => {
  const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, at) => (at * 11) % 241))
  const descriptor: Descriptor = { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length }
  const chunks = { uploadChunkBytes: 100_000 }
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += 64_000) yield bytes.subarray(at, at + 64_000)
  }
  const uploaded = (server: TestRegistry): void => expect(server.blobs.get(`a ${descriptor.digest}`)).toEqual(bytes)

  it('what is there is not sent', async () => {
    const { store, server } = await registryWith(() => false)
    await store.putBlob(descriptor, { open })
    await store.putBlob(descriptor, { open: () => expect.fail('read again') })
    expect(server.requests.filter((one) => one.startsWith('PUT'))).toHaveLength(1)
  })

  it('goes up in chunks, in order', async () => {
    const { store, server } = await registryWith(() => false, chunks)
    await store.putBlob(descriptor, { open })
    uploaded(server)
    expect(server.headers.map((one) => one['content-range']).filter((one) => one !== undefined)).toEqual(
      [0, 1, 2, 3, 4].map((at) => `${at * 100_000}-${at * 100_000 + 99_999}`),
    )
  })

  it('a chunk is at least what the registry asks for (OCI-Chunk-Min-Length)', async () => {
    const { store, server } = await registryWith(() => false, chunks, { minimumChunk: 300_000 })
    await store.putBlob(descriptor, { open })
    uploaded(server)
    expect(server.requests.filter((one) => one.startsWith('PATCH'))).toHaveLength(2)
  })

  it.each([
    ['a chunk breaks off after a part of it came', 'PATCH', 2],
    ['the first chunk breaks off', 'PATCH', 1],
  ])('%s: it goes on where the registry says', async (_, method, which) => {
    let count = 0
    const { store, server } = await registryWith((request) => {
      if (request.method !== method || ++count !== which) return false
      const id = /uploads\/(u\d+)/.exec(request.url ?? '')?.[1] ?? ''
      request.once('data', (part: Buffer) => {
        server.uploads.set(id, Buffer.concat([server.uploads.get(id) ?? Buffer.alloc(0), part]))
        request.destroy()
      })
      return true
    }, chunks)
    await store.putBlob(descriptor, { open })
    uploaded(server)
    expect(server.requests.some((one) => one.startsWith('GET /v2/a/blobs/uploads/'))).toBe(true)
    expect(server.requests.filter((one) => one.startsWith('POST'))).toHaveLength(1)
  })

  it('416: it goes on where the registry says', async () => {
    let count = 0
    const { store, server } = await registryWith((request, response) => {
      if (request.method !== 'PATCH' || ++count !== 3) return false
      request.resume()
      request.once('end', () => reply(response, 416))
      return true
    }, chunks)
    await store.putBlob(descriptor, { open })
    uploaded(server)
  })

  it('a session that is forgotten begins anew', async () => {
    let count = 0
    const { store, server } = await registryWith((request, response) => {
      if (request.method !== 'PATCH' || ++count !== 2) return false
      request.resume()
      request.once('end', () => refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN'))
      return true
    }, chunks)
    await store.putBlob(descriptor, { open })
    uploaded(server)
    expect(server.requests.filter((one) => one.startsWith('POST'))).toHaveLength(2)
  })

  it('a registry that forgets every session ends it', async () => {
    const { store } = await registryWith((request, response) => {
      if (request.method !== 'PATCH') return false
      request.resume()
      request.once('end', () => refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN'))
      return true
    }, chunks)
    expect(await codeOf(store.putBlob(descriptor, { open }))).toBe('REGISTRY_UPLOAD_LOST')
  })

  it('the answer to the last request is lost, the blob is not', async () => {
    const { store, server } = await registryWith((request, response) => {
      if (request.method === 'PUT') response.end = () => response.destroy()
      return false
    })
    await store.putBlob(descriptor, { open })
    uploaded(server)
    expect(server.requests.filter((one) => one.startsWith('PUT'))).toHaveLength(1)
  })

  it('a registry that claims more than it was sent', async () => {
    const { store } = await registryWith((request, response) => {
      if (request.method === 'GET') reply(response, 204, { range: '0-99999999' })
      else if (request.method === 'PATCH')
        request.resume().once('end', () => reply(response, 202, { range: '0-99999999' }))
      else return false
      return true
    }, chunks)
    expect(await codeOf(store.putBlob(descriptor, { open }))).toBe('REGISTRY_UPLOAD_LOST')
  })

  it('no Location', async () => {
    const { store } = await registryWith((request, response) => {
      if (request.method !== 'POST') return false
      reply(response, 202)
      return true
    })
    expect(await codeOf(store.putBlob(descriptor, { open }))).toBe('REGISTRY_ANSWER_INVALID')
  })

  it.each([
    [403, 'REGISTRY_DENIED'],
    [413, 'REGISTRY_REFUSED'],
    [507, 'REGISTRY_SERVER_ERROR'],
  ])('%d ends it and cancels the session', async (status, code) => {
    const { store, server } = await registryWith((request, response) => {
      if (request.method !== 'PUT') return false
      request.resume()
      request.once('end', () => reply(response, status))
      return true
    })
    expect(await codeOf(store.putBlob(descriptor, { open }))).toBe(code)
    expect(server.requests.at(-1)).toMatch(/^DELETE \/v2\/a\/blobs\/uploads\//)
  })

  it('a mount that is not allowed becomes an upload', async () => {
    const { store, server } = await registryWith((request, response) => {
      if (!(request.url ?? '').includes('mount=')) return false
      refuse(response, 403, 'DENIED')
      return true
    })
    await store.putBlob(descriptor, { open }, { mountFrom: 'other/repository' })
    uploaded(server)
  })

  it('a mount from what is no repository', async () => {
    const { store } = await registryWith(() => false)
    expect(await codeOf(store.putBlob(descriptor, { open }, { mountFrom: '../x' }))).toBe('REGISTRY_NAME_INVALID')
  })
})

it('tokens, names and pages of one registry are asked over few connections', async () => {
  const sockets = new Set<unknown>()
  const server = closing(
    await serve((request, response) => {
      sockets.add(request.socket)
      setTimeout(() => refuse(response, 404, 'MANIFEST_UNKNOWN'), 2)
    }),
  )
  const registry = closing(registryClient({ connectionsPerHost: 4 }))
  const store = registry.repository({ registry: server.host, repository: 'a' })
  await Promise.all(Array.from({ length: 40 }, (_, at) => store.manifest(`t${at}`)))
  expect(sockets.size).toBe(4)
  expect(registry.requestCount()).toBe(40)
})

/** Registries that take uploads badly: each case would pass a client that believes what it is told. */

import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/base/index.ts'
import { type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { serve } from '../http/servers.ts'
import { codeOf } from '../oci/content-store.suite.ts'
import { closing, registryClient } from './client.ts'
import { registryWith } from './hostile-registry.ts'
import { refuse, reply, type TestRegistry } from './test-registry.ts'

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

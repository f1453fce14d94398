/** The server itself: where it listens, what it bounds, what a sender or reader that breaks off leaves, and how it ends. */

import { type EventEmitter, once } from 'node:events'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { digestOf, limits, utf8 } from '../../src/base/index.ts'
import type { RegistryServer, ServedRequest } from '../../src/distribution/index.ts'
import { codeOfAsync } from '../support/fuzz.ts'
import { call } from './http.ts'
import { OCI_MANIFEST, pushBlob, start, storages } from './registries.ts'

async function openUpload(registry: RegistryServer): Promise<string> {
  const { headers } = await call(registry.url, 'POST', '/v2/a/blobs/uploads/')
  return headers.location ?? ''
}

/** Unlike `once`, also when an error comes first. */
function closed(end: EventEmitter): Promise<void> {
  return new Promise((resolve) => end.once('close', () => resolve()))
}

describe('listening', () => {
  it.each([
    ['0.0.0.0', 'SERVE_ADDRESS_REMOTE'],
    ['::', 'SERVE_ADDRESS_REMOTE'],
    ['192.0.2.1', 'SERVE_ADDRESS_REMOTE'],
    ['::ffff:192.0.2.1', 'SERVE_ADDRESS_REMOTE'],
    ['example.org', 'SERVE_ADDRESS_UNUSABLE'],
    ['', 'SERVE_ADDRESS_UNUSABLE'],
  ])('%s is refused', async (address, code) => {
    expect(await codeOfAsync(() => start({ address }))).toBe(code)
  })

  it.each(['127.0.0.1', '127.0.0.2', 'localhost'])('%s is served', async (address) => {
    const registry = await start({ address })
    expect(registry.address).toMatch(new RegExp(`^${address}:[0-9]+$`))
    expect((await call(registry.url, 'GET', '/v2/')).status).toBe(200)
  })

  it('another address is served when it is allowed', async () => {
    const registry = await start({ address: '0.0.0.0', allowRemote: true })
    expect((await call(registry.url.replace('0.0.0.0', '127.0.0.1'), 'GET', '/v2/')).status).toBe(200)
  })

  it('a port that is used', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await codeOfAsync(() => start({ port }))).toBe('SERVE_ADDRESS_IN_USE')
    other.close()
  })
})

describe('requests', () => {
  it('are told to the hook with their status', async () => {
    const seen: ServedRequest[] = []
    const registry = await start({ onRequest: (served) => seen.push(served) })
    await call(registry.url, 'GET', '/v2/')
    await call(registry.url, 'HEAD', '/v2/a/manifests/x?y=1')
    expect(seen).toEqual([
      { method: 'GET', path: '/v2/', status: 200 },
      { method: 'HEAD', path: '/v2/a/manifests/x?y=1', status: 404 },
    ])
  })

  it('that a page in a browser makes write nothing', async () => {
    const registry = await start()
    const headers = { origin: 'http://evil.example' }
    expect(await call(registry.url, 'POST', '/v2/a/blobs/uploads/', { headers })).toMatchObject({
      status: 403,
      code: 'DENIED',
    })
  })

  it('with an endless manifest are answered, then cut off', async () => {
    const registry = await start()
    // A plain socket: Node's client forgets an answer that it has not read when a later write fails.
    const [host, port] = registry.address.split(':')
    const socket = connect(Number(port), host)
    let answer = ''
    socket.on('data', (part) => {
      answer += part.toString('latin1')
    })
    socket.on('error', () => {})
    const isClosed = closed(socket)
    const length = 8 * limits.servedDrainBytes
    socket.write(
      `PUT /v2/a/manifests/x HTTP/1.1\r\nhost: ${registry.address}\r\ncontent-type: ${OCI_MANIFEST}\r\ncontent-length: ${length}\r\n\r\n`,
    )
    let sent = 0
    while (!socket.destroyed && sent < 4 * limits.servedDrainBytes) {
      socket.write(Buffer.alloc(256 * 1024, ' '))
      sent += 256 * 1024
      await wait(1)
    }
    await isClosed
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(sent).toBeLessThan(4 * limits.servedDrainBytes)
  })
})

describe('bounds', () => {
  it.each(storages)('content and uploads together: $storage', async ({ options }) => {
    const registry = await start({ ...(await options()), maxBytes: 1000 })
    const digest = await pushBlob(registry.url, 'a', 'x'.repeat(600))
    await pushBlob(registry.url, 'b', 'x'.repeat(300).concat('y'))
    const location = await openUpload(registry)
    expect(await call(registry.url, 'PATCH', location, { body: 'z'.repeat(200) })).toMatchObject({
      status: 507,
      code: 'DENIED',
    })
    expect((await call(registry.url, 'GET', location)).status).toBe(404)
    const manifest = {
      body: `{"schemaVersion":2,"manifests":[]${' '.repeat(200)}}`,
      headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
    }
    expect(await call(registry.url, 'PUT', '/v2/a/manifests/x', manifest)).toMatchObject({ status: 507 })
    await call(registry.url, 'DELETE', `/v2/a/blobs/${digest}`)
    await pushBlob(registry.url, 'a', 'w'.repeat(600))
    expect(
      (
        await call(registry.url, 'PUT', '/v2/a/manifests/x', {
          ...manifest,
          body: '{"schemaVersion":2,"manifests":[]}',
        })
      ).status,
    ).toBe(201)
  })

  it('the same blob in two repositories counts once, and a refused one not at all', async () => {
    const registry = await start({ maxBytes: 1000 })
    for (const name of ['a', 'b', 'c', 'd']) await pushBlob(registry.url, name, 'x'.repeat(450))
    const wrong = `/v2/a/blobs/uploads/?digest=${digestOf(utf8('other'))}`
    for (let at = 0; at < 4; at++)
      expect((await call(registry.url, 'POST', wrong, { body: 'y'.repeat(450) })).status).toBe(400)
    await pushBlob(registry.url, 'a', 'z'.repeat(450))
  })

  it('unfinished uploads: as many as allowed, and idle ones make room', async () => {
    let now = 1_000_000
    const registry = await start({ clock: () => now })
    for (let at = 0; at < limits.servedUploads; at += 50)
      await Promise.all(Array.from({ length: 50 }, () => openUpload(registry)))
    expect(await call(registry.url, 'POST', '/v2/a/blobs/uploads/')).toMatchObject({
      status: 429,
      code: 'TOOMANYREQUESTS',
    })
    now += limits.servedUploadIdleMs + 1
    expect((await call(registry.url, 'POST', '/v2/a/blobs/uploads/')).status).toBe(202)
  })

  it('one byte at a time costs no more than its bytes', async () => {
    const registry = await start()
    const location = await openUpload(registry)
    const stream = Array.from({ length: 3000 }, (_, at) => String(at % 10))
    const digest = digestOf(utf8(stream.join('')))
    expect((await call(registry.url, 'PUT', `${location}?digest=${digest}`, { stream })).status).toBe(201)
    expect((await call(registry.url, 'GET', `/v2/a/blobs/${digest}`)).body.toString()).toBe(stream.join(''))
  })
})

describe.each(storages)('a peer that breaks off: $storage', ({ options }) => {
  it('in an upload: what came counts, and the upload goes on from there', async () => {
    const registry = await start(await options())
    const location = await openUpload(registry)
    const asked = request(`${registry.url}${location}`, {
      method: 'PATCH',
      agent: false,
      headers: { 'content-length': 10 },
    })
    asked.on('error', () => {})
    asked.write('01234')
    const range = async (): Promise<string | undefined> =>
      String((await call(registry.url, 'GET', location)).headers.range)
    await expect.poll(range).toBe('0-4')
    expect(await call(registry.url, 'PATCH', location, { body: 'x' })).toMatchObject({
      status: 409,
      code: 'BLOB_UPLOAD_INVALID',
    })
    asked.destroy()
    const digest = digestOf(utf8('0123456789'))
    const rest = { body: '56789', headers: { 'content-range': '5-9' } }
    const finish = async (): Promise<number> =>
      (await call(registry.url, 'PUT', `${location}?digest=${digest}`, rest)).status
    await expect.poll(finish).toBe(201)
  })

  it('in an upload by one POST: nothing of it stays', async () => {
    const registry = await start({ ...(await options()), maxBytes: 1000 })
    const path = `/v2/a/blobs/uploads/?digest=${digestOf(utf8(''))}`
    const asked = request(registry.url + path, { method: 'POST', agent: false, headers: { 'content-length': 900 } })
    asked.on('error', () => {})
    asked.write('x'.repeat(800))
    await wait(50)
    asked.destroy()
    const isFree = async (): Promise<boolean> =>
      pushBlob(registry.url, 'a', 'y'.repeat(800)).then(
        () => true,
        () => false,
      )
    await expect.poll(isFree).toBe(true)
  })

  it('in a download: the next one is whole', async () => {
    const registry = await start(await options())
    const content = Buffer.alloc(20_000_000, 'q')
    const digest = await pushBlob(registry.url, 'a', content)
    const asked = request(`${registry.url}/v2/a/blobs/${digest}`, { agent: false }).end()
    const [response] = await once(asked, 'response')
    response.on('error', () => {})
    await once(response, 'data')
    asked.destroy()
    expect((await call(registry.url, 'GET', `/v2/a/blobs/${digest}`)).body.equals(content)).toBe(true)
  })
})

describe.each(storages)('close: $storage', ({ options }) => {
  it('ends idle and active connections and unfinished uploads', async () => {
    const registry = await start(await options())
    const idle = connect(Number(new URL(registry.url).port), '127.0.0.1')
    idle.on('error', () => {})
    const asked = request(`${registry.url}/v2/a/blobs/uploads/?digest=${digestOf(utf8(''))}`, {
      method: 'POST',
      agent: false,
      headers: { 'content-length': 10 },
    })
    asked.on('error', () => {})
    asked.write('01')
    await Promise.all([once(idle, 'connect'), wait(50)])
    const ends = Promise.all([closed(idle), closed(asked)])
    await registry.close()
    await ends
    await expect(call(registry.url, 'GET', '/v2/')).rejects.toThrow()
    await registry.close()
  })
})

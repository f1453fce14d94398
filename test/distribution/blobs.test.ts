/** Blobs and uploads (distribution-spec 1.1, "Pulling blobs", "Pushing blobs", "Deleting Blobs"), in memory and on disk. */

import { beforeAll, describe, expect, it } from 'vitest'
import { digestOf, utf8 } from '../../src/base/index.ts'
import type { RegistryServer } from '../../src/distribution/index.ts'
import { type Answer, call } from './http.ts'
import { pushBlob, start, storages } from './registries.ts'

const CONTENT = '0123456789'
const DIGEST = digestOf(utf8(CONTENT))
const DIGEST_512 = digestOf(utf8(CONTENT), 'sha512')
const ABSENT = digestOf(utf8('absent'))

describe.each(storages)('$storage', ({ options }) => {
  let registry: RegistryServer
  const ask = (method: string, path: string, more = {}): Promise<Answer> => call(registry.url, method, path, more)
  const open = async (name: string): Promise<string> => {
    const { headers } = await ask('POST', `/v2/${name}/blobs/uploads/`)
    return headers.location ?? ''
  }
  beforeAll(async () => {
    registry = await start(await options())
    await pushBlob(registry.url, 'a/b', CONTENT)
  })

  it('GET and HEAD of a blob', async () => {
    const path = `/v2/a/b/blobs/${DIGEST}`
    const got = await ask('GET', path)
    expect(got).toMatchObject({ status: 200, body: Buffer.from(CONTENT) })
    expect(got.headers).toMatchObject({
      'content-length': '10',
      'docker-content-digest': DIGEST,
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
    })
    const head = await ask('HEAD', path)
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    expect(head.headers['content-length']).toBe('10')
  })

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=0-99', 206, CONTENT, 'bytes 0-9/10'],
    ['bytes=1-2,4-5', 200, CONTENT, undefined],
    ['bytes=10-', 416, undefined, 'bytes */10'],
  ])('GET with Range: %s', async (range, status, body, contentRange) => {
    const got = await ask('GET', `/v2/a/b/blobs/${DIGEST}`, { headers: { range } })
    expect(got.status).toBe(status)
    if (body !== undefined) expect(got.body.toString()).toBe(body)
    expect(got.headers['content-range']).toBe(contentRange)
  })

  it('If-Range with another tag gives the whole', async () => {
    const headers = { range: 'bytes=0-1', 'if-range': '"other"' }
    expect((await ask('GET', `/v2/a/b/blobs/${DIGEST}`, { headers })).status).toBe(200)
  })

  it.each([
    ['GET', `/v2/a/b/blobs/${ABSENT}`, 404, 'BLOB_UNKNOWN'],
    ['GET', `/v2/other/blobs/${DIGEST}`, 404, 'BLOB_UNKNOWN'],
    ['DELETE', `/v2/a/b/blobs/${ABSENT}`, 404, 'BLOB_UNKNOWN'],
    ['POST', `/v2/a/b/blobs/${DIGEST}`, 405, 'UNSUPPORTED'],
    ['GET', '/v2/a/b/blobs/uploads/', 405, 'UNSUPPORTED'],
    ['GET', '/v2/a/b/blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['PATCH', '/v2/a/b/blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['POST', '/v2/a/b/blobs/uploads/?digest=sha256:0', 400, 'DIGEST_INVALID'],
    ['POST', '/v2/a/b/blobs/uploads/?mount=x', 400, 'DIGEST_INVALID'],
    ['POST', `/v2/a/b/blobs/uploads/?mount=${DIGEST}&from=../x`, 400, 'NAME_INVALID'],
  ])('%s %s is refused', async (method, path, status, code) => {
    expect(await ask(method, path)).toMatchObject({ status, code })
  })

  it.each([
    ['sha256', DIGEST],
    ['sha512', DIGEST_512],
  ])('POST then PUT, streamed without a length: %s', async (_, digest) => {
    const name = `stream-${digest.slice(0, 6)}`
    const location = await open(name)
    const patched = await ask('PATCH', location, { stream: ['01234', '56789'] })
    expect(patched).toMatchObject({ status: 202, headers: { range: '0-9' } })
    const put = await ask('PUT', `${patched.headers.location}?digest=${digest}`, { body: '' })
    expect(put).toMatchObject({ status: 201, headers: { location: `/v2/${name}/blobs/${digest}` } })
    expect((await ask('GET', put.headers.location ?? '')).body.toString()).toBe(CONTENT)
    expect(await ask('GET', location)).toMatchObject({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' })
  })

  it('chunks go where the last one ended; others get 416, and the upload goes on', async () => {
    const location = await open('chunks')
    const chunk = (body: string, range: string): Promise<Answer> =>
      ask('PATCH', location, { body, headers: { 'content-range': range } })
    expect(await chunk('0123', '0-3')).toMatchObject({ status: 202, headers: { range: '0-3' } })
    expect(await chunk('6789', '6-9')).toMatchObject({ status: 416, headers: { range: '0-3', location } })
    expect(await chunk('0123', '0-3')).toMatchObject({ status: 416 })
    expect(await ask('GET', location)).toMatchObject({ status: 204, headers: { range: '0-3' } })
    expect(await chunk('456789', '4-9')).toMatchObject({ status: 202 })
    expect((await ask('PUT', `${location}?digest=${DIGEST}`)).status).toBe(201)
  })

  it.each([
    ['a Content-Range that is none', { body: '01', headers: { 'content-range': 'x' } }, 'BLOB_UPLOAD_INVALID'],
    ['a Content-Range of another length', { body: '01', headers: { 'content-range': '0-5' } }, 'SIZE_INVALID'],
    ['a streamed chunk that is too short', { stream: ['01'], headers: { 'content-range': '0-5' } }, 'SIZE_INVALID'],
    ['a streamed chunk that is too long', { stream: ['0123'], headers: { 'content-range': '0-1' } }, 'SIZE_INVALID'],
  ])('PATCH with %s', async (_, more, code) => {
    expect(await ask('PATCH', await open('bad'), more)).toMatchObject({ status: 400, code })
  })

  it('a wrong digest ends the upload and leaves nothing', async () => {
    const location = await open('wrong')
    expect(await ask('PUT', `${location}?digest=${ABSENT}`, { body: CONTENT })).toMatchObject({
      status: 400,
      code: 'DIGEST_INVALID',
    })
    expect(await ask('GET', location)).toMatchObject({ status: 404 })
    expect(await ask('HEAD', `/v2/wrong/blobs/${ABSENT}`)).toMatchObject({ status: 404 })
  })

  it('PUT without a digest is refused, and the upload goes on', async () => {
    const location = await open('nodigest')
    expect(await ask('PUT', location, { body: CONTENT })).toMatchObject({ status: 400, code: 'DIGEST_INVALID' })
    expect((await ask('PUT', `${location}?digest=${DIGEST}`, { body: CONTENT })).status).toBe(201)
  })

  it('an upload belongs to its repository', async () => {
    const location = await open('mine')
    expect((await ask('PATCH', location.replace('mine', 'yours'), { body: 'x' })).status).toBe(404)
  })

  it('DELETE cancels an upload', async () => {
    const location = await open('cancel')
    expect((await ask('DELETE', location)).status).toBe(204)
    expect((await ask('GET', location)).status).toBe(404)
  })

  it.each([
    ['from its repository', `&from=a/b`, 201],
    ['from any repository', '', 201],
    ['from a repository without it', '&from=a/none', 202],
  ])('mount %s', async (title, from, status) => {
    const name = `mount-${title.length}`
    const answer = await ask('POST', `/v2/${name}/blobs/uploads/?mount=${DIGEST}${from}`)
    expect(answer.status).toBe(status)
    expect((await ask('HEAD', `/v2/${name}/blobs/${DIGEST}`)).status).toBe(status === 201 ? 200 : 404)
  })

  it('deleting a blob in one repository leaves it in the others', async () => {
    await pushBlob(registry.url, 'one', 'shared')
    const digest = await pushBlob(registry.url, 'two', 'shared')
    expect((await ask('DELETE', `/v2/one/blobs/${digest}`)).status).toBe(202)
    expect((await ask('GET', `/v2/one/blobs/${digest}`)).status).toBe(404)
    expect((await ask('GET', `/v2/two/blobs/${digest}`)).body.toString()).toBe('shared')
  })

  it('concurrent pushes, mounts and deletions of one blob end in a whole state', async () => {
    const content = Buffer.alloc(300_000, 'x')
    const digest = digestOf(content)
    const names = Array.from({ length: 8 }, (_, at) => `busy/${at}`)
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        names.map(async (name, at) => {
          await pushBlob(registry.url, name, content)
          if (at % 2 === 0) await ask('DELETE', `/v2/${name}/blobs/${digest}`)
        }),
      )
      for (const [at, name] of names.entries()) {
        const got = await ask('GET', `/v2/${name}/blobs/${digest}`)
        expect(got.status).toBe(at % 2 === 0 ? 404 : 200)
        if (at % 2 === 1) expect(digestOf(got.body)).toBe(digest)
      }
    }
    await Promise.all(names.map((name) => ask('DELETE', `/v2/${name}/blobs/${digest}`)))
  })

  it('a blob that is read while it is deleted arrives whole', async () => {
    const content = Buffer.alloc(8 * 1024 * 1024, 'y')
    const digest = await pushBlob(registry.url, 'race', content)
    const reading = ask('GET', `/v2/race/blobs/${digest}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await ask('DELETE', `/v2/race/blobs/${digest}`)
    const got = await reading
    expect([200, 404]).toContain(got.status)
    if (got.status === 200) expect(digestOf(got.body)).toBe(digest)
  })
})

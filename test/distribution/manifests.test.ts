/** Manifests, tags, catalog and referrers (distribution-spec 1.1), in memory and on disk. */

import { beforeAll, describe, expect, it } from 'vitest'
import { digestOf, utf8 } from '../../src/base/index.ts'
import type { RegistryServer } from '../../src/distribution/index.ts'
import { type Answer, call } from './http.ts'
import {
  describeBlob,
  imageOf,
  OCI_INDEX,
  OCI_MANIFEST,
  type Pushed,
  pushBlob,
  pushImage,
  pushJson,
  start,
  storages,
} from './registries.ts'

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
const FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
const ABSENT = describeBlob('absent', 'application/vnd.oci.image.layer.v1.tar')

function json<T>(answer: Answer): T {
  return JSON.parse(answer.body.toString()) as T
}

function descriptorOf({ digest, text }: Pushed, mediaType = OCI_MANIFEST): object {
  return { mediaType, digest, size: text.length }
}

describe.each(storages)('$storage', ({ options }) => {
  let registry: RegistryServer
  const ask = (method: string, path: string, more = {}): Promise<Answer> => call(registry.url, method, path, more)
  beforeAll(async () => {
    registry = await start(await options())
  })

  it('the base endpoint', async () => {
    const answer = await ask('GET', '/v2/')
    expect(answer).toMatchObject({ status: 200, headers: { 'docker-distribution-api-version': 'registry/2.0' } })
  })

  it('PUT by tag, then GET and HEAD by tag and digest: the exact bytes', async () => {
    const { digest, text, answer } = await pushImage(registry.url, 'app', '1.0')
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `/v2/app/manifests/${digest}`, 'docker-content-digest': digest },
    })
    for (const reference of ['1.0', digest]) {
      const got = await ask('GET', `/v2/app/manifests/${reference}`)
      expect(got).toMatchObject({
        status: 200,
        headers: { 'content-type': OCI_MANIFEST, 'docker-content-digest': digest },
      })
      expect(got.body.toString()).toBe(text)
      const head = await ask('HEAD', `/v2/app/manifests/${reference}`)
      expect(head.headers['content-length']).toBe(String(text.length))
    }
  })

  it('PUT by sha512 digest with tag parameters', async () => {
    await pushImage(registry.url, 'wide', '1')
    const text = JSON.stringify(imageOf({ annotations: { wide: 'yes' } }))
    const digest = digestOf(utf8(text), 'sha512')
    const headers = { 'content-type': OCI_MANIFEST }
    const put = await ask('PUT', `/v2/wide/manifests/${digest}?tag=x&tag=y`, { body: text, headers })
    expect(put).toMatchObject({ status: 201, headers: { 'docker-content-digest': digest, 'oci-tag': 'x, y' } })
    expect((await ask('HEAD', '/v2/wide/manifests/y')).headers['docker-content-digest']).toBe(digest)
  })

  it.each([
    ['Docker schema 2', DOCKER, {}],
    ['an artifact', OCI_MANIFEST, { artifactType: 'application/x' }],
    ['no layers', OCI_MANIFEST, { layers: [] }],
    ['a foreign layer that is elsewhere', OCI_MANIFEST, { layers: [describeBlob('elsewhere', FOREIGN)] }],
    ['a missing subject', OCI_MANIFEST, { subject: { ...ABSENT, mediaType: OCI_MANIFEST } }],
  ])('takes %s', async (_, mediaType, more) => {
    expect((await pushImage(registry.url, 'kinds', undefined, { mediaType, ...more })).answer.status).toBe(201)
  })

  it.each([
    ['a missing layer', imageOf({ layers: [ABSENT] }), 'MANIFEST_BLOB_UNKNOWN'],
    ['a missing config', imageOf({ config: ABSENT }), 'MANIFEST_BLOB_UNKNOWN'],
    ['a missing child', { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [ABSENT] }, 'MANIFEST_BLOB_UNKNOWN'],
    ['an unknown kind', { schemaVersion: 2, mediaType: 'application/json' }, 'MANIFEST_INVALID'],
    ['image and index at once', imageOf({ manifests: [] }), 'MANIFEST_INVALID'],
    ['an index with an image inside', { ...imageOf(), mediaType: OCI_INDEX }, 'MANIFEST_INVALID'],
    ['a subject that is no descriptor', imageOf({ subject: 'x' }), 'MANIFEST_INVALID'],
    ['an artifact type without end', imageOf({ artifactType: 'a'.repeat(2000) }), 'MANIFEST_INVALID'],
  ])('refuses %s', async (_, value, code) => {
    await pushBlob(registry.url, 'bad', '{}')
    await pushBlob(registry.url, 'bad', 'layer')
    expect((await pushJson(registry.url, 'bad', 'x', value)).answer).toMatchObject({ status: 400, code })
  })

  it.each([
    ['no JSON', 'nonsense', OCI_MANIFEST, 400, 'MANIFEST_INVALID'],
    ['a duplicate member', `{"schemaVersion":2,"layers":[],"layers":[]}`, OCI_MANIFEST, 400, 'MANIFEST_INVALID'],
    ['another Content-Type than inside', JSON.stringify(imageOf()), DOCKER, 400, 'MANIFEST_INVALID'],
    ['more than 4 MiB', Buffer.alloc(4 * 1024 * 1024 + 1, ' '), OCI_MANIFEST, 413, 'SIZE_INVALID'],
  ])('PUT of %s', async (_, body, type, status, code) => {
    const headers = { 'content-type': type }
    expect(await ask('PUT', '/v2/bad/manifests/x', { body, headers })).toMatchObject({ status, code })
    expect(await ask('PUT', '/v2/bad/manifests/x', { stream: [body], headers })).toMatchObject({ status, code })
  })

  it('PUT by a digest that the bytes do not have', async () => {
    const digest = digestOf(utf8('other'))
    expect((await pushImage(registry.url, 'bad', digest)).answer).toMatchObject({ status: 400, code: 'DIGEST_INVALID' })
  })

  it.each([
    ['GET', '/v2/app/manifests/none', 404, 'MANIFEST_UNKNOWN'],
    ['DELETE', '/v2/app/manifests/none', 404, 'MANIFEST_UNKNOWN'],
    ['GET', `/v2/none/manifests/${digestOf(utf8(''))}`, 404, 'MANIFEST_UNKNOWN'],
    ['PATCH', '/v2/app/manifests/1.0', 405, 'UNSUPPORTED'],
    ['PUT', '/v2/app/manifests/1.0?tag=x', 400, 'UNSUPPORTED'],
    ['PUT', `/v2/app/manifests/${digestOf(utf8(''))}?tag=.x`, 400, 'MANIFEST_INVALID'],
    ['POST', '/v2/app/tags/list', 405, 'UNSUPPORTED'],
    ['GET', '/v2/none/tags/list', 404, 'NAME_UNKNOWN'],
    ['GET', '/v2/app/tags/list?n=x', 400, 'PAGINATION_NUMBER_INVALID'],
    ['GET', '/v2/app/tags/list?n=-1', 400, 'PAGINATION_NUMBER_INVALID'],
    ['GET', '/v2/app/referrers/latest', 400, 'DIGEST_INVALID'],
  ])('%s %s is refused', async (method, path, status, code) => {
    expect(await ask(method, path)).toMatchObject({ status, code })
  })

  it('Docker manifest lists and indexes whose children are there', async () => {
    const image = await pushImage(registry.url, 'lists', undefined)
    for (const mediaType of [OCI_INDEX, DOCKER_LIST]) {
      const pushed = await pushJson(registry.url, 'lists', 'all', {
        schemaVersion: 2,
        mediaType,
        manifests: [descriptorOf(image)],
      })
      expect(pushed.answer.status).toBe(201)
      expect((await ask('GET', '/v2/lists/manifests/all')).headers['content-type']).toBe(mediaType)
    }
  })

  it('deleting a tag keeps the manifest; deleting the manifest takes its tags', async () => {
    const { digest } = await pushImage(registry.url, 'del', 'a')
    await pushImage(registry.url, 'del', 'b')
    expect((await ask('DELETE', '/v2/del/manifests/a')).status).toBe(202)
    expect((await ask('HEAD', '/v2/del/manifests/a')).status).toBe(404)
    expect((await ask('HEAD', `/v2/del/manifests/${digest}`)).status).toBe(200)
    expect((await ask('DELETE', `/v2/del/manifests/${digest}`)).status).toBe(202)
    expect((await ask('HEAD', '/v2/del/manifests/b')).status).toBe(404)
    expect(json(await ask('GET', '/v2/del/tags/list'))).toEqual({ name: 'del', tags: [] })
  })

  it('tags in pages, in ASCII order', async () => {
    for (const tag of ['b', 'B', 'a', '_', '1.0']) await pushImage(registry.url, 'pages', tag)
    const tags = ['1.0', 'B', '_', 'a', 'b']
    expect(json(await ask('GET', '/v2/pages/tags/list'))).toEqual({ name: 'pages', tags })
    const seen: string[] = []
    let next: string | undefined = '/v2/pages/tags/list?n=2'
    while (next !== undefined) {
      const page: Answer = await ask('GET', next)
      const items = json<{ tags: string[] }>(page).tags
      expect(items.length).toBeLessThanOrEqual(2)
      seen.push(...items)
      next = /^<([^>]+)>; rel="next"$/.exec(String(page.headers.link))?.[1]
    }
    expect(seen).toEqual(tags)
    expect(json(await ask('GET', '/v2/pages/tags/list?last=Z'))).toMatchObject({ tags: ['_', 'a', 'b'] })
    const none = await ask('GET', '/v2/pages/tags/list?n=0')
    expect(json(none)).toMatchObject({ tags: [] })
    expect(none.headers.link).toBeUndefined()
  })

  it('the catalog in pages', async () => {
    await pushImage(registry.url, 'zz/last', 'x')
    const all = json<{ repositories: string[] }>(await ask('GET', '/v2/_catalog')).repositories
    expect(all).toEqual([...all].sort())
    expect(all).toContain('zz/last')
    const first = await ask('GET', '/v2/_catalog?n=1')
    expect(json(first)).toEqual({ repositories: [all[0]] })
    expect(first.headers.link).toContain('/v2/_catalog?n=1&last=')
  })

  it('referrers: real types, annotations, filter, OCI-Subject, and gone when deleted', async () => {
    const image = await pushImage(registry.url, 'ref', '1')
    const subject = descriptorOf(image)
    const typed = await pushImage(registry.url, 'ref', undefined, {
      subject,
      artifactType: 'a/b',
      annotations: { k: 'v"<' },
    })
    const plain = await pushImage(registry.url, 'ref', undefined, { subject })
    const index = await pushJson(registry.url, 'ref', 'i', {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      artifactType: 'c/d',
      manifests: [],
      subject,
    })
    expect(typed.answer.headers['oci-subject']).toBe(image.digest)
    const path = `/v2/ref/referrers/${image.digest}`
    const all = await ask('GET', path)
    expect(all).toMatchObject({ status: 200, headers: { 'content-type': OCI_INDEX } })
    expect(all.headers['oci-filters-applied']).toBeUndefined()
    const listed = json<{ schemaVersion: number; manifests: object[] }>(all)
    expect(listed).toMatchObject({ schemaVersion: 2, mediaType: OCI_INDEX })
    expect(listed.manifests).toHaveLength(3)
    expect(listed.manifests).toEqual(
      expect.arrayContaining([
        { ...descriptorOf(typed), artifactType: 'a/b', annotations: { k: 'v"<' } },
        { ...descriptorOf(plain), artifactType: 'application/vnd.oci.image.config.v1+json' },
        { ...descriptorOf(index, OCI_INDEX), artifactType: 'c/d' },
      ]),
    )
    const filtered = await ask('GET', `${path}?artifactType=${encodeURIComponent('a/b')}`)
    expect(filtered.headers['oci-filters-applied']).toBe('artifactType')
    expect(json<{ manifests: { digest: string }[] }>(filtered).manifests.map((entry) => entry.digest)).toEqual([
      typed.digest,
    ])
    await ask('DELETE', `/v2/ref/manifests/${typed.digest}`)
    expect(json<{ manifests: object[] }>(await ask('GET', path)).manifests).toHaveLength(2)
    expect(json(await ask('GET', `/v2/nobody/referrers/${image.digest}`))).toMatchObject({ manifests: [] })
  })

  it('referrers larger than a page are linked', async () => {
    const image = await pushImage(registry.url, 'many', '1')
    const annotations = { note: 'x'.repeat(1_500_000) }
    const digests: string[] = []
    for (const at of [1, 2, 3, 4]) {
      const more = {
        subject: descriptorOf(image),
        artifactType: 'a/b',
        annotations: { ...annotations, at: String(at) },
      }
      digests.push((await pushImage(registry.url, 'many', undefined, more)).digest)
    }
    const seen: string[] = []
    let pages = 0
    let next: string | undefined = `/v2/many/referrers/${image.digest}?artifactType=a%2Fb`
    while (next !== undefined) {
      const page: Answer = await ask('GET', next)
      expect(page.body.length).toBeLessThan(4.1 * 1024 * 1024)
      seen.push(...json<{ manifests: { digest: string }[] }>(page).manifests.map((entry) => entry.digest))
      next = /^<([^>]+)>; rel="next"$/.exec(String(page.headers.link))?.[1]
      pages++
    }
    expect(pages).toBe(2)
    expect(seen).toEqual([...digests].sort())
  })

  it('concurrent pushes of tags end with each tag on a whole manifest', async () => {
    await pushImage(registry.url, 'race', 'start')
    const pushed = await Promise.all(
      Array.from({ length: 24 }, (_, at) =>
        pushJson(registry.url, 'race', `t${at % 6}`, imageOf({ annotations: { at: String(at) } })),
      ),
    )
    expect(pushed.map(({ answer }) => answer.status)).toEqual(pushed.map(() => 201))
    for (let tag = 0; tag < 6; tag++) {
      const got = await ask('GET', `/v2/race/manifests/t${tag}`)
      expect(digestOf(got.body)).toBe(got.headers['docker-content-digest'])
    }
  })
})

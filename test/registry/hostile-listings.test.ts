/** Registries whose listings lie or never end: each case would pass a client that believes what it is told. */

import { describe, expect, it } from 'vitest'
import { digestOf, limits, utf8 } from '../../src/base/index.ts'
import { type ContentStore, mediaTypes } from '../../src/oci/index.ts'
import { codeOf } from '../oci/content-store.suite.ts'
import { always, manifest, other, registryWith } from './hostile-registry.ts'
import { refuse, reply } from './test-registry.ts'

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

/** Request targets: the endpoints of distribution-spec 1.1, and what no target may reach. */

import { normalize } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../src/distribution/refusal.ts'
import { isRepositoryName, readTarget, type Target } from '../../src/distribution/routes.ts'
import { fuzzOptions } from '../support/fuzz.ts'

const HEX = 'a'.repeat(64)
const DIGEST = `sha256:${HEX}`

function read(target: string): Target['route'] | string {
  try {
    return readTarget(target).route
  } catch (error) {
    if (error instanceof Refusal) return `${error.status} ${error.code}`
    throw error
  }
}

describe('endpoints', () => {
  it.each([
    ['/v2', { kind: 'base' }],
    ['/v2/', { kind: 'base' }],
    ['/v2/?x=1', { kind: 'base' }],
    ['/v2/_catalog', { kind: 'catalog' }],
    [`/v2/a/blobs/${DIGEST}`, { kind: 'blob', name: 'a', digest: DIGEST }],
    [`/v2/a/blobs/sha256%3A${HEX}`, { kind: 'blob', name: 'a', digest: DIGEST }],
    ['/v2/a/b/blobs/uploads/', { kind: 'uploads', name: 'a/b' }],
    ['/v2/a/b/blobs/uploads', { kind: 'uploads', name: 'a/b' }],
    ['/v2/a/b/blobs/uploads/1f', { kind: 'upload', name: 'a/b', id: '1f' }],
    ['/v2/a/manifests/1.0', { kind: 'manifest', name: 'a', reference: { tag: '1.0' } }],
    [`/v2/a/manifests/${DIGEST}`, { kind: 'manifest', name: 'a', reference: { digest: DIGEST } }],
    ['/v2/a/tags/list', { kind: 'tags', name: 'a' }],
    [`/v2/a/referrers/${DIGEST}`, { kind: 'referrers', name: 'a', digest: DIGEST }],
    ['/v2/tags/list/tags/list', { kind: 'tags', name: 'tags/list' }],
    ['/v2/a/manifests/b/manifests/c', { kind: 'manifest', name: 'a/manifests/b', reference: { tag: 'c' } }],
    ['/v2/blobs/uploads/blobs/uploads/', { kind: 'uploads', name: 'blobs/uploads' }],
  ])('%s', (target, expected) => {
    expect(read(target)).toEqual(expected)
  })

  it.each([
    ['/', '404 UNSUPPORTED'],
    ['/v1/', '404 UNSUPPORTED'],
    ['/v2x/', '404 UNSUPPORTED'],
    ['/v2/a', '404 UNSUPPORTED'],
    ['/v2/a/layers/x', '404 UNSUPPORTED'],
    ['http://h/v2/', '404 UNSUPPORTED'],
    [`/v2/A/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/../blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/a/../b/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/a%2F..%2Fb/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/%2e%2e/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/a//b/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/_blobs/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/a%00/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/%ff/blobs/${DIGEST}`, '400 NAME_INVALID'],
    [`/v2/${'a'.repeat(256)}/blobs/${DIGEST}`, '400 NAME_INVALID'],
    ['/v2//tags/list', '400 NAME_INVALID'],
    ['/v2/a/blobs/sha256:abc', '400 DIGEST_INVALID'],
    [`/v2/a/blobs/sha256:${HEX.toUpperCase()}`, '400 DIGEST_INVALID'],
    [`/v2/a/blobs/sha384:${'a'.repeat(96)}`, '400 DIGEST_INVALID'],
    [`/v2/a/blobs/md5:${'a'.repeat(32)}`, '400 DIGEST_INVALID'],
    ['/v2/a/blobs/..', '400 DIGEST_INVALID'],
    ['/v2/a/manifests/.hidden', '400 MANIFEST_INVALID'],
    ['/v2/a/manifests/..', '400 MANIFEST_INVALID'],
    [`/v2/a/manifests/${'t'.repeat(129)}`, '400 MANIFEST_INVALID'],
    [`/v2/${'a/'.repeat(5000)}tags/list`, '414 UNSUPPORTED'],
  ])('%s is refused', (target, expected) => {
    expect(read(target)).toBe(expected)
  })
})

describe('any target', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      '_blobs',
      '%2e%2e',
      '%2f',
      'blobs',
      'uploads',
      'manifests',
      'tags',
      'list',
      'a',
      DIGEST,
    ),
    fc.string(),
  )

  it('is a route or a refusal, and a name in it stays below its folder', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const route = read(`/v2/${parts.join('/')}`)
        if (typeof route === 'string' || !('name' in route)) return
        expect(isRepositoryName(route.name)).toBe(true)
        expect(normalize(`/root/${route.name}`)).toBe(`/root/${route.name}`)
        expect(route.name.split('/').every((component) => !component.startsWith('_'))).toBe(true)
      }),
      fuzzOptions(2000),
    )
  })

  it('long names are judged in linear time', () => {
    for (const name of [`${'a-'.repeat(127)}`, `${'a__'.repeat(85)}`, '-'.repeat(255), `${'a'.repeat(254)}_`]) {
      const started = performance.now()
      expect(isRepositoryName(name)).toBe(false)
      expect(performance.now() - started).toBeLessThan(50)
    }
  })
})

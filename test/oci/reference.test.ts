/** References by the grammar of distribution/reference, and the sources that a command line takes. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../src/base/index.ts'
import { formatReference, parseImageSource, parseReference } from '../../src/oci/index.ts'

const seed = Number(process.env['ZEGEL_FUZZ_SEED'] ?? 20261123)
const sha256 = `sha256:${'a'.repeat(64)}`
const sha512 = `sha512:${'b'.repeat(128)}`

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
  return 'accepted'
}

describe('reference', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['shop/api', 'docker.io/shop/api'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine'],
    ['registry-1.docker.io/library/alpine', 'docker.io/library/alpine'],
    ['registry.example.org/shop/api:1.4', 'registry.example.org/shop/api:1.4'],
    ['REGISTRY.example.org/api', 'registry.example.org/api'],
    ['LOCALHOST/api', 'localhost/api'],
    ['REGISTRY:443/api', 'registry:443/api'],
    ['localhost/api', 'localhost/api'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['localhost:5000/api', 'localhost:5000/api'],
    ['127.0.0.1:5000/shop/api:1.4', '127.0.0.1:5000/shop/api:1.4'],
    ['[::1]:5000/shop/api:1.4', '[::1]:5000/shop/api:1.4'],
    ['[2001:db8::1]/api', '[2001:db8::1]/api'],
    [`a/b@${sha256}`, `docker.io/a/b@${sha256}`],
    [`a/b:1@${sha512}`, `docker.io/a/b:1@${sha512}`],
    ['a__b/c--d/e.f_g', 'docker.io/a__b/c--d/e.f_g'],
    [`a:${'t'.repeat(128)}`, `docker.io/library/a:${'t'.repeat(128)}`],
    [`${'a'.repeat(64)}:1`, `docker.io/library/${'a'.repeat(64)}:1`],
  ])('%s is %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full)
    expect(formatReference(parseReference(full))).toBe(full)
  })

  it.each([
    '',
    ':1',
    '/api',
    'api/',
    'a//b',
    'shop/API',
    'Registry/api',
    'a___b',
    'a..b',
    '-a',
    'a-',
    'a:',
    'a:-1',
    `a:${'t'.repeat(129)}`,
    'a:1:2',
    'a@',
    `a@${sha256}0`,
    `a@${sha256.toUpperCase()}`,
    `a@sha384:${'a'.repeat(96)}`,
    `a@${sha256}@${sha256}`,
    `@${sha256}`,
    'registry.example.org/',
    'registry.example.org:0/a',
    'registry.example.org:65536/a',
    'registry.example.org:port/a',
    '-registry.example.org/a',
    '[::1/a',
    '[:::::::::::1]/a',
    '::1/a',
    'http://registry.example.org/a',
    'a b',
    'a\n',
    'größe',
    'a'.repeat(64),
    'a'.repeat(256),
    `registry.example.org/${'a/'.repeat(600)}b`,
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseReference(text))).toBe('REFERENCE_INVALID')
  })

  it('never fails otherwise, and what it takes has one full form', () => {
    const part = fc.constantFrom(
      'a',
      'B',
      '0',
      '.',
      '_',
      '__',
      '-',
      '/',
      ':',
      '@',
      '[',
      ']',
      'localhost',
      'docker.io',
      sha256,
      '5000',
      'ß',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const text = parts.join('')
        if (codeOf(() => parseReference(text)) !== 'accepted') return
        const full = formatReference(parseReference(text))
        expect(formatReference(parseReference(full))).toBe(full)
      }),
      { seed, numRuns: 3000 },
    )
  })
})

describe('source', () => {
  it.each([
    ['oci:layout', { kind: 'oci', path: 'layout' }],
    ['oci:layout:1.4', { kind: 'oci', path: 'layout', tag: '1.4' }],
    [`oci:./a@b/layout@${sha256}`, { kind: 'oci', path: './a@b/layout', digest: sha256 }],
    [`oci:layout:1.4@${sha256}`, { kind: 'oci', path: 'layout', tag: '1.4', digest: sha256 }],
    ['oci-archive:image.tar:1.4', { kind: 'oci-archive', path: 'image.tar', tag: '1.4' }],
    ['docker-archive:/a/b.tar:shop/api:1.4', { kind: 'docker-archive', path: '/a/b.tar', tag: 'shop/api:1.4' }],
  ])('%s', (text, source) => {
    expect(parseImageSource(text)).toEqual({ ...source, text })
  })

  it('takes references, with and without docker://', () => {
    for (const text of ['alpine:3.20', 'docker://alpine:3.20'])
      expect(parseImageSource(text)).toMatchObject({
        kind: 'registry',
        reference: { repository: 'library/alpine', tag: '3.20' },
      })
  })

  it.each(['oci:', 'oci::1', 'oci:layout:', 'oci:layout@sha256:1', 'oci-archive:', 'docker-archive::a'])(
    'refuses %s',
    (text) => {
      expect(codeOf(() => parseImageSource(text))).toBe('REFERENCE_INVALID')
    },
  )
})

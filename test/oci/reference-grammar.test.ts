/** The grammar of distribution/reference at its edges: what looks like a reference and is none. */

import { describe, expect, test } from 'vitest'
import {
  formatReference,
  isTag,
  parseImageSource,
  parseReference,
  repositoryName,
  targetOf,
} from '../../src/oci/index.ts'
import { codeOf } from '../support/fuzz.ts'

const sha256 = `sha256:${'0a'.repeat(32)}`
const sha512 = `sha512:${'0a'.repeat(64)}`

describe('accepted, with the normal form', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['library/alpine', 'docker.io/library/alpine'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine'],
    ['registry-1.docker.io/shop/api', 'docker.io/shop/api'],
    ['shop/api', 'docker.io/shop/api'],
    ['localhost/api', 'localhost/api'],
    ['localhost:5000/api', 'localhost:5000/api'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['127.0.0.1:5000/shop/api:1.4', '127.0.0.1:5000/shop/api:1.4'],
    ['[::1]:5000/api', '[::1]:5000/api'],
    ['[2001:db8::1]/shop/api:1', '[2001:db8::1]/shop/api:1'],
    ['REGISTRY.Example.org/shop/api', 'registry.example.org/shop/api'],
    ['Registry:443/api', 'registry:443/api'],
    [`r.example/a@${sha256}`, `r.example/a@${sha256}`],
    [`r.example/a:1@${sha256}`, `r.example/a:1@${sha256}`],
    [`r.example/a@${sha512}`, `r.example/a@${sha512}`],
    ['r.example/a.b_c__d---e/f', 'r.example/a.b_c__d---e/f'],
    [`r.example/a:${'t'.repeat(128)}`, `r.example/a:${'t'.repeat(128)}`],
    ['r.example/a:_Tag-1.0', 'r.example/a:_Tag-1.0'],
    ['xn--n3h.example/a', 'xn--n3h.example/a'],
  ])('%s is %s', (text, normal) => expect(formatReference(parseReference(text))).toBe(normal))
})

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['an upper-case name that may be a registry or a repository', 'Registry/api'],
    ['the identifier of an image', '0a'.repeat(32)],
    ['a space', ' '],
    ['a space before', ' alpine'],
    ['a line end after', 'alpine\n'],
    ['upper case in the repository', 'r.example/Shop/api'],
    ['upper case alone', 'Alpine'],
    ['an empty tag', 'alpine:'],
    ['a tag of 129', `alpine:${'t'.repeat(129)}`],
    ['a tag that starts with a point', 'alpine:.a'],
    ['a tag that starts with a minus', 'alpine:-a'],
    ['two tags', 'alpine:a:b'],
    ['an empty digest', 'alpine@'],
    ['a short digest', 'alpine@sha256:0a'],
    ['an upper-case digest', `alpine@${sha256.replaceAll('a', 'A').replace('shA', 'sha')}`],
    ['sha384', `alpine@sha384:${'0a'.repeat(48)}`],
    ['an unknown algorithm', `alpine@md5:${'0a'.repeat(16)}`],
    ['two digests', `alpine@${sha256}@${sha256}`],
    ['a tag after the digest', `alpine@${sha256}:1`],
    ['an empty component', 'r.example//api'],
    ['a slash at the end', 'r.example/api/'],
    ['a slash at the start', '/api'],
    ['only a host', 'r.example/'],
    ['dots', 'r.example/../api'],
    ['dots alone', '..'],
    ['a component with a point at its end', 'r.example/api.'],
    ['three underscores', 'r.example/a___b'],
    ['two points', 'r.example/a..b'],
    ['a scheme', 'https://r.example/api'],
    ['a user', 'me@r.example/api'],
    ['a port of letters', 'r.example:abc/api'],
    ['port 0', 'r.example:0/api'],
    ['port 65536', 'r.example:65536/api'],
    ['a host with a minus at its start', '-r.example/api'],
    ['a host with an underscore', 'r_x.example/api'],
    ['a host with an empty label', 'r..example/api'],
    ['an IPv6 address without brackets', '::1/api'],
    ['an impossible IPv6 address', '[::1::2]:5000/api'],
    ['an IPv6 address alone', '[::1]:5000'],
    ['a zone', '[fe80::1%25eth0]/api'],
    ['other letters', 'r.example/äpi'],
    ['a look-alike letter', 'r.example/аpi'],
    ['a control character', 'r.example/a\u0000'],
    ['a backslash', 'r.example\\api'],
    ['a query', 'r.example/api?x'],
    ['a percent sign', 'r.example/a%2fb'],
    ['a name of 256', `r.example/${'a'.repeat(246)}`],
    ['an endless text', 'a'.repeat(100_000)],
    ['many components that almost match', `r.example/${'a-'.repeat(200)}`],
  ])('%s', (_, text) => expect(codeOf(() => parseReference(text))).toBe('REFERENCE_INVALID'))
})

test('what a registry is asked for', () => {
  expect(targetOf(parseReference('alpine'))).toBe('latest')
  expect(targetOf(parseReference('alpine:1'))).toBe('1')
  expect(targetOf(parseReference(`alpine:1@${sha256}`))).toBe(sha256)
  expect(repositoryName(parseReference('alpine:1'))).toBe('docker.io/library/alpine')
  expect(isTag('sha256-abc.sig')).toBe(true)
})

describe('sources', () => {
  test.each([
    ['alpine', { kind: 'registry' }],
    ['docker://alpine', { kind: 'registry' }],
    ['oci:dir', { kind: 'oci', path: 'dir' }],
    ['oci:/abs/dir:1.4', { kind: 'oci', path: '/abs/dir', tag: '1.4' }],
    [`oci:dir@${sha256}`, { kind: 'oci', path: 'dir', digest: sha256 }],
    [`oci:dir:1.4@${sha256}`, { kind: 'oci', path: 'dir', tag: '1.4', digest: sha256 }],
    ['oci:dir:r.example/app:1.4', { kind: 'oci', path: 'dir', tag: 'r.example/app:1.4' }],
    ['oci:me@home/dir', { kind: 'oci', path: 'me@home/dir' }],
    ['oci-archive:a.tar:1', { kind: 'oci-archive', path: 'a.tar', tag: '1' }],
    ['docker-archive:a.tar:app:1', { kind: 'docker-archive', path: 'a.tar', tag: 'app:1' }],
  ])('%s', (text, expected) => expect(parseImageSource(text)).toMatchObject(expected))

  test.each(['oci:', 'oci::tag', 'oci:dir:', 'oci:dir@sha256:0a', `oci:@${sha256}`, 'docker://', 'docker-archive:'])(
    'refused: %s',
    (text) => expect(codeOf(() => parseImageSource(text))).toBe('REFERENCE_INVALID'),
  )
})

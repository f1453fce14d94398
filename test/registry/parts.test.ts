import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/base/index.ts'
import { readChallenges } from '../../src/registry/challenge.ts'
import { nextPage } from '../../src/registry/link.ts'
import { covers, formatScope, joinScopes, parseScope } from '../../src/registry/scope.ts'
import { ContentCursor, checkedContent } from '../../src/registry/upload-source.ts'

const runs = { seed: Number(process.env['ZEGEL_FUZZ_SEED'] ?? 20261123), numRuns: 500 }

describe('WWW-Authenticate', () => {
  const read = (header: string): unknown =>
    readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

  it.each([
    [
      'Bearer realm="https://a.example/token",service="r",scope="repository:a:pull,push"',
      [['bearer', { realm: 'https://a.example/token', service: 'r', scope: 'repository:a:pull,push' }]],
    ],
    ['BEARER Realm=x, Service="y"', [['bearer', { realm: 'x', service: 'y' }]]],
    [
      'Basic realm="a", Bearer realm="b",service="c"',
      [
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b', service: 'c' }],
      ],
    ],
    [
      'Negotiate, Basic realm="a"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
    [
      'Negotiate YIIabc/+==, Bearer realm="b"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'b' }],
      ],
    ],
    ['Bearer realm="with \\"quotes\\" and, comma = sign"', [['bearer', { realm: 'with "quotes" and, comma = sign' }]]],
    ['Bearer realm = "spaced" , service = r', [['bearer', { realm: 'spaced', service: 'r' }]]],
    ['Bearer realm="first", realm="second"', [['bearer', { realm: 'first' }]]],
    [',, Basic realm=""', [['basic', { realm: '' }]]],
    ['Basic', [['basic', {}]]],
    ['', []],
    ['"', []],
    ['Bearer realm="never ends', [['bearer', {}]]],
  ])('%s', (header, expected) => {
    expect(read(header)).toEqual(expected)
  })

  it('any header ends, with a bounded list', () => {
    const piece = fc.constantFrom(
      'Bearer',
      ' ',
      ',',
      '=',
      '"',
      '\\',
      'realm',
      'x',
      'abc==',
      '/',
      '\t',
      'Basic realm="a"',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 200 }).map((parts) => parts.join('')),
        ),
        (header) => {
          expect(readChallenges(header).length).toBeLessThanOrEqual(8)
        },
      ),
      runs,
    )
  })

  it('is linear', () => {
    for (const header of [
      `Bearer ${'a'.repeat(60_000)}`,
      `Bearer realm="${'\\'.repeat(60_001)}`,
      'a '.repeat(30_000),
      `a${' ,'.repeat(30_000)}`,
    ]) {
      const started = performance.now()
      readChallenges(header)
      expect(performance.now() - started).toBeLessThan(200)
    }
  })
})

describe('Link', () => {
  const from = new URL('https://r.example/v2/a/tags/list?n=2')
  it.each([
    ['</v2/a/tags/list?n=2&last=b>; rel="next"', 'https://r.example/v2/a/tags/list?n=2&last=b'],
    ['<list?last=b>;rel=next', 'https://r.example/v2/a/tags/list?last=b'],
    ['<https://other.example/x>; rel="next"', 'https://other.example/x'],
    ['</a>; rel="prev", </b>; title="x, y"; rel="next"', 'https://r.example/b'],
    ['</a>; rel="last next"', 'https://r.example/a'],
    ['</a>; rel="nextish"', undefined],
    ['</a>; rel=nextish', undefined],
    ['</a>', undefined],
    ['next', undefined],
    ['<http://[>; rel="next"', undefined],
    [undefined, undefined],
  ])('%s', (header, expected) => {
    expect(nextPage(header, from)?.href).toBe(expected)
  })

  it('is linear', () => {
    for (const header of [
      '<'.repeat(60_000),
      '<a>'.repeat(20_000),
      `<a>${';'.repeat(60_000)}`,
      `<a>;${' '.repeat(60_000)}`,
      `<a>;rel="${' '.repeat(60_000)}`,
    ]) {
      const started = performance.now()
      nextPage(header, from)
      expect(performance.now() - started).toBeLessThan(500)
    }
  })
})

describe('scopes', () => {
  it.each([
    ['repository:a:pull,push', 'repository:a:pull', true],
    ['repository:a:pull', 'repository:a:pull,push', false],
    ['repository:a:*', 'repository:a:push', true],
    ['repository:a:pull', 'repository:b:pull', false],
    ['repository:a:pull repository:b:pull', 'repository:b:pull', true],
    ['repository:host:5000/a:pull', 'repository:host:5000/a:pull', true],
    ['', '', true],
    ['repository:a:pull', '', true],
  ])('%j covers %j: %s', (held, wanted, expected) => {
    expect(covers(parseScope(held), parseScope(wanted))).toBe(expected)
  })

  it('a union covers its parts and is written one way', () => {
    const scope = fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c/d'), fc.constantFrom('pull', 'push', 'delete')), { maxLength: 6 })
      .map((pairs) => joinScopes(...pairs.map(([name, action]) => parseScope(`repository:${name}:${action}`))))
    fc.assert(
      fc.property(scope, scope, (one, other) => {
        const both = joinScopes(one, other)
        expect(covers(both, one) && covers(both, other)).toBe(true)
        expect(formatScope(both)).toEqual(formatScope(joinScopes(other, one)))
        expect(formatScope(parseScope(formatScope(both).join(' ')))).toEqual(formatScope(both))
      }),
      runs,
    )
  })
})

describe('the source of an upload', () => {
  it('gives any part of the content at any offset', async () => {
    const cut = fc.array(fc.uint8Array({ minLength: 0, maxLength: 20 }), { maxLength: 10 })
    const takes = fc.array(fc.tuple(fc.nat(120), fc.nat(60)), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(cut, takes, async (parts, wanted) => {
        const whole = Buffer.concat(parts)
        const descriptor = { mediaType: '', digest: digestOf(whole), size: whole.length }
        const cursor = new ContentCursor(() => checkedContent(descriptor, { parts }))
        for (const [offset, length] of wanted) {
          const got: Uint8Array[] = []
          for await (const part of cursor.take(offset, length)) got.push(Buffer.from(part))
          expect(Buffer.concat(got)).toEqual(whole.subarray(offset, offset + length))
        }
        await cursor.close()
      }),
      { ...runs, numRuns: 200 },
    )
  })

  it('holds back the last piece of a wrong content', async () => {
    const got: number[] = []
    const parts = [Buffer.from('ab'), Buffer.from('cd')]
    const read = async (): Promise<void> => {
      for await (const part of checkedContent(
        { mediaType: '', digest: digestOf(Buffer.from('abcX')), size: 4 },
        { parts },
      ))
        got.push(part.length)
    }
    await expect(read()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(got).toEqual([2])
  })
})

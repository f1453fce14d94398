/** `Range` (RFC 9110 section 14) and `Content-Range` of a chunk, as functions. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readChunkRange, readRange, receivedRange } from '../../src/distribution/ranges.ts'
import { fuzzOptions } from '../support/fuzz.ts'

describe('Range of a blob of 100 bytes', () => {
  it.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=10-19', { first: 10, last: 19 }],
    ['bytes=90-', { first: 90, last: 99 }],
    ['bytes=90-500', { first: 90, last: 99 }],
    ['bytes=-5', { first: 95, last: 99 }],
    ['bytes=-500', { first: 0, last: 99 }],
    ['BYTES=1-2', { first: 1, last: 2 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=5-1', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=-', undefined],
    ['bytes=0-1,5-6', undefined],
    ['items=0-1', undefined],
    ['bytes=a-b', undefined],
    ['bytes=0x1-2', undefined],
    [undefined, undefined],
  ])('%s', (header, expected) => {
    expect(readRange(header, 100)).toEqual(expected)
  })

  it('of an empty blob is never satisfiable', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) expect(readRange(header, 0)).toBe('unsatisfiable')
  })

  it('is what slicing the bytes gives, or 416, for every pair of numbers', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, at) => at)
    fc.assert(
      fc.property(fc.nat(80), fc.nat(80), (first, last) => {
        const range = readRange(`bytes=${first}-${last}`, bytes.length)
        const slice = bytes.slice(first, last + 1)
        if (range === 'unsatisfiable') expect(first > last || slice.length === 0).toBe(true)
        else expect(bytes.slice(range?.first, (range?.last ?? 0) + 1)).toEqual(slice)
      }),
      fuzzOptions(500),
    )
  })

  it('never leaves the blob, whatever the header says', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => `bytes=${text}`),
        fc.nat(1000),
        (header, size) => {
          const range = readRange(header, size)
          if (range === undefined || range === 'unsatisfiable') return
          expect(range.first).toBeGreaterThanOrEqual(0)
          expect(range.last).toBeLessThan(size)
          expect(range.first).toBeLessThanOrEqual(range.last)
        },
      ),
      fuzzOptions(1000),
    )
  })
})

it.each([
  ['0-99', { first: 0, last: 99 }],
  ['bytes 0-99/100', { first: 0, last: 99 }],
  ['bytes=5-5', { first: 5, last: 5 }],
  ['9-1', undefined],
  ['-5', undefined],
  ['0-', undefined],
  ['0-9999999999999999999', undefined],
  ['', undefined],
])('Content-Range of a chunk: %s', (header, expected) => {
  expect(readChunkRange(header)).toEqual(expected)
})

it.each([
  [0, '0-0'],
  [1, '0-0'],
  [100, '0-99'],
])('Range of an upload with %i bytes', (received, expected) => {
  expect(receivedRange(received)).toBe(expected)
})

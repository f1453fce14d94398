/** Bytes never make a parser of this room do anything but answer or refuse with a Fault. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bufferOf, concat, isDigest, parseDigest, utf8 } from '../../src/base/index.ts'
import {
  parseBundle,
  parseDsse,
  parseLegacyBundle,
  parseRekorBundle,
  parseSimpleSigning,
  parseTimestampAnnotation,
  writeDsse,
  writeSimpleSigning,
} from '../../src/envelope/index.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

const root = join(import.meta.dirname, '../vectors/cosign')
const parsers = {
  parseBundle,
  parseDsse,
  parseLegacyBundle,
  parseRekorBundle,
  parseSimpleSigning,
  parseTimestampAnnotation,
}
const blobs = [
  'blob',
  'oci/01-legacy-sig-key/blobs',
  'oci/04-legacy-att-key-all-types/blobs',
  'oci/05-bundle-key-notlog-fallbacktag/blobs',
]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => readFileSync(join(root, folder, name))))
  .filter((bytes) => bytes[0] === 0x7b)

describe.each(Object.entries(parsers))('%s', (_, parse: (bytes: Uint8Array) => unknown) => {
  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        outcome(() => parse(bytes))
      }),
      fuzzOptions(300),
    )
  })

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        outcome(() => parse(utf8(text)))
      }),
      fuzzOptions(300),
    )
  })

  test('real documents with one change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...blobs), mutation, (document, change) => {
        outcome(() => parse(mutate(document, change)))
      }),
      fuzzOptions(600),
    )
  })

  test('real documents with members of wrong types', () => {
    const replaced = fc
      .tuple(fc.constantFrom(...blobs), fc.nat(), fc.jsonValue({ maxDepth: 1 }))
      .map(([document, pick, value]) => {
        let count = 0
        const size = { values: 0 }
        JSON.parse(document.toString(), () => size.values++)
        return JSON.stringify(
          JSON.parse(document.toString(), (_key, member: unknown) =>
            count++ === pick % Math.max(1, size.values) ? value : member,
          ),
        )
      })
    fc.assert(
      fc.property(replaced, (text) => {
        outcome(() => parse(utf8(text ?? 'null')))
      }),
      fuzzOptions(600),
    )
  })
})

test('what is written is read again: DSSE', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
      fc.array(bytes, { minLength: 1 }),
      bytes,
      (payloadType, payload, sig) => {
        const envelope = parseDsse(concat(...writeDsse({ payloadType, payload, signatures: [{ sig }] })))
        expect(envelope.payloadType).toBe(payloadType)
        expect(Buffer.compare(envelope.payload, Buffer.concat(payload))).toBe(0)
        expect(Buffer.compare(envelope.signatures[0]?.sig ?? utf8(''), sig)).toBe(0)
      },
    ),
    fuzzOptions(500),
  )
})

test('what is written is read again: simple signing', () => {
  const text = fc.string({ maxLength: 30, unit: 'binary' })
  fc.assert(
    fc.property(
      text,
      fc.dictionary(text, text, { noNullPrototype: false }),
      fc.stringMatching(/^[0-9a-f]{64}$/),
      (dockerReference, annotations, hex) => {
        const digest = `sha256:${hex}`
        expect(isDigest(digest)).toBe(true)
        const bytes = writeSimpleSigning({ dockerReference, manifestDigest: parseDigest(digest), annotations })
        const payload = parseSimpleSigning(bytes)
        expect(payload.dockerReference).toBe(dockerReference)
        expect({ ...payload.annotations }).toEqual({ ...annotations })
        expect(bufferOf(bytes).toString()).not.toMatch(/[<>&\u2028\u2029]/)
      },
    ),
    fuzzOptions(500),
  )
})

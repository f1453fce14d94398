/** Bytes never make a parser of Notation signatures do anything but answer or refuse with a Fault; what was written is read again. */

import { readdirSync } from 'node:fs'
import { encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, parseDigest, sameBytes, utf8 } from '../../src/base/index.ts'
import {
  beginNotation,
  type NotationAlgorithm,
  notationMediaTypes,
  parseNotation,
  parseNotationPayload,
  writeNotationPayload,
} from '../../src/envelope/index.ts'
import { codeOf, fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { notationVector } from '../support/notation-vectors.ts'
import {
  array,
  bytes,
  chainEntry,
  cose,
  goodHeader,
  jws,
  map,
  payload,
  readCose,
  readJws,
  readVector,
  signature,
} from './notation-helpers.ts'

const samples = ['pos', 'ours', 'neg'].flatMap((folder) =>
  readdirSync(notationVector(folder)).map((name) => `${folder}/${name}`),
)
const documents = {
  jws: samples.filter((it) => it.includes('/jws')).map(readVector),
  cose: samples.filter((it) => it.includes('/cose')).map(readVector),
}

describe.each(['jws', 'cose'] as const)('%s', (encoding) => {
  const parse = (written: Uint8Array): unknown => parseNotation(written, notationMediaTypes[encoding])

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (written) => {
        outcome(() => parse(written))
      }),
      fuzzOptions(500),
    )
  })

  test('real signatures with one change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents[encoding]), mutation, (document, change) => {
        outcome(() => parse(mutate(document, change)))
      }),
      fuzzOptions(1500),
    )
  })

  test('a change of what is signed is a change of the signed parts', () => {
    const [document = new Uint8Array()] = documents[encoding]
    const { signedParts, signature: signed } = parseNotation(document, notationMediaTypes[encoding])
    const seen = concat(...signedParts)
    fc.assert(
      fc.property(fc.nat(document.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const change = { at, remove: 1, insert: Uint8Array.of((document[at] ?? 0) ^ by) }
        const result = outcome(() => parseNotation(mutate(document, change), notationMediaTypes[encoding]))
        if (!('value' in result)) return
        const isSame = sameBytes(concat(...result.value.signedParts), seen)
        const first = parseNotation(document, notationMediaTypes[encoding])
        // Whatever still has the same signed bytes says the same, but for what nobody signed.
        if (isSame && sameBytes(result.value.signature, signed)) {
          const { chain: _c, timestamp: _t, signingAgent: _a, ...said } = result.value
          const { chain: _c2, timestamp: _t2, signingAgent: _a2, ...saidFirst } = first
          expect(said).toEqual(saidFirst)
        }
      }),
      fuzzOptions(300),
    )
  })
})

test('JWS with headers of any JSON', () => {
  const members = fc.dictionary(
    fc.constantFrom(...Object.keys(goodHeader), 'b64', 'x5c', 'kid', '__proto__'),
    fc.jsonValue({ maxDepth: 3 }),
  )
  fc.assert(
    fc.property(members, members, (header, unprotected) => {
      outcome(() => readJws(jws({ header: { ...goodHeader, ...header } })))
      outcome(() => readJws(jws({ unprotected })))
      outcome(() => readJws(jws({ members: unprotected })))
    }),
    fuzzOptions(400),
  )
})

const cborValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.double(),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value

test('COSE with parts of any CBOR', () => {
  const labels = fc.constantFrom<unknown>(1, 2, 3, 4, 33, 'io.cncf.notary.signingScheme', 'io.cncf.notary.signingTime')
  const anyMap = fc.array(fc.tuple(labels, cborValue), { maxLength: 6 }).map((entries) => encode(new Map(entries)))
  fc.assert(
    fc.property(anyMap, cborValue, fc.nat(3), (entries, value, at) => {
      outcome(() => readCose(cose({ rawHeader: entries })))
      outcome(() => readCose(cose({ unprotected: entries })))
      const four = [bytes(map([])), map([chainEntry]), bytes(payload), bytes(signature)]
      outcome(() => readCose(cose({ members: four.with(at, encode(value)) })))
      outcome(() => readCose(concat(Uint8Array.of(0xd2), encode(value))))
    }),
    fuzzOptions(400),
  )
  expect(codeOf(() => readCose(cose({ rawHeader: array([]) })))).toBe('ENVELOPE_INVALID')
})

describe('payload', () => {
  test('any JSON, and a real one with one change', () => {
    const real = parseNotation(readVector('pos/jws-expiry-meta'), notationMediaTypes.jws).payload
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), mutation, (text, change) => {
        outcome(() => parseNotationPayload(utf8(text)))
        outcome(() => parseNotationPayload(mutate(real, change)))
      }),
      fuzzOptions(600),
    )
  })
})

test('what is written is read again', () => {
  const digest = parseDigest(`sha256:${'a'.repeat(64)}`)
  const algorithm = fc.constantFrom<NotationAlgorithm>('PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512')
  const metadata = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 5 })
  const blob = fc.uint8Array({ minLength: 1, maxLength: 100 })
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 })
  fc.assert(
    fc.property(
      fc.constantFrom('jws', 'cose'),
      algorithm,
      metadata,
      seconds,
      fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
      fc.array(blob, { minLength: 1, maxLength: 16 }),
      fc.option(blob, { nil: undefined }),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      (encoding, chosen, annotations, signedAt, lasts, chain, timestamp, signingAgent) => {
        const signingTime = signedAt * 1000
        const stamp = timestamp === undefined ? {} : { timestamp }
        const expiry = lasts === undefined ? {} : { expiry: signingTime + lasts * 1000 }
        const subject = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: 7 }
        const content = writeNotationPayload(subject, annotations, encoding)
        const begun = beginNotation({ encoding, algorithm: chosen, payload: content, signingTime, ...expiry })
        const written = begun.finish({ signature, chain, signingAgent, ...stamp })
        const read = parseNotation(written, notationMediaTypes[encoding])
        expect(read).toMatchObject({ encoding, algorithm: chosen, signingTime, signingAgent, ...expiry })
        expect(read.chain.map((it) => [...it])).toEqual(chain.map((it) => [...it]))
        expect(read.timestamp === undefined ? undefined : [...read.timestamp]).toEqual(
          timestamp === undefined ? undefined : [...timestamp],
        )
        expect([...concat(...read.signedParts)]).toEqual([...concat(...begun.toBeSigned)])
        const { annotations: signed, ...descriptor } = parseNotationPayload(read.payload)
        expect(descriptor).toEqual(subject)
        expect(Object.entries(signed).toSorted()).toEqual(Object.entries(annotations).toSorted())
      },
    ),
    fuzzOptions(200),
  )
})

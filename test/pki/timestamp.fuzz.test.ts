/** Tokens that are changed anywhere: no crash, no hang, and nothing believed but what the authority signed. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { derWrite } from '../../src/crypto/index.ts'
import { parseCertificate, parseTimestampToken, readTimestampReply, verifyTimestamp } from '../../src/pki/index.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { makeAuthority, makeToken } from '../support/timestamps.ts'

const { sequence, unsigned } = derWrite
const authority = makeAuthority()
const message = Buffer.from('the raw bytes of a signature')
const nonce = Buffer.from('7001020304050607', 'hex')
const token = makeToken({ authority, message, rest: [sequence(unsigned(1)), unsigned(nonce)] })
const roots = [parseCertificate(authority.root.der)]
const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 })
const codes = [
  'DER_INVALID',
  'CMS_INVALID',
  'CMS_UNSUPPORTED',
  'TIMESTAMP_INVALID',
  'CERTIFICATE_INVALID',
  'LIMIT_EXCEEDED',
]

describe('fuzz', () => {
  test('what is believed is what was signed', () => {
    const right = verifyTimestamp({ token, message, roots })
    if (!right.ok) throw new Error(right.code)
    const chain = right.chain.map(({ fingerprint }) => fingerprint)
    const content = Buffer.from(parseTimestampToken(token).content)
    fc.assert(
      fc.property(mutations, (changes) => {
        const changed = changes.reduce(mutate, token)
        const verdict = verifyTimestamp({ token: changed, message, roots })
        if (!verdict.ok) return
        expect([verdict.time, verdict.accuracyMs]).toEqual([right.time, right.accuracyMs])
        expect(verdict.chain.map(({ fingerprint }) => fingerprint)).toEqual(chain)
        expect(Buffer.from(parseTimestampToken(changed).content)).toEqual(content)
      }),
      fuzzOptions(2000),
    )
  })

  test('every single octet of what is signed counts', () => {
    const whole = Buffer.from(token)
    const { content, signedData } = parseTimestampToken(token)
    const attributes = Buffer.from(signedData.signers[0]?.signedBytes ?? []).subarray(3)
    for (const part of [Buffer.from(content), attributes]) {
      const start = whole.indexOf(part)
      expect(start).toBeGreaterThan(0)
      for (let at = start; at < start + part.length; at++) {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(verifyTimestamp({ token: changed, message, roots }).ok).toBe(false)
      }
    }
  })

  test('a parser refuses with a code of its own', () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const found = outcome(() => parseTimestampToken(changes.reduce(mutate, token)))
        if ('code' in found) expect(codes).toContain(found.code)
      }),
      fuzzOptions(2000),
    )
  })

  test('an answer too', () => {
    const reply = sequence(sequence(unsigned(0)), token)
    const asked = { message, hash: 'sha256', nonce } as const
    expect(Buffer.from(readTimestampReply(reply, asked, nonce))).toEqual(Buffer.from(token))
    fc.assert(
      fc.property(mutations, (changes) => {
        const found = outcome(() => readTimestampReply(changes.reduce(mutate, reply), asked, nonce))
        if ('code' in found) expect(['TIMESTAMP_REFUSED', 'TIMESTAMP_REPLY_INVALID']).toContain(found.code)
      }),
      fuzzOptions(1000),
    )
  })

  test('arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(verifyTimestamp({ token: bytes, message, roots }).ok).toBe(false)
      }),
      fuzzOptions(1000),
    )
  })
})

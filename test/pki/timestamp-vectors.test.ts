/** The timestamps in the envelopes of notation 1.3.2 and of an independent writer (test/vectors/notation), with the verdicts that notation gave them. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode, type TagDecoder } from 'cborg'
import { describe, expect, test } from 'vitest'
import { readPem } from '../../src/crypto/index.ts'
import { type Certificate, parseCertificate, parseTimestampToken, verifyTimestamp } from '../../src/pki/index.ts'

const root = join(import.meta.dirname, '../vectors/notation')
const header = 'io.cncf.notary.timestampSignature'

interface Stamped {
  readonly token: Uint8Array
  readonly message: Uint8Array
}

function stamped(sample: string): Stamped {
  const isJws = sample.includes('jws-')
  const bytes = readFileSync(join(root, sample, isJws ? 'envelope.jws' : 'envelope.cose'))
  if (!isJws) return fromCose(bytes)
  const envelope = JSON.parse(bytes.toString()) as { header: Record<string, string>; signature: string }
  return {
    token: Buffer.from(envelope.header[header] ?? '', 'base64'),
    message: Buffer.from(envelope.signature, 'base64url'),
  }
}

/** COSE_Sign1: protected, unprotected, payload, signature. */
function fromCose(bytes: Uint8Array): Stamped {
  const tags: TagDecoder[] = []
  tags[18] = (decodeInner) => decodeInner()
  const [, unprotected, , message] = decode(bytes, { useMaps: true, tags }) as [
    unknown,
    Map<unknown, Uint8Array>,
    unknown,
    Uint8Array,
  ]
  return { token: unprotected.get(header) ?? new Uint8Array(), message }
}

const certificate = (name: string): Certificate => {
  const file = readFileSync(join(root, 'pki', name))
  return parseCertificate(readPem(file, name)[0]?.bytes ?? file)
}
const roots = [certificate('tsaroot.crt')]

describe('timestamps of notation', () => {
  test.each([
    ['pos/jws-timestamp', 'believed'],
    ['pos/cose-timestamp', 'believed'],
    ['ours/jws-ts-good', 'believed'],
    ['ours/jws-ts-shortlived', 'believed'],
    // The token is right; it is the certificate of the signature that had ended.
    ['neg/jws-ts-expired-before-stamp', 'believed'],
    ['neg/jws-ts-essv1', 'TIMESTAMP_ESS_V1_ONLY'],
    ['neg/jws-ts-wrong-message', 'TIMESTAMP_OTHER_MESSAGE'],
    ['ours/jws-ts-garbage-ignored-when-no-tsa-store', 'TIMESTAMP_MALFORMED'],
  ])('%s: %s', (sample, expected) => {
    const verdict = verifyTimestamp({ ...stamped(sample), roots })
    expect(verdict.ok ? 'believed' : verdict.code).toBe(expected)
    if (!verdict.ok) return
    expect(verdict.chain).toHaveLength(2)
    expect(verdict.accuracyMs).toBe(1501)
    expect(new Date(verdict.time).toISOString()).toMatch(/^2026-11-22T14:/)
  })

  test('the root of another authority does not do', () => {
    const verdict = verifyTimestamp({ ...stamped('pos/jws-timestamp'), roots: [certificate('tsa2root.crt')] })
    expect(verdict).toMatchObject({ ok: false, code: 'TIMESTAMP_UNTRUSTED' })
  })

  test('the certificate of the authority itself is no root', () => {
    const verdict = verifyTimestamp({ ...stamped('pos/jws-timestamp'), roots: [certificate('tsa.crt')] })
    expect(verdict).toMatchObject({ ok: false, code: 'TIMESTAMP_CHAIN_INVALID' })
  })

  test('what a token claims can be read', () => {
    const { info } = parseTimestampToken(stamped('pos/jws-timestamp').token)
    expect(info.policy).toBe('1.2.3.4.1')
    expect(info.accuracyMicroseconds).toBe(1_500_100)
    expect(info.nonce?.length).toBeGreaterThan(7)
  })
})

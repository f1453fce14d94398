/** Requests to the authority: what is answered, what is rejected, and nothing else for whatever anybody sends. */

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answerOcsp,
  answerTimestamp,
  createAuthority,
  readOcspRequest,
  readTimestampRequest,
  type Service,
} from '../../src/authority/index.ts'
import { type Bytes, fixedClock } from '../../src/base/index.ts'
import { derWrite } from '../../src/crypto/index.ts'
import { parseOcspResponse, writeOcspRequest, writeTimestampRequest } from '../../src/pki/index.ts'
import { codeOf, fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

const random = (length: number): Bytes => randomBytes(length)
const authority = createAuthority({ clock: fixedClock(Date.UTC(2026, 10, 22)), random })
const signing = authority.issueSigning()
const { root, intermediate, tsaRoot, tsa } = authority
const issued = [root, intermediate, tsaRoot, tsa, signing].map(({ certificate }) => certificate)
const service: Service = {
  issuers: authority,
  issued,
  revoked: async () => [{ serial: tsa.certificate.serial, at: 0 }],
  clock: fixedClock(Date.UTC(2026, 10, 22)),
  random,
  freshMs: 1000,
}
const nonce = Buffer.from('0102', 'hex')
const query = writeTimestampRequest({ message: Buffer.from('m'), hash: 'sha256', nonce })
const request = writeOcspRequest(signing.certificate, intermediate.certificate, nonce)

describe('TimeStampReq', () => {
  const { sequence, unsigned, oid, octets, boolean } = derWrite
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'))
  const imprint = sequence(sha256, octets(new Uint8Array(32)))
  const sha1 = sequence(sequence(oid('1.3.14.3.2.26')), octets(new Uint8Array(20)))

  it('is read', () => {
    expect(readTimestampRequest(query)).toMatchObject({ certReq: true, nonce: Buffer.from('02020102', 'hex') })
    expect(readTimestampRequest(sequence(unsigned(1), imprint))).toMatchObject({ certReq: false, nonce: undefined })
    expect(readTimestampRequest(sequence(unsigned(1), imprint, boolean(false)))).toMatchObject({ certReq: false })
  })

  it.each([
    ['of version 2', sequence(unsigned(2), imprint), 'badRequest'],
    ['with SHA-1', sequence(unsigned(1), sha1), 'badAlg'],
    ['with a hash of the wrong length', sequence(unsigned(1), sequence(sha256, octets(nonce))), 'badDataFormat'],
    ['with a policy of others', sequence(unsigned(1), imprint, oid('1.2.3')), 'unacceptedPolicy'],
    ['with extensions', sequence(unsigned(1), imprint, derWrite.implicit(0, nonce, true)), 'unacceptedExtension'],
    ['with an endless nonce', sequence(unsigned(1), imprint, unsigned(new Uint8Array(200).fill(1))), 'badRequest'],
    ['with more after it', Buffer.concat([query, nonce]), 'badDataFormat'],
    ['that is none', nonce, 'badDataFormat'],
    ['of nothing', new Uint8Array(), 'badDataFormat'],
  ] as const)('%s is rejected', (_, bytes, failure) => {
    expect(readTimestampRequest(bytes)).toBe(failure)
  })

  it('changed in any way is answered or rejected', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        expect(answerTimestamp(mutate(query, change), service).length).toBeGreaterThan(10)
      }),
      fuzzOptions(300),
    )
  })
})

describe('OCSPRequest', () => {
  const ask = async (bytes: Bytes): Promise<string> => parseOcspResponse(await answerOcsp(bytes, service)).status

  it('is read', () => {
    const { asked, nonce: echoed } = readOcspRequest(request)
    expect(asked.length).toBe(1)
    expect(Buffer.from(echoed ?? []).toString('hex')).toBe('04020102')
  })

  it.each([
    ['about a certificate of ours', signing.certificate, intermediate.certificate, 'successful'],
    ['about an authority', intermediate.certificate, root.certificate, 'successful'],
    ['about the timestamp authority', tsa.certificate, tsaRoot.certificate, 'successful'],
    ['about a certificate of others', signing.certificate, signing.certificate, 'unauthorized'],
  ])('%s', async (_, certificate, issuer, status) => {
    expect(await ask(writeOcspRequest(certificate, issuer))).toBe(status)
  })

  it('about what was never issued', async () => {
    const strange = { ...signing.certificate, serial: Buffer.from('77', 'hex') }
    const answer = await answerOcsp(writeOcspRequest(strange, intermediate.certificate), service)
    expect(parseOcspResponse(answer).basic?.answers[0]?.status).toBe('unknown')
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['no request', nonce],
    ['no certificate', derWrite.sequence(derWrite.sequence(derWrite.sequence()))],
    ['more after it', Buffer.concat([request, nonce])],
    ['a nonce without end', writeOcspRequest(signing.certificate, intermediate.certificate, new Uint8Array(300))],
    ['too many certificates', many(100)],
  ])('with %s is malformed', async (_, bytes) => {
    expect(codeOf(() => readOcspRequest(bytes))).toBe('REQUEST_MALFORMED')
    await expect(answerOcsp(bytes, service)).resolves.toEqual(Buffer.from('30030a0101', 'hex'))
  })

  it('changed in any way is read or malformed', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const read = outcome(() => readOcspRequest(mutate(request, change)))
        if ('code' in read) expect(read.code).toBe('REQUEST_MALFORMED')
      }),
      fuzzOptions(1000),
    )
  })

  function many(count: number): Bytes {
    const id = readOcspRequest(request).asked[0]?.raw ?? new Uint8Array()
    const list = Array.from({ length: count }, () => derWrite.sequence(id))
    return derWrite.sequence(derWrite.sequence(derWrite.sequence(...list)))
  }
})

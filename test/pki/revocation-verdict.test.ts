/** The order of the Notary Project's specification: OCSP, else CRL, else not revocable; and what a chain's answers come to. */

import { describe, expect, it } from 'vitest'
import { derWrite } from '../../src/crypto/index.ts'
import {
  type Certificate,
  type CertificateAnswers,
  judgeRevocation,
  type RevocationAnswer,
  type RevocationStatus,
} from '../../src/pki/index.ts'
import { extension, generalName, make, makeChain, usual } from '../support/certificates.ts'
import { now } from '../support/revocation.ts'

const answer = (
  status: RevocationStatus,
  source: 'ocsp' | 'crl',
  more: Partial<RevocationAnswer> = {},
): RevocationAnswer => ({
  status,
  source,
  code: status === 'revoked' ? 'REVOKED' : status === 'good' ? 'REVOCATION_GOOD' : 'REVOCATION_UNREACHABLE',
  detail: `${source} ${status}`,
  ...more,
})
const ocsp = (...statuses: readonly RevocationStatus[]): readonly RevocationAnswer[] =>
  statuses.map((one) => answer(one, 'ocsp'))
const crl = (...statuses: readonly RevocationStatus[]): readonly RevocationAnswer[] =>
  statuses.map((one) => answer(one, 'crl'))

const OCSP = make.ocspAt('http://ocsp.example.org')
const CRL = make.crlAt('http://crl.example.org/1.crl')
const TWO = make.crlAt('http://crl.example.org/1.crl', 'http://crl.example.org/2.crl')
const withPointers = (...pointers: readonly Uint8Array[]): readonly Certificate[] =>
  makeChain({ leaf: { extensions: [...usual.codeSigning(), ...pointers] } }).certificates

describe('one certificate', () => {
  const nothing: CertificateAnswers = { ocsp: [], crl: [] }
  it.each<readonly [string, readonly Uint8Array[], CertificateAnswers, string]>([
    ['without any place is not revocable', [], nothing, 'NOT_REVOCABLE'],
    ['good by OCSP', [OCSP], { ocsp: ocsp('good'), crl: [] }, 'REVOCATION_GOOD'],
    ['revoked by OCSP', [OCSP], { ocsp: ocsp('revoked'), crl: [] }, 'REVOKED'],
    ['unknown by OCSP', [OCSP], { ocsp: ocsp('unknown'), crl: [] }, 'REVOCATION_UNREACHABLE'],
    ['not asked at all', [OCSP], nothing, 'REVOCATION_NOT_COLLECTED'],
    ['good by the second responder', [OCSP], { ocsp: ocsp('unknown', 'good'), crl: [] }, 'REVOCATION_GOOD'],
    ['revoked by the second responder', [OCSP], { ocsp: ocsp('unknown', 'revoked', 'good'), crl: [] }, 'REVOKED'],
    ['good by OCSP, whatever the CRL', [OCSP, CRL], { ocsp: ocsp('good'), crl: [crl('unknown')] }, 'REVOCATION_GOOD'],
    ['unknown by OCSP, good by CRL', [OCSP, CRL], { ocsp: ocsp('unknown'), crl: [crl('good')] }, 'REVOCATION_GOOD'],
    ['unknown by OCSP, revoked by CRL', [OCSP, CRL], { ocsp: ocsp('unknown'), crl: [crl('revoked')] }, 'REVOKED'],
    ['unknown by both', [OCSP, CRL], { ocsp: ocsp('unknown'), crl: [crl('unknown')] }, 'REVOCATION_UNREACHABLE'],
    ['an answer to what it does not name', [CRL], { ocsp: ocsp('good'), crl: [] }, 'REVOCATION_NOT_COLLECTED'],
    ['good by CRL', [CRL], { ocsp: [], crl: [crl('good')] }, 'REVOCATION_GOOD'],
    ['not asked for its CRL', [CRL], nothing, 'REVOCATION_NOT_COLLECTED'],
    ['good by another way to the CRL', [CRL], { ocsp: [], crl: [crl('unknown', 'good')] }, 'REVOCATION_GOOD'],
    ['two points, one unknown', [TWO], { ocsp: [], crl: [crl('good'), crl('unknown')] }, 'REVOCATION_UNREACHABLE'],
    ['two points, one not asked', [TWO], { ocsp: [], crl: [crl('good')] }, 'REVOCATION_NOT_COLLECTED'],
    ['two points, one revoked', [TWO], { ocsp: [], crl: [crl('unknown'), crl('revoked')] }, 'REVOKED'],
    ['two points, both good', [TWO], { ocsp: [], crl: [crl('good'), crl('good')] }, 'REVOCATION_GOOD'],
    [
      'a malformed place is not "no place"',
      [extension('1.3.6.1.5.5.7.1.1', derWrite.null())],
      nothing,
      'REVOCATION_EXTENSION_INVALID',
    ],
    [
      'empty distribution points are not "no place"',
      [extension('2.5.29.31', derWrite.sequence())],
      nothing,
      'REVOCATION_EXTENSION_INVALID',
    ],
    [
      'a point without a name is a place',
      [extension('2.5.29.31', derWrite.sequence(derWrite.sequence()))],
      nothing,
      'REVOCATION_NOT_COLLECTED',
    ],
    [
      'a responder that is no URL is a place',
      [
        extension(
          '1.3.6.1.5.5.7.1.1',
          derWrite.sequence(derWrite.sequence(derWrite.oid('1.3.6.1.5.5.7.48.1'), generalName.dns('ocsp'))),
        ),
      ],
      nothing,
      'REVOCATION_NOT_COLLECTED',
    ],
    [
      'an issuer’s address is no place',
      [
        extension(
          '1.3.6.1.5.5.7.1.1',
          derWrite.sequence(derWrite.sequence(derWrite.oid('1.3.6.1.5.5.7.48.2'), generalName.uri('http://x'))),
        ),
      ],
      nothing,
      'NOT_REVOCABLE',
    ],
  ])('%s', (_, pointers, answers, code) => {
    expect(judgeRevocation(withPointers(...pointers), [answers]).certificates[0]?.code).toBe(code)
  })
})

describe('a chain', () => {
  const certificates = makeChain({
    leaf: { extensions: [...usual.codeSigning(), OCSP] },
    intermediate: { extensions: [...usual.authority(0), OCSP] },
  }).certificates
  it.each<readonly [RevocationStatus, RevocationStatus, RevocationStatus]>([
    ['good', 'good', 'good'],
    ['good', 'unknown', 'unknown'],
    ['unknown', 'good', 'unknown'],
    ['unknown', 'revoked', 'revoked'],
    ['revoked', 'unknown', 'revoked'],
    ['revoked', 'good', 'revoked'],
  ])('of a leaf that is %s and an intermediate that is %s is %s', (first, second, status) => {
    const answers = [first, second].map((one) => ({ ocsp: ocsp(one), crl: [] }))
    expect(judgeRevocation(certificates, answers).status).toBe(status)
  })

  it('with fewer answers than certificates is unknown', () => {
    expect(judgeRevocation(certificates, [{ ocsp: ocsp('good'), crl: [] }]).status).toBe('unknown')
  })

  it('that does not end in a root is unknown, for its last certificate was not asked about', () => {
    const answers = [{ ocsp: ocsp('good'), crl: [] }]
    expect(judgeRevocation(certificates.slice(0, 2), answers)).toMatchObject({
      status: 'unknown',
      code: 'REVOCATION_CHAIN_INCOMPLETE',
    })
    expect(judgeRevocation([], [])).toMatchObject({ status: 'unknown', code: 'REVOCATION_CHAIN_INCOMPLETE' })
  })

  it('of a root alone is not revocable', () => {
    expect(judgeRevocation(certificates.slice(2), [])).toMatchObject({ status: 'good', code: 'NOT_REVOCABLE' })
  })
})

describe('a key that became bad after the authentic signing time', () => {
  const certificates = withPointers(OCSP)
  const verdict = (invalidityDate: number | undefined, signingTime?: number): string => {
    const one = answer('revoked', 'ocsp', invalidityDate === undefined ? {} : { invalidityDate })
    return judgeRevocation(certificates, [{ ocsp: [one], crl: [] }], signingTime === undefined ? {} : { signingTime })
      .code
  }
  it.each([
    ['without a signing time', now + 1, undefined, 'REVOKED'],
    ['bad since before it', now - 1, now, 'REVOKED'],
    ['bad since that moment', now, now, 'REVOKED'],
    ['bad since after it', now + 1, now, 'REVOKED_AFTER_SIGNING'],
    ['without an invalidity date', undefined, now, 'REVOKED'],
  ])('%s', (_, invalidityDate, signingTime, code) => expect(verdict(invalidityDate, signingTime)).toBe(code))
})

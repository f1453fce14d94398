/** OCSP: what RFC 6960 demands of responses and responders, and the attacks on them. */

import { describe, expect, it } from 'vitest'
import { derWrite } from '../../src/crypto/index.ts'
import { type Certificate, judgeOcspBytes, parseOcspResponse } from '../../src/pki/index.ts'
import { extension, make, makeCertificate, makeChain, purposes, usual } from '../support/certificates.ts'
import { codeOf } from '../support/fuzz.ts'
import {
  day,
  makeOcsp,
  nonceExtension,
  now,
  type OcspParts,
  ocspStatus,
  type SinglePart,
  stranger,
} from '../support/revocation.ts'

const chain = makeChain()
const [leaf, intermediate] = chain.certificates as [Certificate, Certificate, Certificate]
const issuer = chain.intermediate
const other = makeChain()
const single: SinglePart = { certificate: chain.leaf, issuer }

const ocspSigning = make.extendedKeyUsage([purposes.ocspSigning])
const delegated = [make.keyUsage(['digitalSignature']), ocspSigning, make.ocspNoCheck()]
const responder = makeCertificate({ subject: 'Responder', issuer, extensions: delegated })

function judged(parts: Partial<OcspParts>, at = now, nonce?: Uint8Array): ReturnType<typeof judgeOcspBytes> {
  const bytes = makeOcsp({ signer: issuer, singles: [single], ...parts })
  return judgeOcspBytes(bytes, leaf, intermediate, at, nonce === undefined ? {} : { nonce })
}

const by = (signer: typeof responder, more: Partial<OcspParts> = {}): Partial<OcspParts> => ({
  signer,
  certificates: [signer.der],
  ...more,
})

describe('a certificate', () => {
  it('is good, unknown or revoked as the response says', () => {
    expect(judged({})).toMatchObject({
      status: 'good',
      code: 'REVOCATION_GOOD',
      source: 'ocsp',
      thisUpdate: now - 3600_000,
      nextUpdate: now + day,
    })
    expect(judged({ singles: [{ ...single, status: 'unknown' }] })).toMatchObject({
      status: 'unknown',
      code: 'OCSP_STATUS_UNKNOWN',
    })
    const status = { at: now - 2 * day, reason: 1, invalidityDate: now - 3 * day }
    expect(judged({ singles: [{ ...single, status }] })).toMatchObject({
      status: 'revoked',
      code: 'REVOKED',
      reason: 'keyCompromise',
      revokedAt: now - 2 * day,
      invalidityDate: now - 3 * day,
    })
    expect(judged({ singles: [{ ...single, status: { at: now } }] })).not.toHaveProperty('reason')
  })

  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('is named by %s', (hash) => {
    expect(judged({ singles: [{ ...single, hash }] }).status).toBe('good')
  })

  it('is found among others, and of several answers the worst one counts', () => {
    const stranger = { certificate: other.leaf, issuer, status: { at: now } } as const
    expect(judged({ singles: [stranger, single] }).status).toBe('good')
    expect(judged({ singles: [single, { ...single, status: { at: now } }] }).status).toBe('revoked')
    expect(judged({ singles: [single, { ...single, nextUpdate: now - 1 }] }).status).toBe('unknown')
  })
})

describe('the responder', () => {
  it('is the issuer, by name or by key', () => {
    for (const kind of ['name', 'key'] as const) {
      expect(judged({ responder: kind })).not.toHaveProperty('isResponderUnchecked')
      expect(judged({ responder: kind }).status).toBe('good')
      expect(judged({ responder: kind, certificates: [issuer.der] }).status).toBe('good')
    }
  })

  it('is whom the issuer delegated, by name or by key', () => {
    for (const kind of ['name', 'key'] as const) {
      expect(judged(by(responder, { responder: kind })).status).toBe('good')
      expect(
        judged(by(responder, { responder: kind, certificates: [other.root.der, responder.der, derWrite.sequence()] }))
          .status,
      ).toBe('good')
    }
  })

  it('without id-pkix-ocsp-nocheck is reported', () => {
    const unchecked = makeCertificate({ subject: 'Responder', issuer, extensions: delegated.slice(0, 2) })
    expect(judged(by(unchecked))).toMatchObject({ status: 'good', isResponderUnchecked: true })
    expect(judged(by(responder))).not.toHaveProperty('isResponderUnchecked')
  })

  const impostor = makeCertificate({ subject: 'Intermediate', extensions: usual.authority(0) })
  const made = (extensions: readonly Uint8Array[], by = issuer, more = {}): typeof responder =>
    makeCertificate({ subject: 'Responder', issuer: by, extensions, ...more })
  const year = 365 * day
  const cases: readonly (readonly [what: string, code: string, parts: Partial<OcspParts>])[] = [
    ['an attacker in the issuer’s name, without a certificate', 'OCSP_SIGNATURE_INVALID', { signer: impostor }],
    ['an attacker in the issuer’s name', 'OCSP_RESPONDER_NOT_DELEGATED', by(impostor)],
    ['another authority', 'OCSP_RESPONDER_NOT_DELEGATED', by(other.intermediate)],
    ['one whose certificate is missing', 'OCSP_RESPONDER_MISSING', { signer: responder }],
    [
      'one that is not there, with another’s certificate',
      'OCSP_RESPONDER_MISSING',
      { signer: responder, certificates: [other.leaf.der] },
    ],
    ['a leaf of the issuer without OCSPSigning', 'OCSP_RESPONDER_NOT_DELEGATED', by(chain.leaf)],
    ['without an extended key usage', 'OCSP_RESPONDER_NOT_DELEGATED', by(made([make.keyUsage(['digitalSignature'])]))],
    ['with any extended key usage', 'OCSP_RESPONDER_NOT_DELEGATED', by(made([make.extendedKeyUsage([purposes.any])]))],
    [
      'with a key usage that is not for signing',
      'OCSP_RESPONDER_NOT_DELEGATED',
      by(made([ocspSigning, make.keyUsage(['keyEncipherment'])])),
    ],
    ['with an unknown critical extension', 'OCSP_RESPONDER_NOT_DELEGATED', by(made([ocspSigning, stranger]))],
    ['delegated by the root, one level up', 'OCSP_RESPONDER_NOT_DELEGATED', by(made(delegated, chain.root))],
    ['delegated by another key in the issuer’s name', 'OCSP_RESPONDER_NOT_DELEGATED', by(made(delegated, impostor))],
    ['delegated by a delegate', 'OCSP_RESPONDER_NOT_DELEGATED', by(made(delegated, responder))],
    ['expired', 'OCSP_RESPONDER_EXPIRED', by(made(delegated, issuer, { notAfter: now - 1000 }))],
    [
      'not valid yet',
      'OCSP_RESPONDER_EXPIRED',
      by(made(delegated, issuer, { notBefore: now + 1000, notAfter: now + year })),
    ],
    [
      'another delegate than the one named',
      'OCSP_SIGNATURE_INVALID',
      { signer: made(delegated), certificates: [responder.der] },
    ],
  ]
  it.each(cases)('is refused: %s', (_, code, parts) => {
    expect(judged(parts)).toMatchObject({ status: 'unknown', code })
  })

  it('is judged by the certificate whose key verified, not by another of the bag', () => {
    const weak = makeCertificate({ subject: 'Responder', issuer, extensions: [] })
    expect(judged({ signer: weak, certificates: [responder.der, weak.der] }).code).toBe('OCSP_RESPONDER_NOT_DELEGATED')
    expect(judged({ signer: weak, certificates: [weak.der, responder.der] }).code).toBe('OCSP_RESPONDER_NOT_DELEGATED')
  })
})

describe('a response that cannot be relied on is unknown', () => {
  const cases: readonly (readonly [what: string, code: string, parts: Partial<OcspParts>])[] = [
    ['stale: nextUpdate has passed', 'OCSP_EXPIRED', { singles: [{ ...single, nextUpdate: now }] }],
    ['a revocation that is stale', 'OCSP_EXPIRED', { singles: [{ ...single, status: { at: now }, nextUpdate: now }] }],
    ['without nextUpdate', 'OCSP_NO_NEXT_UPDATE', { singles: [{ ...single, nextUpdate: 'none' }] }],
    ['of the future', 'OCSP_NOT_YET_VALID', { singles: [{ ...single, thisUpdate: now + 301_000 }] }],
    ['for another serial number', 'OCSP_OTHER_CERTIFICATE', { singles: [{ ...single, certificate: other.leaf }] }],
    ['for another issuer', 'OCSP_OTHER_CERTIFICATE', { singles: [{ ...single, issuer: other.intermediate }] }],
    [
      'for an issuer of the same name and another key',
      'OCSP_OTHER_CERTIFICATE',
      { singles: [{ ...single, issuer: { ...other.root, subject: issuer.subject } }] },
    ],
    [
      'for an issuer of the same key and another name',
      'OCSP_OTHER_CERTIFICATE',
      { singles: [{ ...single, issuer: { ...issuer, subject: other.leaf.subject } }] },
    ],
    ['for nobody', 'OCSP_OTHER_CERTIFICATE', { singles: [] }],
    ['named by MD5', 'OCSP_OTHER_CERTIFICATE', { singles: [{ ...single, hash: 'md5' }] }],
    ['with an unknown critical extension', 'OCSP_UNSUPPORTED', { extensions: [stranger] }],
    [
      'with an unknown critical extension of the answer',
      'OCSP_UNSUPPORTED',
      { singles: [{ ...single, extensions: [stranger] }] },
    ],
    ['with a responder that is neither name nor key', 'OCSP_INVALID', { responder: derWrite.null() }],
    ['with a version that there is not', 'OCSP_INVALID', { responder: derWrite.explicit(0, derWrite.unsigned(1)) }],
    [
      'with a malformed invalidity date',
      'OCSP_INVALID',
      { singles: [{ ...single, status: { at: now }, extensions: [extension('2.5.29.24', derWrite.null())] }] },
    ],
  ]
  it.each(cases)('%s', (_, code, parts) => {
    expect(judged(parts)).toMatchObject({ status: 'unknown', code })
  })

  it('changed after it was signed', () => {
    const bytes = Buffer.from(makeOcsp({ signer: issuer, singles: [{ ...single, status: 'unknown' }] }))
    // unknown [2] NULL becomes good [0] NULL.
    const at = bytes.indexOf(Buffer.from([0x82, 0x00, 0x18, 0x0f]))
    bytes[at] = 0x80
    expect(judgeOcspBytes(bytes, leaf, intermediate, now).code).toBe('OCSP_SIGNATURE_INVALID')
  })

  it.each([
    [1, 'OCSP_NOT_SUCCESSFUL'],
    [2, 'OCSP_NOT_SUCCESSFUL'],
    [3, 'OCSP_NOT_SUCCESSFUL'],
    [4, 'OCSP_INVALID'],
    [5, 'OCSP_NOT_SUCCESSFUL'],
    [6, 'OCSP_NOT_SUCCESSFUL'],
    [7, 'OCSP_INVALID'],
    [0, 'OCSP_INVALID'],
  ])('of status %d without an answer', (number, code) => {
    expect(judgeOcspBytes(ocspStatus(number), leaf, intermediate, now)).toMatchObject({ status: 'unknown', code })
  })

  it('may be five minutes ahead, and holds until before nextUpdate', () => {
    expect(judged({ singles: [{ ...single, thisUpdate: now + 300_000 }] }).status).toBe('good')
    expect(judged({ singles: [{ ...single, nextUpdate: now + 1000 }] }, now + 999).status).toBe('good')
    expect(judged({ singles: [{ ...single, nextUpdate: now + 1000 }] }, now + 1000).code).toBe('OCSP_EXPIRED')
  })
})

describe('the nonce', () => {
  const nonce = Uint8Array.from({ length: 32 }, (_, index) => index)
  it.each([
    ['the same', [nonceExtension(nonce)], 'REVOCATION_GOOD'],
    ['the same, critical', [nonceExtension(nonce, true)], 'REVOCATION_GOOD'],
    ['the same, not wrapped', [extension('1.3.6.1.5.5.7.48.1.2', nonce)], 'REVOCATION_GOOD'],
    ['none', [], 'REVOCATION_GOOD'],
    ['another', [nonceExtension(nonce.toReversed())], 'OCSP_NONCE_MISMATCH'],
    ['an empty one', [nonceExtension(new Uint8Array())], 'OCSP_NONCE_MISMATCH'],
  ])('of the response is %s', (_, extensions, code) => {
    expect(judged({ extensions }, now, nonce).code).toBe(code)
  })

  it('of a response is of no account where none was sent', () => {
    expect(judged({ extensions: [nonceExtension(nonce)] }).code).toBe('REVOCATION_GOOD')
  })
})

describe('parseOcspResponse', () => {
  it('refuses what is larger than is read', () => {
    expect(codeOf(() => parseOcspResponse(derWrite.sequence(new Uint8Array(20 * 1024))))).toBe('LIMIT_EXCEEDED')
  })

  it('refuses more answers and certificates than are read', () => {
    const answers = makeOcsp({ signer: issuer, singles: Array.from({ length: 65 }, () => single) })
    expect(codeOf(() => parseOcspResponse(answers))).toBe('LIMIT_EXCEEDED')
    const certificates = Array.from({ length: 17 }, () => derWrite.sequence())
    expect(codeOf(() => parseOcspResponse(makeOcsp({ signer: issuer, singles: [single], certificates })))).toBe(
      'LIMIT_EXCEEDED',
    )
  })

  it('refuses another type of response', () => {
    const typed = derWrite.sequence(derWrite.oid('1.2.3'), derWrite.octets(derWrite.null()))
    const bytes = derWrite.sequence(derWrite.enumerated(0), derWrite.explicit(0, typed))
    expect(codeOf(() => parseOcspResponse(bytes))).toBe('OCSP_UNSUPPORTED')
  })
})

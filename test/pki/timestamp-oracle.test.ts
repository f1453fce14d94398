/** pkijs as another verifier of timestamps: where we believe, it does; where it is laxer, the table says so. */

import { fromBER, OctetString } from 'asn1js'
import { ContentInfo, CryptoEngine, Certificate as PkijsCertificate, SignedData, setEngine, TSTInfo } from 'pkijs'
import { describe, expect, test } from 'vitest'
import { derWrite } from '../../src/crypto/index.ts'
import { parseCertificate, parseTimestampToken, verifyTimestamp } from '../../src/pki/index.ts'
import { makeCertificate, usual } from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import { attribute, attributeTypes, hashed, makeAuthority, makeToken, type TokenParts } from '../support/timestamps.ts'

const { sequence, octets, unsigned } = derWrite
setEngine('node', new CryptoEngine({ name: 'node', crypto: globalThis.crypto }))

const message = Buffer.from('the raw bytes of a signature')
const authority = makeAuthority()
const other = makeAuthority('Other')
const roots = [parseCertificate(authority.root.der)]

const copy = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer
const signedDataOf = (token: Uint8Array): SignedData =>
  new SignedData({ schema: new ContentInfo({ schema: fromBER(copy(token)).result }).content })

async function pkijsSays(token: Uint8Array): Promise<boolean> {
  try {
    const found = await signedDataOf(token).verify({
      signer: 0,
      data: copy(message),
      checkChain: true,
      checkDate: new Date(Date.UTC(2026, 10, 22, 15)),
      trustedCerts: [PkijsCertificate.fromBER(copy(authority.root.der))],
      extendedMode: true,
    })
    return found.signatureVerified === true && found.signerCertificateVerified === true
  } catch {
    return false
  }
}

const twin = makeCertificate({
  subject: 'Time',
  issuerName: authority.intermediate.subject,
  serial: parseCertificate(authority.leaf.der).serial,
  extensions: usual.timestamping(),
})
const version1 = attribute(
  attributeTypes.signingCertificate,
  sequence(sequence(sequence(octets(hashed('sha1', authority.leaf.der))))),
)

describe('pkijs', () => {
  test.each<[string, Partial<TokenParts>, { ours: boolean; pkijs: boolean }]>([
    ['a right token', {}, { ours: true, pkijs: true }],
    [
      'SHA-512',
      { imprintHash: 'sha512', digest: 'sha512', signerAlgorithm: { kind: 'ecdsa', hash: 'sha512', encoding: 'der' } },
      { ours: true, pkijs: true },
    ],
    ['another key', { key: makeKey() }, { ours: false, pkijs: false }],
    ['another imprint', { imprint: hashed('sha256', Buffer.from('another')) }, { ours: false, pkijs: false }],
    [
      'another authority',
      { certificate: other.leaf, bag: [other.leaf.der, other.intermediate.der] },
      { ours: false, pkijs: false },
    ],
    [
      'another digest of the content',
      {
        changes: {
          [attributeTypes.messageDigest]: attribute(attributeTypes.messageDigest, octets(hashed('sha256', message))),
        },
      },
      { ours: false, pkijs: false },
    ],
    [
      'a twin of the certificate alone in the bag',
      { bag: [twin.der, authority.intermediate.der] },
      { ours: false, pkijs: false },
    ],
    // It does not look at which certificate the signer names as its own.
    [
      'signingCertificate of version 1 alone',
      { changes: { [attributeTypes.signingCertificateV2]: undefined, [attributeTypes.signingCertificate]: version1 } },
      { ours: false, pkijs: true },
    ],
    ['another certificate named', { named: [other.leaf.der] }, { ours: false, pkijs: true }],
  ])('%s', async (_, parts, { ours, pkijs }) => {
    const token = makeToken({ authority, message, ...parts })
    expect(verifyTimestamp({ token, message, roots }).ok).toBe(ours)
    expect(await pkijsSays(token)).toBe(pkijs)
  })

  test('reads the same TSTInfo', () => {
    const token = makeToken({
      authority,
      message,
      time: '20261122143012.25Z',
      rest: [sequence(unsigned(2)), unsigned(77)],
    })
    const { eContent } = signedDataOf(token).encapContentInfo
    if (!(eContent instanceof OctetString)) throw new Error('no content')
    const theirs = TSTInfo.fromBER(eContent.getValue())
    const { info } = parseTimestampToken(token)
    expect(info.time).toBe(theirs.genTime.getTime())
    expect(info.policy).toBe(theirs.policy)
    expect(info.accuracyMicroseconds).toBe((theirs.accuracy?.seconds ?? 0) * 1_000_000)
    expect(Buffer.from(info.imprint.digest)).toEqual(Buffer.from(theirs.messageImprint.hashedMessage.getValue()))
  })
})

/**
 * Who signed a timestamp token (RFC 3161 section 2.4.2, RFC 5652 section 5.4, RFC 5816): there is one signer, one certificate that both its identifier and
 * its signed attributes name, and that certificate's key made the signature. Everything later is asked of that certificate and of no other.
 */

import { type Bytes, digestOf, Fault, hex, sameBytes } from '../base/index.ts'
import {
  DerReader,
  type DerValue,
  type HashName,
  type NamedAlgorithm,
  type PublicKey,
  verifyNamed,
} from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import type { SignedData, SignerInfo } from './cms.ts'
import { digestAlgorithmOf, signatureAlgorithm } from './signature-algorithm.ts'
import {
  type CertificateId,
  isNamedBy,
  readSigningCertificate,
  SIGNING_CERTIFICATE,
  SIGNING_CERTIFICATE_V2,
} from './signing-certificate.ts'
import { refusedTimestamp, type TimestampRefusal } from './timestamp-codes.ts'
import { type TimestampToken, TST_INFO } from './timestamp-token.ts'

const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const WHAT = 'The timestamp'

export interface TimestampSigner {
  readonly ok: true
  readonly certificate: Certificate
  /** Certificates beside its own that the signer named: where there are any, the chain has no other intermediates (RFC 5035 section 5.4). */
  readonly others: readonly CertificateId[]
}

/**
 * @param known certificates beside those of the token's bag
 * @throws DER_INVALID, ALGORITHM_REFUSED
 */
export function timestampSigner(
  { signedData, content }: TimestampToken,
  known: readonly Certificate[],
): TimestampSigner | TimestampRefusal {
  const signer = onlySigner(signedData)
  if (signer === undefined)
    return refusedTimestamp('TIMESTAMP_SIGNERS', `${WHAT} has ${signedData.signers.length} signers; RFC 3161 has one.`)
  const problem = attributeProblem(signer, content)
  if (problem !== undefined) return refusedTimestamp('TIMESTAMP_ATTRIBUTES', `${WHAT} ${problem}.`)
  const ids = namedCertificates(signer)
  if ('code' in ids) return ids
  const [own, ...others] = ids
  const certificate = signerCertificate(signer, own, [...signedData.certificates, ...known])
  if ('code' in certificate) return certificate
  return signatureProblem(signer, certificate) ?? { ok: true, certificate, others }
}

function onlySigner({ signers }: SignedData): SignerInfo | undefined {
  return signers.length === 1 ? signers[0] : undefined
}

/** The content is of the type, and has the digest, that is signed. */
function attributeProblem(signer: SignerInfo, content: Bytes): string | undefined {
  const type = onlyValue(signer, CONTENT_TYPE)
  if (type === undefined) return 'does not sign its content type once'
  if (new DerReader(type.raw, WHAT).oid() !== TST_INFO) return 'signs another content type than TSTInfo'
  const digest = onlyValue(signer, MESSAGE_DIGEST)
  if (digest === undefined) return 'does not sign the digest of its content once'
  const hash = digestAlgorithmOf(signer.digestAlgorithm, WHAT)
  const signed = hex(new DerReader(digest.raw, WHAT).octets())
  return `${hash}:${signed}` === digestOf(content, hash) ? undefined : 'holds another content than was signed'
}

function onlyValue({ signedAttributes }: SignerInfo, type: string): DerValue | undefined {
  const values = signedAttributes.get(type)
  return values?.length === 1 ? values[0] : undefined
}

function namedCertificates(signer: SignerInfo): readonly [CertificateId, ...CertificateId[]] | TimestampRefusal {
  const value = onlyValue(signer, SIGNING_CERTIFICATE_V2)
  if (value !== undefined) return readSigningCertificate(value)
  if (!signer.signedAttributes.has(SIGNING_CERTIFICATE_V2) && signer.signedAttributes.has(SIGNING_CERTIFICATE))
    return refusedTimestamp(
      'TIMESTAMP_ESS_V1_ONLY',
      `${WHAT} names its certificate by SHA-1 only (signingCertificate, RFC 2634); signingCertificateV2 (RFC 5816) is needed.`,
    )
  return refusedTimestamp(
    'TIMESTAMP_ATTRIBUTES',
    `${WHAT} does not sign which certificate is its own (signingCertificateV2).`,
  )
}

function signerCertificate(
  { issuer, serial }: SignerInfo,
  id: CertificateId,
  certificates: readonly Certificate[],
): Certificate | TimestampRefusal {
  const found = certificates.filter((one) => sameBytes(one.issuer.raw, issuer) && sameBytes(one.serial, serial))
  if (found.length === 0)
    return refusedTimestamp('TIMESTAMP_CERTIFICATE_MISSING', `${WHAT} does not hold the certificate of its signer.`)
  return (
    found.find((one) => isNamedBy(one, id)) ??
    refusedTimestamp(
      'TIMESTAMP_CERTIFICATE_MISMATCH',
      `${WHAT} holds a certificate with its signer's issuer and serial number that is not the one that was signed as the signer's own.`,
    )
  )
}

function signatureProblem(signer: SignerInfo, certificate: Certificate): TimestampRefusal | undefined {
  const hash = digestAlgorithmOf(signer.digestAlgorithm, WHAT)
  const algorithm = algorithmOf(signer, hash)
  if (algorithm.kind === 'ed25519' || algorithm.hash !== hash)
    return refusedTimestamp('TIMESTAMP_ALGORITHM_REFUSED', `${WHAT} is signed with another hash than its content has.`)
  const key = usableKey(certificate)
  if ('code' in key) return key
  return signer.signedBytes !== undefined && verifyNamed(key, algorithm, [signer.signedBytes], signer.signature)
    ? undefined
    : refusedTimestamp(
        'TIMESTAMP_SIGNATURE_INVALID',
        `${WHAT} is not signed by the key of the certificate that it names.`,
      )
}

function usableKey(certificate: Certificate): PublicKey | TimestampRefusal {
  try {
    return certificate.publicKey()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return refusedTimestamp('TIMESTAMP_CHAIN_INVALID', `Of the timestamp authority: ${error.message}`)
  }
}

/** RFC 3370 section 3.2: `rsaEncryption` leaves the hash to the digest algorithm. */
function algorithmOf({ signatureAlgorithm: identifier }: SignerInfo, hash: HashName): NamedAlgorithm {
  const body = new DerReader(identifier, WHAT).sequence()
  if (body.oid() !== RSA_ENCRYPTION) return signatureAlgorithm(identifier, WHAT)
  if (!body.atEnd) body.null()
  body.end()
  return { kind: 'rsa-pkcs1', hash }
}

/** The signed attribute signingCertificateV2 (RFC 5035 section 3): which certificate the signer says is its own. */

import { type Bytes, digestOf, hex, sameBytes } from '../base/index.ts'
import { contextTag, DerReader, type DerValue, derTags, type HashName } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { digestAlgorithmOf } from './signature-algorithm.ts'

export const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12'
export const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'

/** ESSCertIDv2. */
export interface CertificateId {
  readonly hash: HashName
  readonly digest: Bytes
  /** Undefined where it is left out. */
  readonly issuerSerial: { readonly issuer: Bytes; readonly serial: Bytes } | undefined
}

const WHAT = 'The attribute signingCertificateV2'
/** directoryName of GeneralName. */
const DIRECTORY_NAME = contextTag(4)

/**
 * The identifiers in their order, one at least: the first is the signer's, others limit what its chain may be made of.
 * @throws DER_INVALID, ALGORITHM_REFUSED (SHA-1 too)
 */
export function readSigningCertificate(value: DerValue): readonly [CertificateId, ...CertificateId[]] {
  const outer = new DerReader(value.raw, WHAT)
  const body = outer.sequence()
  outer.end()
  const list = body.sequence()
  if (body.peek() === derTags.sequence) body.next()
  body.end()
  const ids: [CertificateId, ...CertificateId[]] = [readId(list.sequence())]
  while (!list.atEnd) ids.push(readId(list.sequence()))
  return ids
}

function readId(body: DerReader): CertificateId {
  const hash = body.peek() === derTags.sequence ? digestAlgorithmOf(body.next().raw, WHAT) : 'sha256'
  const digest = body.octets()
  const issuerSerial = body.atEnd ? undefined : readIssuerSerial(body.sequence())
  body.end()
  return { hash, digest, issuerSerial }
}

/** Section 4: the issuer is exactly one name, a directoryName. */
function readIssuerSerial(body: DerReader): CertificateId['issuerSerial'] {
  const names = body.sequence()
  const name = names.enter(DIRECTORY_NAME)
  const issuer = name.next(derTags.sequence).raw
  name.end()
  names.end()
  const serial = body.unsigned()
  body.end()
  return { issuer, serial }
}

/** Whether it is this very certificate, to the last octet. */
export function isNamedBy(certificate: Certificate, { hash, digest, issuerSerial }: CertificateId): boolean {
  if (digestOf(certificate.raw, hash) !== `${hash}:${hex(digest)}`) return false
  if (issuerSerial === undefined) return true
  return sameBytes(issuerSerial.issuer, certificate.issuer.raw) && sameBytes(issuerSerial.serial, certificate.serial)
}

/** OCSP requests and the CertID that names a certificate in them (RFC 6960 section 4.1, RFC 8954). */

import { hash } from 'node:crypto'
import { type Bytes, bufferOf, sameBytes } from '../base/index.ts'
import { type DerReader, derTags, derWrite, readDerSequence } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'

/** Which certificate is meant, by hashes of its issuer and its serial number. */
export interface CertId {
  /** Identifier of the hash algorithm. */
  readonly hash: string
  readonly issuerNameHash: Bytes
  readonly issuerKeyHash: Bytes
  /** Its magnitude, big-endian. */
  readonly serial: Bytes
}

const SHA1 = '1.3.14.3.2.26'
/** Hashes that name the issuer; the serial number and the issuer's signature do the rest, so that SHA-1 does no harm here. */
const HASHES: Readonly<Record<string, string>> = {
  [SHA1]: 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

export const OCSP_NONCE = '1.3.6.1.5.5.7.48.1.2'

/**
 * The request for one certificate, with the CertID of SHA-1 that every responder knows.
 * @param nonce 1 to 32 octets: most responders have their answers ready beforehand and leave it out of them
 * @example const request = writeOcspRequest(leaf, intermediate)
 */
export function writeOcspRequest(certificate: Certificate, issuer: Certificate, nonce?: Bytes): Bytes {
  const list = derWrite.sequence(derWrite.sequence(writeCertId(certificate, issuer)))
  if (nonce === undefined) return derWrite.sequence(derWrite.sequence(list))
  const extension = derWrite.sequence(derWrite.oid(OCSP_NONCE), derWrite.octets(derWrite.octets(nonce)))
  return derWrite.sequence(derWrite.sequence(list, derWrite.explicit(2, derWrite.sequence(extension))))
}

/** The DER of that CertID: what a collected answer is filed under. */
export function writeCertId(certificate: Certificate, issuer: Certificate): Bytes {
  return derWrite.sequence(
    derWrite.sequence(derWrite.oid(SHA1), derWrite.null()),
    derWrite.octets(hashed('sha1', issuer.subject.raw)),
    derWrite.octets(hashed('sha1', publicKeyBits(issuer))),
    derWrite.unsigned(certificate.serial),
  )
}

/** @throws DER_INVALID */
export function readCertId(reader: DerReader): CertId {
  const body = reader.sequence()
  const algorithm = body.sequence()
  const oid = algorithm.oid()
  if (!algorithm.atEnd) algorithm.null()
  algorithm.end()
  const id = { hash: oid, issuerNameHash: body.octets(), issuerKeyHash: body.octets(), serial: body.unsigned() }
  body.end()
  return id
}

/** Name, key and serial number, all three; false where the hash algorithm is none that is used for this. */
export function namesCertificate(id: CertId, certificate: Pick<Certificate, 'serial'>, issuer: Certificate): boolean {
  const algorithm = HASHES[id.hash]
  return (
    algorithm !== undefined &&
    sameBytes(id.serial, certificate.serial) &&
    sameBytes(id.issuerNameHash, hashed(algorithm, issuer.subject.raw)) &&
    sameBytes(id.issuerKeyHash, hashed(algorithm, publicKeyBits(issuer)))
  )
}

/** KeyHash (section 4.2.1): SHA-1 of the key's bits. */
export function keyHashOf(certificate: Certificate): Bytes {
  return hashed('sha1', publicKeyBits(certificate))
}

function hashed(algorithm: string, bytes: Bytes): Bytes {
  return hash(algorithm, bytes, 'buffer')
}

/** subjectPublicKey of a SubjectPublicKeyInfo, without its tag, length and count of unused bits. */
function publicKeyBits(certificate: Certificate): Bytes {
  const spki = readDerSequence(certificate.spki, 'The public key')
  spki.next(derTags.sequence)
  return spki.bits()
}

/** The nonce of an extension: RFC 8954 wraps it in an OCTET STRING of its own, and old responders do not. */
export function isNonce(value: Bytes, nonce: Bytes): boolean {
  return sameBytes(value, nonce) || bufferOf(value).equals(derWrite.octets(nonce))
}

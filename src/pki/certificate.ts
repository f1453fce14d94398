/** X.509 certificates (RFC 5280 section 4.1): parsed into slices of the original bytes, nothing re-encoded, nothing believed. */

import type { Bytes, Digest } from '../base/index.ts'
import type { PublicKey } from '../crypto/index.ts'

export interface Certificate {
  /** DER, as it came. */
  readonly raw: Bytes
  /** SHA-256 of `raw`. */
  readonly fingerprint: Digest
  /** The signed part of it (tbsCertificate with its header). */
  readonly tbs: Bytes
  /** Magnitude of the serial number, big-endian. */
  readonly serial: Bytes
  readonly issuer: Name
  readonly subject: Name
  /** Milliseconds since 1970; both ends are part of the validity. */
  readonly notBefore: number
  readonly notAfter: number
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes
  /** AlgorithmIdentifier of the signature, DER: the one outside, which is byte for byte the one inside. */
  readonly signatureAlgorithm: Bytes
  readonly signature: Bytes
  /** By object identifier; no identifier twice. */
  readonly extensions: ReadonlyMap<string, Extension>
  /** Read when it is first asked for. @throws KEY_UNSUPPORTED, KEY_TOO_SMALL, KEY_DAMAGED, DER_INVALID */
  publicKey(): PublicKey
}

export interface Extension {
  readonly oid: string
  readonly isCritical: boolean
  /** What is in the OCTET STRING. */
  readonly value: Bytes
}

/** A distinguished name. Two names are the same when their bytes are. */
export interface Name {
  readonly raw: Bytes
  /** In the order of the certificate: the most general one first. Several attributes in one set share `rdn`. */
  readonly attributes: readonly NameAttribute[]
}

export interface NameAttribute {
  /** Which relative distinguished name it belongs to, from 0. */
  readonly rdn: number
  readonly oid: string
  /** Undefined where the value is of a type that is no text, or is not valid in it. */
  readonly text: string | undefined
  /** DER of the value. */
  readonly raw: Bytes
}

/**
 * The keys and signature schemes of this house. A key's type alone decides its hash, as Cosign does when it signs (P-384 with SHA-384,
 * P-521 with SHA-512): no input can choose another one.
 */

import { hash, type KeyObject } from 'node:crypto'
import type { Bytes, Digest } from '../base/index.ts'

export type KeyType = 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521' | 'rsa' | 'ed25519'

export type SignatureScheme =
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ecdsa-p521-sha512'
  | 'rsa-pkcs1-sha256'
  | 'ed25519'
  | 'ed25519ph'

export interface PublicKey {
  readonly type: KeyType
  /** Size of the curve or of the RSA modulus. */
  readonly bits: number
  /** SubjectPublicKeyInfo, DER: one key has one spelling, so the fingerprint tells keys apart. */
  readonly spki: Bytes
  /** SHA-256 of `spki`. */
  readonly fingerprint: Digest
  readonly keyObject: KeyObject
}

export interface PrivateKey {
  readonly publicKey: PublicKey
  readonly keyObject: KeyObject
}

/** `length` random bytes. */
export type Random = (length: number) => Bytes

const SCHEMES: Readonly<Record<KeyType, readonly SignatureScheme[]>> = {
  'ecdsa-p256': ['ecdsa-p256-sha256'],
  'ecdsa-p384': ['ecdsa-p384-sha384'],
  'ecdsa-p521': ['ecdsa-p521-sha512'],
  rsa: ['rsa-pkcs1-sha256'],
  ed25519: ['ed25519', 'ed25519ph'],
}

/** The schemes that a key of this type signs with; only Ed25519 has two (plain, and prehashed as Cosign uses it for DSSE and images). */
export function schemesOf(type: KeyType): readonly SignatureScheme[] {
  return SCHEMES[type]
}

/**
 * What a Sigstore bundle carries as `publicKey.hint`: base64 of SHA-256 of the SubjectPublicKeyInfo. A hint finds a key, it proves nothing.
 * @example keyHint(key) // '8QIPqyED6b7oOt9yRPUdNTtyvGzI5N7zsn1PqGsm7A4='
 */
export function keyHint(key: PublicKey): string {
  return hash('sha256', key.spki, 'base64')
}

const NAMES: Readonly<Record<KeyType, string>> = {
  'ecdsa-p256': 'ECDSA P-256',
  'ecdsa-p384': 'ECDSA P-384',
  'ecdsa-p521': 'ECDSA P-521',
  rsa: 'RSA',
  ed25519: 'Ed25519',
}

/** For people: "ECDSA P-256", "RSA 3072". */
export function keyName(key: PublicKey): string {
  return key.type === 'rsa' ? `RSA ${key.bits}` : NAMES[key.type]
}

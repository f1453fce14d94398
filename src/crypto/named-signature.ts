/**
 * Signatures whose algorithm a format names (X.509, CMS, JWS, COSE): the caller has decided that the algorithm is allowed; here it must only fit
 * the key. RSASSA-PSS has a salt of exactly the hash's length and MGF1 with the same hash (RFC 7518 section 3.5, RFC 8230 section 2).
 */

import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { type Bytes, concat } from '../base/index.ts'
import { derWrite } from './der-write.ts'
import { isEcdsaSignature } from './ecdsa-signature.ts'
import { cryptoFault } from './faults.ts'
import { keyName, type PrivateKey, type PublicKey } from './key-types.ts'

export type HashName = 'sha256' | 'sha384' | 'sha512'

export type NamedAlgorithm =
  /** `der`: SEQUENCE of r and s (X.509, CMS); `fixed`: r and s side by side, each as long as the order (JWS, COSE). */
  | { readonly kind: 'ecdsa'; readonly hash: HashName; readonly encoding: 'der' | 'fixed' }
  | { readonly kind: 'rsa-pkcs1' | 'rsa-pss'; readonly hash: HashName }
  | { readonly kind: 'ed25519' }

/** Whether a key of this type can make such a signature at all. */
export function fitsKey(key: Pick<PublicKey, 'type'>, algorithm: NamedAlgorithm): boolean {
  if (algorithm.kind === 'ecdsa') return key.type.startsWith('ecdsa-')
  if (algorithm.kind === 'ed25519') return key.type === 'ed25519'
  return key.type === 'rsa'
}

/**
 * Whether the signature is by this key, with this algorithm, over the concatenation of the parts. False for whatever is malformed or does not fit.
 * @example verifyNamed(key, { kind: 'rsa-pss', hash: 'sha384' }, [signedBytes], signature)
 */
export function verifyNamed(
  key: PublicKey,
  algorithm: NamedAlgorithm,
  parts: readonly Bytes[],
  signature: Bytes,
): boolean {
  if (!fitsKey(key, algorithm) || !isWellFormed(key, algorithm, signature)) return false
  try {
    // Of ECDSA in DER, since Node is a quarter faster where the key stands alone.
    const { form, value } = isFixed(algorithm)
      ? { form: { ...algorithm, encoding: 'der' } as const, value: derOfFixed(signature) }
      : { form: algorithm, value: signature }
    return verify(hashOf(form), joined(parts), options(key.keyObject, form), value)
  } catch {
    return false
  }
}

/** @throws SCHEME_MISMATCH when the key does not sign with this algorithm */
export function signNamed(key: PrivateKey, algorithm: NamedAlgorithm, parts: readonly Bytes[]): Bytes {
  if (!fitsKey(key.publicKey, algorithm))
    throw cryptoFault('SCHEME_MISMATCH', `A key ${keyName(key.publicKey)} does not sign with ${algorithm.kind}.`)
  return sign(hashOf(algorithm), joined(parts), options(key.keyObject, algorithm))
}

function isFixed(algorithm: NamedAlgorithm): algorithm is Extract<NamedAlgorithm, { kind: 'ecdsa' }> {
  return algorithm.kind === 'ecdsa' && algorithm.encoding === 'fixed'
}

/** r and s side by side as the SEQUENCE of both. */
function derOfFixed(signature: Bytes): Bytes {
  const half = signature.length / 2
  return derWrite.sequence(derWrite.unsigned(signature.subarray(0, half)), derWrite.unsigned(signature.subarray(half)))
}

function isWellFormed(key: PublicKey, algorithm: NamedAlgorithm, signature: Bytes): boolean {
  const octets = Math.ceil(key.bits / 8)
  if (algorithm.kind === 'ed25519') return signature.length === 64
  if (algorithm.kind !== 'ecdsa') return signature.length === octets
  return algorithm.encoding === 'der' ? isEcdsaSignature(signature, octets) : signature.length === 2 * octets
}

function hashOf(algorithm: NamedAlgorithm): HashName | null {
  return algorithm.kind === 'ed25519' ? null : algorithm.hash
}

interface Options {
  readonly key: KeyObject
  readonly dsaEncoding?: 'ieee-p1363'
  readonly padding?: number
  readonly saltLength?: number
}

/** The key alone where nothing else is to be said (DER is the default): Node is faster so. */
function options(key: KeyObject, algorithm: NamedAlgorithm): KeyObject | Options {
  if (algorithm.kind === 'ecdsa') return algorithm.encoding === 'der' ? key : { key, dsaEncoding: 'ieee-p1363' }
  if (algorithm.kind === 'rsa-pkcs1') return { key, padding: constants.RSA_PKCS1_PADDING }
  if (algorithm.kind === 'rsa-pss')
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return key
}

function joined(parts: readonly Bytes[]): Bytes {
  const only = parts[0]
  return only !== undefined && parts.length === 1 ? only : concat(...parts)
}

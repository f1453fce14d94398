/**
 * Signing and verifying over bytes in parts: FIPS 186-5 ECDSA in DER, RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), Ed25519 and Ed25519ph
 * (RFC 8032). A hundred megabytes are hashed where they lie; only plain Ed25519, which reads its message twice, needs one piece.
 */

import { createHash, createSign, createVerify, sign, verify } from 'node:crypto'
import { type Bytes, concat } from '../base/index.ts'
import { isEcdsaSignature } from './ecdsa-signature.ts'
import { ed25519ph, loadEd25519ph } from './ed25519ph.ts'
import { cryptoFault } from './faults.ts'
import { keyName, type PrivateKey, type PublicKey, type SignatureScheme, schemesOf } from './key-types.ts'

interface HashScheme {
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  /** Octets of the group order; undefined for RSA. */
  readonly orderBytes?: number
}

const HASHED: Readonly<Partial<Record<SignatureScheme, HashScheme>>> = {
  'ecdsa-p256-sha256': { hash: 'sha256', orderBytes: 32 },
  'ecdsa-p384-sha384': { hash: 'sha384', orderBytes: 48 },
  'ecdsa-p521-sha512': { hash: 'sha512', orderBytes: 66 },
  'rsa-pkcs1-sha256': { hash: 'sha256' },
}

/** Up to here one copy and one call into OpenSSL are cheaper than a streaming context. */
const ONE_SHOT_BYTES = 64 * 1024

/**
 * Loads what a key's schemes need. Nothing for ECDSA and RSA; for Ed25519 the prehashed variant, which node:crypto does not have.
 * Call it once before `signParts` or `verifyParts` with the scheme `ed25519ph`.
 */
export async function prepareKey(key: Pick<PublicKey, 'type'>): Promise<void> {
  if (key.type === 'ed25519') await loadEd25519ph()
}

/**
 * Signs the concatenation of the parts.
 * @returns raw signature bytes: DER for ECDSA, as Sigstore and Cosign carry it
 * @throws SCHEME_MISMATCH when the key does not sign with this scheme; SCHEME_NOT_PREPARED
 * @example const signature = signParts(key, 'ecdsa-p256-sha256', paeParts(payloadType, [payload]))
 */
export function signParts(key: PrivateKey, scheme: SignatureScheme, parts: readonly Bytes[]): Bytes {
  if (!schemesOf(key.publicKey.type).includes(scheme))
    throw cryptoFault('SCHEME_MISMATCH', `A key ${keyName(key.publicKey)} does not sign with ${scheme}.`)
  const hashed = HASHED[scheme]
  if (hashed !== undefined) {
    if (isSmall(parts)) return sign(hashed.hash, joined(parts), key.keyObject)
    const signer = createSign(hashed.hash)
    for (const part of parts) signer.update(part)
    return signer.sign(key.keyObject)
  }
  return scheme === 'ed25519ph' ? signEd25519ph(key, parts) : sign(null, joined(parts), key.keyObject)
}

function signEd25519ph(key: PrivateKey, parts: readonly Bytes[]): Bytes {
  const curve = ed25519ph()
  const pkcs8 = key.keyObject.export({ format: 'der', type: 'pkcs8' })
  try {
    return curve.sign(sha512Of(parts), pkcs8.subarray(ED25519_SEED_AT, ED25519_SEED_AT + 32))
  } finally {
    pkcs8.fill(0)
  }
}

/**
 * Whether the signature is by this key, with this scheme, over the concatenation of the parts. False for whatever is malformed and for a
 * scheme that is not the key's own; that the scheme was not prepared is the only thing that throws.
 * @throws SCHEME_NOT_PREPARED (only `ed25519ph`, see `prepareKey`)
 */
export function verifyParts(
  key: PublicKey,
  scheme: SignatureScheme,
  parts: readonly Bytes[],
  signature: Bytes,
): boolean {
  if (!schemesOf(key.type).includes(scheme)) return false
  const hashed = HASHED[scheme]
  if (hashed !== undefined) return verifyHashed(key, hashed, parts, signature)
  if (signature.length !== 64) return false
  if (scheme === 'ed25519ph') return verifyEd25519ph(key, parts, signature)
  try {
    return verify(null, joined(parts), key.keyObject, signature)
  } catch {
    return false
  }
}

function verifyHashed(key: PublicKey, scheme: HashScheme, parts: readonly Bytes[], signature: Bytes): boolean {
  const { hash, orderBytes } = scheme
  const isWellFormed =
    orderBytes === undefined ? signature.length === Math.ceil(key.bits / 8) : isEcdsaSignature(signature, orderBytes)
  if (!isWellFormed) return false
  try {
    if (isSmall(parts)) return verify(hash, joined(parts), key.keyObject, signature)
    const verifier = createVerify(hash)
    for (const part of parts) verifier.update(part)
    return verifier.verify(key.keyObject, signature)
  } catch {
    return false
  }
}

/** SubjectPublicKeyInfo and PKCS#8 of Ed25519 (RFC 8410) have one layout each: the key is at a fixed place. */
const ED25519_KEY_AT = 12
const ED25519_SEED_AT = 16

function verifyEd25519ph(key: PublicKey, parts: readonly Bytes[], signature: Bytes): boolean {
  const curve = ed25519ph()
  try {
    return curve.verify(signature, sha512Of(parts), key.spki.subarray(ED25519_KEY_AT))
  } catch {
    return false
  }
}

function isSmall(parts: readonly Bytes[]): boolean {
  if (parts.length <= 1) return true
  let total = 0
  for (const part of parts) total += part.length
  return total <= ONE_SHOT_BYTES
}

function joined(parts: readonly Bytes[]): Bytes {
  const only = parts[0]
  return only !== undefined && parts.length === 1 ? only : concat(...parts)
}

function sha512Of(parts: readonly Bytes[]): Bytes {
  const state = createHash('sha512')
  for (const part of parts) state.update(part)
  return state.digest()
}

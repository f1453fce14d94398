/**
 * Verifies a signature when only the digest of what was signed is known. node:crypto always hashes by itself: ECDSA over a digest is
 * @noble/curves (loaded only here), RSASSA-PKCS1-v1_5 compares the whole encoded message (RFC 8017 section 8.2.2).
 */

import { constants, publicDecrypt } from 'node:crypto'
import { type Bytes, concat, type Digest, digestAlgorithm, digestHex, sameBytes } from '../base/index.ts'
import { isEcdsaSignature } from './ecdsa-signature.ts'
import { ed25519ph, loadEd25519ph } from './ed25519ph.ts'
import type { PublicKey } from './key-types.ts'

/** `needs-message`: the key's scheme reads the message itself, or hashes it with another algorithm than the digest's. */
export type DigestOutcome = boolean | 'needs-message'

/**
 * Whether the signature is by this key over the content that has this digest. False for whatever is malformed.
 * @example await verifyDigest(key, parseDigest('sha256:…'), signature)
 */
export async function verifyDigest(key: PublicKey, digest: Digest, signature: Bytes): Promise<DigestOutcome> {
  const algorithm = digestAlgorithm(digest)
  const value = Buffer.from(digestHex(digest), 'hex')
  switch (key.type) {
    case 'ecdsa-p256':
      return algorithm === 'sha256' ? verifyEcdsa(key, 32, value, signature) : 'needs-message'
    case 'ecdsa-p384':
      return algorithm === 'sha384' ? verifyEcdsa(key, 48, value, signature) : 'needs-message'
    case 'ecdsa-p521':
      return algorithm === 'sha512' ? verifyEcdsa(key, 66, value, signature) : 'needs-message'
    case 'rsa':
      return algorithm === 'sha256' ? verifyRsa(key, value, signature) : 'needs-message'
    case 'ed25519':
      return (algorithm === 'sha512' && (await verifyPrehashed(key, value, signature))) || 'needs-message'
  }
}

async function verifyEcdsa(
  key: PublicKey,
  orderBytes: 32 | 48 | 66,
  digest: Bytes,
  signature: Bytes,
): Promise<boolean> {
  if (!isEcdsaSignature(signature, orderBytes)) return false
  const { p256, p384, p521 } = await import('@noble/curves/nist.js')
  const curve = { 32: p256, 48: p384, 66: p521 }[orderBytes]
  // SubjectPublicKeyInfo of a named curve ends with the uncompressed point.
  const point = key.spki.subarray(key.spki.length - (2 * orderBytes + 1))
  try {
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' })
  } catch {
    return false
  }
}

const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

function verifyRsa(key: PublicKey, digest: Bytes, signature: Bytes): boolean {
  if (signature.length !== Math.ceil(key.bits / 8)) return false
  try {
    const encoded = publicDecrypt({ key: key.keyObject, padding: constants.RSA_PKCS1_PADDING }, signature)
    return sameBytes(encoded, concat(SHA256_DIGEST_INFO, digest))
  } catch {
    return false
  }
}

async function verifyPrehashed(key: PublicKey, digest: Bytes, signature: Bytes): Promise<boolean> {
  await loadEd25519ph()
  try {
    return ed25519ph().verify(signature, digest, key.spki.subarray(12))
  } catch {
    return false
  }
}

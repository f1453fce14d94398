/** How an issuer signs: the algorithm, and its AlgorithmIdentifier in X.509 and in CMS (RFC 5754, 8419). */

import type { Bytes } from '../base/index.ts'
import { derWrite, type HashName, type NamedAlgorithm, type PublicKey } from '../crypto/index.ts'
import { writeSignatureAlgorithm } from '../pki/index.ts'

/** What is usual for a key: its curve decides the hash; RSA signs with PKCS#1 v1.5, as most authorities do. */
export function usualAlgorithm(key: Pick<PublicKey, 'type'>): NamedAlgorithm {
  switch (key.type) {
    case 'ecdsa-p256':
      return { kind: 'ecdsa', hash: 'sha256', encoding: 'der' }
    case 'ecdsa-p384':
      return { kind: 'ecdsa', hash: 'sha384', encoding: 'der' }
    case 'ecdsa-p521':
      return { kind: 'ecdsa', hash: 'sha512', encoding: 'der' }
    case 'rsa':
      return { kind: 'rsa-pkcs1', hash: 'sha256' }
    case 'ed25519':
      return { kind: 'ed25519' }
  }
}

/** The hash of the message in a CMS signature. */
export function messageHash(algorithm: NamedAlgorithm): HashName {
  return algorithm.kind === 'ed25519' ? 'sha512' : algorithm.hash
}

/** CMS names the key where X.509 names the signature of PKCS#1 v1.5 (RFC 3370 section 3.2). */
export function cmsIdentifier(algorithm: NamedAlgorithm): Bytes {
  if (algorithm.kind !== 'rsa-pkcs1') return writeSignatureAlgorithm(algorithm)
  return derWrite.sequence(derWrite.oid('1.2.840.113549.1.1.1'), derWrite.null())
}

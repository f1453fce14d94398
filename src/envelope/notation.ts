/**
 * Notation signature envelopes (Notary Project specifications, signature-specification.md): what both encodings, JWS and COSE, say in the same
 * words. Parsed, not believed.
 */

import type { Bytes } from '../base/index.ts'
import type { KeyType, NamedAlgorithm } from '../crypto/index.ts'

export type NotationEncoding = 'jws' | 'cose'

/** `io.cncf.notary`'s media types of the two envelopes. */
export const notationMediaTypes: Readonly<Record<NotationEncoding, string>> = {
  jws: 'application/jose+json',
  cose: 'application/cose',
}

/** The two schemes that have a meaning. */
export const notationSchemes = {
  x509: 'notary.x509',
  authority: 'notary.x509.signingAuthority',
} as const

export const notationPayloadType = 'application/vnd.cncf.notary.payload.v1+json'

/** Names of attributes in the headers (signature-specification.md, "Signed Attributes" and "Unsigned Attributes"). */
export const notationAttributes = {
  scheme: 'io.cncf.notary.signingScheme',
  signingTime: 'io.cncf.notary.signingTime',
  authenticSigningTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  plugin: 'io.cncf.notary.verificationPlugin',
  pluginMinVersion: 'io.cncf.notary.verificationPluginMinVersion',
  timestamp: 'io.cncf.notary.timestampSignature',
  agent: 'io.cncf.notary.signingAgent',
} as const

export type NotationAlgorithm = 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512'

/** A signed header beyond those of the specification. */
export interface ExtendedAttribute {
  /** A number where COSE numbers it. */
  readonly key: string | number
  readonly value: unknown
  readonly isCritical: boolean
}

export interface NotationEnvelope {
  readonly encoding: NotationEncoding
  readonly algorithm: NotationAlgorithm
  readonly contentType: string
  /** As it is written: it may be none of `notationSchemes`. */
  readonly scheme: string
  /** Said by the signer, proven by nothing. Milliseconds since 1970, as all times. */
  readonly signingTime?: number
  /** Vouched for by a signing authority. */
  readonly authenticSigningTime?: number
  readonly expiry?: number
  readonly critical: readonly string[]
  readonly extended: readonly ExtendedAttribute[]
  readonly verificationPlugin?: { readonly name: string; readonly minVersion?: string }
  readonly payload: Bytes
  /** What the signature is over, byte for byte. */
  readonly signedParts: readonly Bytes[]
  readonly signature: Bytes
  /** Certificates, DER, leaf first. */
  readonly chain: readonly Bytes[]
  /** RFC 3161 TimeStampToken, unsigned. */
  readonly timestamp?: Bytes
  /** Unsigned. */
  readonly signingAgent?: string
}

const NAMED: Readonly<Record<NotationAlgorithm, NamedAlgorithm & { readonly hash: 'sha256' | 'sha384' | 'sha512' }>> = {
  PS256: { kind: 'rsa-pss', hash: 'sha256' },
  PS384: { kind: 'rsa-pss', hash: 'sha384' },
  PS512: { kind: 'rsa-pss', hash: 'sha512' },
  ES256: { kind: 'ecdsa', hash: 'sha256', encoding: 'fixed' },
  ES384: { kind: 'ecdsa', hash: 'sha384', encoding: 'fixed' },
  ES512: { kind: 'ecdsa', hash: 'sha512', encoding: 'fixed' },
}

export function isNotationAlgorithm(name: string): name is NotationAlgorithm {
  return Object.hasOwn(NAMED, name)
}

export function namedAlgorithmOf(algorithm: NotationAlgorithm): (typeof NAMED)[NotationAlgorithm] {
  return NAMED[algorithm]
}

const OF_RSA: Readonly<Record<number, NotationAlgorithm>> = { 2048: 'PS256', 3072: 'PS384', 4096: 'PS512' }
const OF_CURVE: Readonly<Partial<Record<KeyType, NotationAlgorithm>>> = {
  'ecdsa-p256': 'ES256',
  'ecdsa-p384': 'ES384',
  'ecdsa-p521': 'ES512',
}

/** The one algorithm that a key may use (signature-specification.md, "Signature Algorithm Requirements"); undefined for a key that may not sign. */
export function notationAlgorithmFor(key: {
  readonly type: KeyType
  readonly bits: number
}): NotationAlgorithm | undefined {
  return key.type === 'rsa' ? OF_RSA[key.bits] : OF_CURVE[key.type]
}

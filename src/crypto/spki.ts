/**
 * Public keys from SubjectPublicKeyInfo (RFC 5280 section 4.1; RFC 3279, 5480 and 8410 for the algorithms). The shape is checked before
 * OpenSSL sees it, and only the one usual encoding of a key is taken: two spellings of one key would count as two keys.
 */

import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Bytes, digestOf, sameBytes } from '../base/index.ts'
import { algorithmName, oids, SUPPORTED_KEYS } from './algorithm-names.ts'
import { type DerReader, derTags, readDerSequence } from './der.ts'
import { cryptoFault } from './faults.ts'
import type { KeyType, PublicKey } from './key-types.ts'

const CURVES: Readonly<Record<string, { readonly type: KeyType; readonly bits: number }>> = {
  [oids.p256]: { type: 'ecdsa-p256', bits: 256 },
  [oids.p384]: { type: 'ecdsa-p384', bits: 384 },
  [oids.p521]: { type: 'ecdsa-p521', bits: 521 },
}
export const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192

/**
 * @param where names the file or place in messages
 * @throws KEY_UNSUPPORTED, KEY_TOO_SMALL, KEY_DAMAGED, DER_INVALID
 */
export function publicKeyFromSpki(der: Bytes, where: string): PublicKey {
  const { type, bits } = checkSpki(der, where)
  const spki = Buffer.from(der)
  let keyObject: KeyObject
  try {
    keyObject = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw damaged(where, 'its numbers are no such key', cause)
  }
  // Of the other types every octet but those of the point was compared above, and OpenSSL takes no other point: a second look would cost as much as the first.
  if (type === 'rsa' && !sameBytes(keyObject.export({ format: 'der', type: 'spki' }), spki))
    throw damaged(where, 'it is not in the usual encoding')
  return { type, bits, spki, fingerprint: digestOf(spki), keyObject }
}

function checkSpki(der: Bytes, where: string): { type: KeyType; bits: number } {
  const spki = readDerSequence(der, `The public key in ${where}`)
  const algorithm = spki.sequence()
  const oid = algorithm.oid()
  switch (oid) {
    case oids.ec:
      return checkEc(algorithm, spki, where)
    case oids.rsa:
      algorithm.null()
      algorithm.end()
      return checkRsa(spki, where)
    case oids.ed25519: {
      algorithm.end()
      if (lastBits(spki).length !== 32) throw damaged(where, 'an Ed25519 key has 32 bytes')
      return { type: 'ed25519', bits: 256 }
    }
    default:
      throw cryptoFault('KEY_UNSUPPORTED', `The key in ${where} is ${algorithmName(oid)}, which is not supported.`, {
        fix: SUPPORTED_KEYS,
      })
  }
}

function lastBits(spki: DerReader): Bytes {
  const bits = spki.bits()
  spki.end()
  return bits
}

function checkEc(algorithm: DerReader, spki: DerReader, where: string): { type: KeyType; bits: number } {
  if (algorithm.peek() !== derTags.oid) {
    throw cryptoFault('KEY_UNSUPPORTED', `The key in ${where} spells out its curve instead of naming it.`, {
      fix: 'Convert it: openssl ec -pubin -param_enc named_curve -in KEY -out KEY.pub',
    })
  }
  const oid = algorithm.oid()
  algorithm.end()
  const curve = CURVES[oid]
  if (curve === undefined) {
    throw cryptoFault(
      'KEY_UNSUPPORTED',
      `The key in ${where} is on the curve ${algorithmName(oid)}, which is not supported.`,
      { fix: SUPPORTED_KEYS },
    )
  }
  const point = lastBits(spki)
  if (point[0] === 0x02 || point[0] === 0x03) {
    throw cryptoFault('KEY_UNSUPPORTED', `The key in ${where} is a compressed point.`, {
      fix: 'Convert it: openssl ec -pubin -conv_form uncompressed -in KEY -out KEY.pub',
    })
  }
  if (point[0] !== 0x04 || point.length !== 1 + 2 * Math.ceil(curve.bits / 8))
    throw damaged(where, 'its point is malformed')
  return curve
}

function checkRsa(spki: DerReader, where: string): { type: KeyType; bits: number } {
  const { bits, exponent } = rsaNumbers(lastBits(spki), where)
  if (bits < MIN_RSA_BITS) {
    throw cryptoFault(
      'KEY_TOO_SMALL',
      `The RSA key in ${where} has ${bits} bits; at least ${MIN_RSA_BITS} are needed.`,
      {
        fix: SUPPORTED_KEYS,
      },
    )
  }
  if (bits > MAX_RSA_BITS) {
    throw cryptoFault(
      'KEY_UNSUPPORTED',
      `The RSA key in ${where} has ${bits} bits; at most ${MAX_RSA_BITS} are read.`,
      {
        fix: SUPPORTED_KEYS,
      },
    )
  }
  // With e = 1 a signature is its own proof; Go, and so Cosign, reads exponents up to 2^31 - 1.
  if (exponent < 3 || exponent % 2 === 0 || exponent > 0x7fff_ffff) {
    throw cryptoFault('KEY_UNSUPPORTED', `The RSA key in ${where} has an unusable public exponent.`, {
      fix: SUPPORTED_KEYS,
    })
  }
  return { type: 'rsa', bits }
}

function rsaNumbers(pkcs1: Bytes, where: string): { bits: number; exponent: number } {
  const numbers = readDerSequence(pkcs1, `The RSA key in ${where}`)
  const modulus = numbers.unsigned()
  const exponent = numbers.unsigned()
  numbers.end()
  const top = modulus[0] ?? 0
  return {
    bits: modulus.length === 0 ? 0 : modulus.length * 8 - (Math.clz32(top) - 24),
    exponent:
      exponent.length > 4 ? Number.POSITIVE_INFINITY : exponent.reduce((value, octet) => value * 256 + octet, 0),
  }
}

function damaged(where: string, why: string, cause?: unknown): Error {
  return cryptoFault('KEY_DAMAGED', `The key in ${where} is damaged: ${why}.`, { cause })
}

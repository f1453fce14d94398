/**
 * The algorithms that certificates, CRLs, OCSP answers and CMS are signed with (RFC 4055, 5758, 8410): one table for reading and writing. What is
 * broken (MD5, SHA-1) is refused by its name, and so is whatever is not in the table.
 */

import { type Bytes, bufferOf } from '../base/index.ts'
import {
  contextTag,
  type DerReader,
  derWrite,
  type HashName,
  type NamedAlgorithm,
  type PublicKey,
  readDerSequence,
  verifyNamed,
} from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { pkiFault } from './faults.ts'

const HASHES: Readonly<Record<HashName, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const SALT: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 }
const RSASSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'
const ED25519 = '1.3.101.112'

type Simple = Exclude<NamedAlgorithm, { kind: 'rsa-pss' }>

const SIMPLE: Readonly<Record<string, Simple>> = {
  '1.2.840.113549.1.1.11': { kind: 'rsa-pkcs1', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa-pkcs1', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa-pkcs1', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'sha256', encoding: 'der' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'sha384', encoding: 'der' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'sha512', encoding: 'der' },
  [ED25519]: { kind: 'ed25519' },
}

const REFUSED: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2 with RSA',
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.113549.1.1.5': 'SHA-1 with RSA',
  '1.3.14.3.2.29': 'SHA-1 with RSA',
  '1.2.840.113549.1.1.14': 'SHA-224 with RSA',
  '1.2.840.10040.4.3': 'SHA-1 with DSA',
  '2.16.840.1.101.3.4.3.2': 'SHA-256 with DSA',
  '1.2.840.10045.4.1': 'SHA-1 with ECDSA',
  '1.2.840.10045.4.3.1': 'SHA-224 with ECDSA',
  '1.3.101.113': 'Ed448',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
}

/**
 * @param identifier an AlgorithmIdentifier, DER
 * @param what names what is signed in messages: "The CRL"
 * @throws ALGORITHM_REFUSED, DER_INVALID
 */
export function signatureAlgorithm(identifier: Bytes, what = 'The certificate'): NamedAlgorithm {
  const known = KNOWN.get(bufferOf(identifier).toString('latin1'))
  if (known !== undefined) return known
  const reader = readDerSequence(identifier, `The signature algorithm of ${lowerFirst(what)}`)
  const oid = reader.oid()
  if (oid === RSASSA_PSS) return readPss(reader, what)
  const simple = SIMPLE[oid]
  if (simple === undefined) throw refused(what, `is signed with ${REFUSED[oid] ?? `the unknown algorithm ${oid}`}`)
  // RFC 4055 section 5 has RSA readers take absent parameters as well; the others have none.
  if (simple.kind === 'rsa-pkcs1' && !reader.atEnd) reader.null()
  reader.end()
  return simple
}

/** An AlgorithmIdentifier, DER, as authorities write it. */
export function writeSignatureAlgorithm(algorithm: NamedAlgorithm): Bytes {
  if (algorithm.kind === 'rsa-pss') return writePss(algorithm.hash)
  for (const [oid, simple] of Object.entries(SIMPLE)) {
    const isSame =
      simple.kind === algorithm.kind &&
      (simple.kind === 'ed25519' || algorithm.kind === 'ed25519' || simple.hash === algorithm.hash)
    if (isSame) return derWrite.sequence(derWrite.oid(oid), ...(simple.kind === 'rsa-pkcs1' ? [derWrite.null()] : []))
  }
  throw pkiFault('ALGORITHM_REFUSED', `No identifier is known for ${algorithm.kind}.`)
}

/** The hash that a digest AlgorithmIdentifier (RFC 5754) names; with or without its NULL. @throws ALGORITHM_REFUSED, DER_INVALID */
export function digestAlgorithmOf(identifier: Bytes, what: string): HashName {
  const reader = readDerSequence(identifier, what)
  const oid = reader.oid()
  if (!reader.atEnd) reader.null()
  reader.end()
  return hashOf(oid) ?? refuse(what, `uses the hash ${REFUSED_HASHES[oid] ?? oid}`)
}

/** As most write it: with its NULL. */
export function writeDigestAlgorithm(hash: HashName): Bytes {
  return derWrite.sequence(derWrite.oid(HASHES[hash]), derWrite.null())
}

/**
 * Whether these bytes are signed by this key with the algorithm that the structure itself names.
 * @throws ALGORITHM_REFUSED, DER_INVALID
 */
export function verifySignedData(
  key: PublicKey,
  identifier: Bytes,
  signed: Bytes,
  signature: Bytes,
  what = 'The certificate',
): boolean {
  return verifyNamed(key, signatureAlgorithm(identifier, what), [signed], signature)
}

/** @throws ALGORITHM_REFUSED, DER_INVALID */
export function isSignedBy(certificate: Certificate, issuerKey: PublicKey, what?: string): boolean {
  const { signatureAlgorithm: identifier, tbs, signature } = certificate
  return verifySignedData(issuerKey, identifier, tbs, signature, what)
}

const REFUSED_HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'MD5',
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.4': 'SHA-224',
}

function hashOf(oid: string): HashName | undefined {
  return oid === HASHES.sha256
    ? 'sha256'
    : oid === HASHES.sha384
      ? 'sha384'
      : oid === HASHES.sha512
        ? 'sha512'
        : undefined
}

/** RSASSA-PSS-params (RFC 4055 section 3.1), of which every default is SHA-1: hash and MGF1 alike, a salt as long as the hash, trailer 1. */
function readPss(reader: DerReader, what: string): NamedAlgorithm {
  if (reader.atEnd) throw refused(what, 'is signed with RSASSA-PSS and SHA-1')
  const parameters = reader.sequence()
  reader.end()
  const hash = pssHash(parameters, 0, what)
  if (parameters.peek() !== contextTag(1)) throw refused(what, 'has a mask of RSASSA-PSS that is made with SHA-1')
  const wrapped = parameters.enter(contextTag(1))
  const mask = wrapped.sequence()
  wrapped.end()
  if (mask.oid() !== MGF1) throw refused(what, 'has a mask of RSASSA-PSS that is not MGF1')
  const maskHash = digestAlgorithmOf(mask.next().raw, what)
  mask.end()
  const salt = readNumber(parameters, 2, 20)
  const trailer = readNumber(parameters, 3, 1)
  parameters.end()
  if (maskHash !== hash || salt !== SALT[hash] || trailer !== 1)
    throw refused(what, 'has parameters of RSASSA-PSS that are not the usual ones: one hash, and a salt of its length')
  return { kind: 'rsa-pss', hash }
}

function pssHash(parameters: DerReader, number: number, what: string): HashName {
  if (parameters.peek() !== contextTag(number)) throw refused(what, 'is signed with RSASSA-PSS and SHA-1')
  const explicit = parameters.enter(contextTag(number))
  const hash = digestAlgorithmOf(explicit.next().raw, what)
  explicit.end()
  return hash
}

function readNumber(parameters: DerReader, number: number, otherwise: number): number {
  if (parameters.peek() !== contextTag(number)) return otherwise
  const explicit = parameters.enter(contextTag(number))
  const value = explicit.small()
  explicit.end()
  return value
}

function writePss(hash: HashName): Bytes {
  const { sequence, oid, explicit, unsigned } = derWrite
  const identifier = sequence(oid(HASHES[hash]), derWrite.null())
  const parameters = [
    explicit(0, identifier),
    explicit(1, sequence(oid(MGF1), identifier)),
    explicit(2, unsigned(SALT[hash])),
  ]
  return sequence(oid(RSASSA_PSS), sequence(...parameters))
}

/** The spellings that nearly every certificate has, so that they need no reading. */
const KNOWN: ReadonlyMap<string, NamedAlgorithm> = new Map(
  [
    ...Object.values(SIMPLE),
    ...(['sha256', 'sha384', 'sha512'] as const).map((hash) => ({ kind: 'rsa-pss' as const, hash })),
  ].map((algorithm) => [bufferOf(writeSignatureAlgorithm(algorithm)).toString('latin1'), algorithm]),
)

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

function refuse(what: string, problem: string): never {
  throw refused(what, problem)
}

function refused(what: string, problem: string): Error {
  return pkiFault('ALGORITHM_REFUSED', `${what} ${problem}.`, {
    fix: 'Have it issued again with SHA-256, SHA-384 or SHA-512 and ECDSA, RSA or Ed25519.',
  })
}

/** Encrypted PKCS#8 (RFC 5958 section 3) with PBES2 (RFC 8018 section 6.2): PBKDF2 or scrypt (RFC 7914 section 7), AES-CBC or 3DES. */

import { createDecipheriv } from 'node:crypto'
import type { Bytes } from '../base/index.ts'
import { type DerReader, derTags, readDerSequence } from './der.ts'
import { cryptoFault } from './faults.ts'
import {
  checkIterations,
  checkScrypt,
  derivePbkdf2,
  deriveScrypt,
  type ScryptParameters,
} from './password-derivation.ts'

export type Derivation =
  | { readonly kind: 'scrypt'; readonly parameters: ScryptParameters; readonly keyLength: number | undefined }
  | {
      readonly kind: 'pbkdf2'
      readonly salt: Bytes
      readonly iterations: number
      readonly hash: string
      readonly keyLength: number | undefined
    }

interface Cipher {
  readonly name: string
  readonly keyLength: number
  readonly ivLength: number
}

const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const SCRYPT = '1.3.6.1.4.1.11591.4.11'

const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

const CIPHERS: Readonly<Record<string, Cipher>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16, ivLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24, ivLength: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32, ivLength: 16 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 },
}

export interface SealedPbes2 {
  readonly derivation: Derivation
  readonly cipher: Cipher
  readonly iv: Bytes
  readonly ciphertext: Bytes
}

/**
 * PKCS#8 DER of the key; the caller wipes it.
 * @throws DER_INVALID, KEY_UNSUPPORTED, KEY_HOSTILE_PARAMETERS (before any work), KEY_WRONG_PASSWORD
 */
export async function openPkcs8(der: Bytes, password: Bytes, where: string): Promise<Bytes> {
  const plain = await decryptPbes2(readSealedPkcs8(der, where), password)
  // A wrong password passes the padding check once in 256 times; what comes out then is no DER.
  if (plain !== undefined && isDerSequence(plain)) return plain
  plain?.fill(0)
  throw cryptoFault('KEY_WRONG_PASSWORD', `The password does not open ${where}.`, {
    fix: 'Give the password that the key was encrypted with.',
  })
}

/** What was encrypted, which the caller wipes; undefined where the password is certainly not the one. */
export async function decryptPbes2(
  { derivation, cipher, iv, ciphertext }: SealedPbes2,
  password: Bytes,
): Promise<Bytes | undefined> {
  const key =
    derivation.kind === 'scrypt'
      ? await deriveScrypt(derivation.parameters, password, cipher.keyLength)
      : await derivePbkdf2(password, derivation.salt, derivation.iterations, cipher.keyLength, derivation.hash)
  let first: Buffer | undefined
  try {
    const decipher = createDecipheriv(cipher.name, key, iv)
    first = decipher.update(ciphertext)
    const last = decipher.final()
    const plain = Buffer.concat([first, last])
    last.fill(0)
    return plain
  } catch {
    return undefined
  } finally {
    first?.fill(0)
    key.fill(0)
  }
}

function isDerSequence(plain: Bytes): boolean {
  try {
    readDerSequence(plain, 'PKCS#8').small()
    return true
  } catch {
    return false
  }
}

/** What can be checked without the password. */
export function readSealedPkcs8(der: Bytes, where: string): SealedPbes2 {
  const what = `The encrypted key in ${where}`
  const outer = readDerSequence(der, what)
  const scheme = outer.sequence()
  const oid = scheme.oid()
  if (oid !== PBES2) throw unsupported(where, `the encryption ${oid}, which is older than PBES2`)
  const parameters = scheme.sequence()
  scheme.end()
  const ciphertext = outer.octets()
  outer.end()
  return readPbes2(parameters, ciphertext, where)
}

/**
 * The parameters of PBES2 beside what they encrypt.
 * @throws DER_INVALID, KEY_UNSUPPORTED, KEY_DAMAGED, KEY_HOSTILE_PARAMETERS
 */
export function readPbes2(parameters: DerReader, ciphertext: Bytes, where: string): SealedPbes2 {
  const what = `The encrypted key in ${where}`
  const kdf = parameters.sequence()
  const encryption = parameters.sequence()
  parameters.end()
  const cipherOid = encryption.oid()
  const cipher = CIPHERS[cipherOid]
  if (cipher === undefined) throw unsupported(where, `the cipher ${cipherOid}`)
  const iv = encryption.octets()
  encryption.end()
  if (iv.length !== cipher.ivLength)
    throw cryptoFault('KEY_DAMAGED', `${what} has an initialisation vector of wrong length.`)
  const derivation = readDerivation(kdf, where)
  if (derivation.keyLength !== undefined && derivation.keyLength !== cipher.keyLength)
    throw cryptoFault('KEY_DAMAGED', `${what} derives a key of another length than its cipher takes.`)
  return { derivation, cipher, iv, ciphertext }
}

/** A key derivation function of RFC 8018 or RFC 7914 with its parameters. @throws as `readPbes2` */
export function readDerivation(kdf: DerReader, where: string): Derivation {
  const oid = kdf.oid()
  const parameters = kdf.sequence()
  kdf.end()
  if (oid === SCRYPT) {
    const salt = parameters.octets()
    const cost = { N: parameters.small(), r: parameters.small(), p: parameters.small() }
    const keyLength = optionalLength(parameters)
    parameters.end()
    return { kind: 'scrypt', parameters: checkScrypt(cost, salt, where), keyLength }
  }
  if (oid !== PBKDF2) throw unsupported(where, `the key derivation ${oid}`)
  if (parameters.peek() !== derTags.octetString) throw unsupported(where, 'a salt from elsewhere')
  const salt = parameters.octets()
  const iterations = parameters.small()
  const keyLength = optionalLength(parameters)
  const hash = parameters.atEnd ? 'sha1' : readHash(parameters, where)
  parameters.end()
  checkIterations(iterations, salt, where)
  return { kind: 'pbkdf2', salt, iterations, hash, keyLength }
}

function optionalLength(parameters: DerReader): number | undefined {
  return parameters.peek() === derTags.integer ? parameters.small() : undefined
}

function readHash(parameters: DerReader, where: string): string {
  const algorithm = parameters.sequence()
  const oid = algorithm.oid()
  if (!algorithm.atEnd) algorithm.null()
  algorithm.end()
  const hash = HASHES[oid]
  if (hash === undefined) throw unsupported(where, `the pseudo-random function ${oid}`)
  return hash
}

function unsupported(where: string, what: string): Error {
  return cryptoFault('KEY_UNSUPPORTED', `The key in ${where} is encrypted with ${what}, which is not supported.`, {
    fix: 'Encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out KEY.pem',
  })
}

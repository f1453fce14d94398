/** What is encrypted in a PKCS#12 file (RFC 7292 section 4.2 and appendix C): by PBES2 (RFC 8018) or by its own derivation with triple DES. */

import { createDecipheriv } from 'node:crypto'
import { type Bytes, concat, limits } from '../base/index.ts'
import { type DerReader, decryptPbes2, readPbes2 } from '../crypto/index.ts'
import { derivationPurposes, derivePkcs12 } from './pkcs12-derivation.ts'
import { hostile, pkcs12Unsupported, wrongPassword } from './pkcs12-fault.ts'
import { checkRounds, type Pkcs12Password } from './pkcs12-mac.ts'

const PBES2 = '1.2.840.113549.1.5.13'
const TRIPLE_DES = '1.2.840.113549.1.12.1.3'

/** Broken, or of keys that are too short. */
const WEAK: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.12.1.1': 'RC4 (128 bits)',
  '1.2.840.113549.1.12.1.2': 'RC4 (40 bits)',
  '1.2.840.113549.1.12.1.4': 'triple DES with two keys',
  '1.2.840.113549.1.12.1.5': 'RC2 (128 bits)',
  '1.2.840.113549.1.12.1.6': 'RC2 (40 bits)',
  '1.2.840.113549.1.5.1': 'DES (PBES1)',
  '1.2.840.113549.1.5.3': 'DES (PBES1)',
  '1.2.840.113549.1.5.4': 'RC2 (PBES1)',
  '1.2.840.113549.1.5.6': 'RC2 (PBES1)',
  '1.2.840.113549.1.5.10': 'DES (PBES1)',
  '1.2.840.113549.1.5.11': 'RC2 (PBES1)',
}

/** What was encrypted; the caller wipes it. @throws KEY_WRONG_PASSWORD */
export type Opening = (password: Pkcs12Password) => Promise<Bytes>

/** Counts what one file makes us do: its parts are bounded one by one, and all together. */
export class Pkcs12Work {
  private readonly where: string
  private parts = 0
  private rounds = 0

  constructor(where: string) {
    this.where = where
  }

  /** @throws KEY_HOSTILE_PARAMETERS */
  take(rounds: number): void {
    this.parts++
    this.rounds += rounds
    if (this.parts > limits.pkcs12Sealed)
      throw hostile(this.where, `more than ${limits.pkcs12Sealed} parts of it are encrypted, each for itself`)
    if (this.rounds > limits.pbkdf2Iterations)
      throw hostile(this.where, `it demands more than ${limits.pbkdf2Iterations} rounds of derivation in all`)
  }
}

/**
 * @param algorithm AlgorithmIdentifier
 * @throws DER_INVALID, PKCS12_UNSUPPORTED, KEY_UNSUPPORTED, KEY_HOSTILE_PARAMETERS: before any work
 */
export function readSealed(algorithm: DerReader, ciphertext: Bytes, where: string, work: Pkcs12Work): Opening {
  const oid = algorithm.oid()
  const weak = WEAK[oid]
  if (weak !== undefined) throw pkcs12Unsupported(where, `is encrypted with ${weak}, which protects nothing any more`)
  if (oid !== PBES2 && oid !== TRIPLE_DES)
    throw pkcs12Unsupported(where, `is encrypted with ${oid}, which is not supported`)
  const parameters = algorithm.sequence()
  algorithm.end()
  return oid === PBES2
    ? readWithPbes2(parameters, ciphertext, where, work)
    : readWithTripleDes(parameters, ciphertext, where, work)
}

function readWithPbes2(parameters: DerReader, ciphertext: Bytes, where: string, work: Pkcs12Work): Opening {
  const sealed = readPbes2(parameters, ciphertext, where)
  work.take(sealed.derivation.kind === 'pbkdf2' ? sealed.derivation.iterations : 0)
  return async ({ octets }) => opened(await decryptPbes2(sealed, octets), where)
}

function readWithTripleDes(parameters: DerReader, ciphertext: Bytes, where: string, work: Pkcs12Work): Opening {
  const cost = { salt: parameters.octets(), iterations: parameters.small() }
  parameters.end()
  checkRounds(cost.iterations, cost.salt, where)
  work.take(cost.iterations)
  return async ({ spelled }) => {
    const key = await derivePkcs12('sha1', derivationPurposes.key, spelled, cost, 24)
    const iv = await derivePkcs12('sha1', derivationPurposes.iv, spelled, cost, 8)
    try {
      return opened(decryptTripleDes(key, iv, ciphertext), where)
    } finally {
      key.fill(0)
    }
  }
}

function decryptTripleDes(key: Bytes, iv: Bytes, ciphertext: Bytes): Bytes | undefined {
  try {
    const decipher = createDecipheriv('des-ede3-cbc', key, iv)
    return concat(decipher.update(ciphertext), decipher.final())
  } catch {
    return undefined
  }
}

function opened(plain: Bytes | undefined, where: string): Bytes {
  if (plain === undefined) throw wrongPassword(where)
  return plain
}

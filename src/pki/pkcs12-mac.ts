/** What proves that a PKCS#12 file is whole (RFC 7292 section 4, MacData): an HMAC by its own derivation or by PBMAC1 (RFC 9579). */

import { createHmac } from 'node:crypto'
import { type Bytes, limits, sameBytes } from '../base/index.ts'
import { type DerReader, derivePbkdf2, derTags, readDerivation } from '../crypto/index.ts'
import { derivationPurposes, derivePkcs12, type Pkcs12Hash, pkcs12Passwords } from './pkcs12-derivation.ts'
import { hostile, pkcs12Invalid, pkcs12Unsupported } from './pkcs12-fault.ts'

/** The password as what is encrypted in the file takes it. */
export interface Pkcs12Password {
  /** For PBES2. */
  readonly octets: Bytes
  /** For the derivation of PKCS#12. */
  readonly spelled: Bytes
}

export interface Pkcs12Mac {
  /** The password that made it, undefined where this one did not. */
  check(content: Bytes, password: Bytes): Promise<Pkcs12Password | undefined>
}

const PBMAC1 = '1.2.840.113549.1.5.14'
const DIGESTS: Readonly<Record<string, Pkcs12Hash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const HMACS: Readonly<Record<string, Pkcs12Hash>> = {
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

/**
 * @param data MacData
 * @throws DER_INVALID, PKCS12_UNSUPPORTED, KEY_HOSTILE_PARAMETERS: before any work
 */
export function readMac(data: DerReader, where: string): Pkcs12Mac {
  const digestInfo = data.sequence()
  const algorithm = digestInfo.sequence()
  const expected = digestInfo.octets()
  digestInfo.end()
  const salt = data.octets()
  const iterations = data.peek() === derTags.integer ? data.small() : 1
  data.end()
  const oid = algorithm.oid()
  if (oid === PBMAC1) return readPbmac1(algorithm.sequence(), expected, where)
  if (!algorithm.atEnd) algorithm.null()
  algorithm.end()
  const name = DIGESTS[oid]
  if (name === undefined) throw pkcs12Unsupported(where, `is protected by an HMAC with the hash ${oid}`)
  checkRounds(iterations, salt, where)
  return {
    check: async (content, octets) => {
      for (const spelled of pkcs12Passwords(octets)) {
        const key = await derivePkcs12(name, derivationPurposes.mac, spelled, { salt, iterations })
        if (fits(name, key, content, expected)) return { octets, spelled }
      }
      return undefined
    },
  }
}

/** The salt and rounds beside it mean nothing (RFC 9579 section 5); the length of the key must be said. */
function readPbmac1(parameters: DerReader, expected: Bytes, where: string): Pkcs12Mac {
  const derivation = readDerivation(parameters.sequence(), where)
  const scheme = parameters.sequence()
  parameters.end()
  const oid = scheme.oid()
  if (!scheme.atEnd) scheme.null()
  scheme.end()
  const name = HMACS[oid]
  if (name === undefined || derivation.kind !== 'pbkdf2')
    throw pkcs12Unsupported(where, 'is protected by a PBMAC1 that is not known')
  const { salt, iterations, hash, keyLength = 0 } = derivation
  if (keyLength < 20 || keyLength > 64) throw pkcs12Invalid(where, 'is protected with a key of no proper length')
  return {
    check: async (content, octets) => {
      const key = await derivePbkdf2(octets, salt, iterations, keyLength, hash)
      const [spelled] = pkcs12Passwords(octets)
      return fits(name, key, content, expected) && spelled !== undefined ? { octets, spelled } : undefined
    },
  }
}

/** Wipes the key. */
function fits(name: Pkcs12Hash, key: Bytes, content: Bytes, expected: Bytes): boolean {
  const found = createHmac(name, key).update(content).digest()
  key.fill(0)
  return sameBytes(found, expected)
}

/** @throws KEY_HOSTILE_PARAMETERS */
export function checkRounds(iterations: number, salt: Bytes, where: string): void {
  if (iterations < 1 || iterations > limits.pkcs12Iterations)
    throw hostile(where, `it demands ${iterations} rounds of derivation; at most ${limits.pkcs12Iterations} are done`)
  if (salt.length > 1024) throw hostile(where, 'its salt is too long')
}

/**
 * Private keys as Cosign keeps them: JSON in PEM, scrypt and NaCl secretbox around PKCS#8 (go-securesystemslib, package encrypted; the
 * label was COSIGN before it became SIGSTORE). The XSalsa20-Poly1305 that node:crypto lacks is @noble/ciphers, loaded when one is opened.
 */

import {
  asBase64,
  asObject,
  asString,
  type Bytes,
  Fault,
  type Json,
  limits,
  onlyMembers,
  readJson,
  toBase64,
  utf8,
} from '../base/index.ts'
import { cryptoFault } from './faults.ts'
import type { Random } from './key-types.ts'
import { checkScrypt, deriveScrypt, type ScryptParameters } from './password-derivation.ts'
import { writePem } from './pem.ts'

interface SealedKey {
  readonly parameters: ScryptParameters
  readonly nonce: Bytes
  readonly ciphertext: Bytes
}

/**
 * PKCS#8 DER of the key; the caller wipes it.
 * @throws KEY_DAMAGED, KEY_UNSUPPORTED, KEY_HOSTILE_PARAMETERS (before any work), KEY_WRONG_PASSWORD
 */
export async function openSigstoreKey(json: Bytes, password: Bytes, where: string): Promise<Bytes> {
  const { parameters, nonce, ciphertext } = readSealed(json, where)
  const key = await deriveScrypt(parameters, password, 32)
  try {
    const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js')
    return xsalsa20poly1305(key, nonce).decrypt(ciphertext)
  } catch {
    // The cause is left out: nothing computed from the password may reach a message.
    throw cryptoFault('KEY_WRONG_PASSWORD', `The password does not open ${where}.`, {
      fix: 'Give the password that the key was made with (ZEGEL_PASSWORD or COSIGN_PASSWORD).',
    })
  } finally {
    key.fill(0)
  }
}

/** What can be checked without the password. */
export function readSealed(json: Bytes, where: string): SealedKey {
  try {
    const what = `The encrypted key in ${where}`
    const sealed = asObject(readJson(json, { what, maxBytes: limits.keyFileBytes }), what)
    onlyMembers(sealed, ['kdf', 'cipher', 'ciphertext'], what)
    const kdf = asObject(sealed['kdf'], 'kdf')
    const cipher = asObject(sealed['cipher'], 'cipher')
    requireName(kdf['name'], 'scrypt', 'key derivation', where)
    requireName(cipher['name'], 'nacl/secretbox', 'cipher', where)
    const params = asObject(kdf['params'], 'kdf.params')
    const salt = asBase64(kdf['salt'], 'kdf.salt')
    const parameters = checkScrypt({ N: params['N'], r: params['r'], p: params['p'] }, salt, where)
    const nonce = asBase64(cipher['nonce'], 'cipher.nonce')
    const ciphertext = asBase64(sealed['ciphertext'], 'ciphertext')
    if (nonce.length !== 24 || ciphertext.length < 16)
      throw cryptoFault('KEY_DAMAGED', `The encrypted key in ${where} is cut short.`)
    return { parameters, nonce, ciphertext }
  } catch (error) {
    if (error instanceof Fault && !error.code.startsWith('KEY_'))
      throw cryptoFault('KEY_DAMAGED', `${where} is damaged: ${error.message}`, {
        fix: 'Get the key file again from where it is kept.',
      })
    throw error
  }
}

function requireName(value: Json | undefined, expected: string, what: string, where: string): void {
  const name = asString(value, what)
  if (name === expected) return
  throw cryptoFault('KEY_UNSUPPORTED', `${where} uses the ${what} "${name.slice(0, 40)}"; only ${expected} is read.`, {
    fix: 'Import the key again with "cosign import-key-pair" or "zegel key import".',
  })
}

/** The one set that go-securesystemslib writes today; it refuses to read any that it does not know. */
const WRITTEN = { N: 65536, r: 8, p: 1 }

/** PEM that Cosign 2 and 3 open with the same password. */
export async function sealSigstoreKey(pkcs8: Bytes, password: Bytes, random: Random): Promise<Bytes> {
  const salt = random(32)
  const nonce = random(24)
  const key = await deriveScrypt({ ...WRITTEN, salt }, password, 32)
  try {
    const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js')
    const json = {
      kdf: { name: 'scrypt', params: WRITTEN, salt: toBase64(salt) },
      cipher: { name: 'nacl/secretbox', nonce: toBase64(nonce) },
      ciphertext: toBase64(xsalsa20poly1305(key, nonce).encrypt(pkcs8)),
    }
    return writePem('ENCRYPTED SIGSTORE PRIVATE KEY', utf8(JSON.stringify(json)))
  } finally {
    key.fill(0)
  }
}

/** Reading and writing public keys: SubjectPublicKeyInfo and PKCS#1 in PEM or DER, and the key inside an X.509 certificate. */

import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Bytes, Fault, forShell } from '../base/index.ts'
import { contextTag, readDerSequence } from './der.ts'
import { cryptoFault } from './faults.ts'

import { type KeyBlock, openKeyFile } from './key-file.ts'
import type { PublicKey } from './key-types.ts'
import { writePem } from './pem.ts'
import { publicKeyFromSpki } from './spki.ts'

/**
 * Reads the public key of a file. Of a chain of certificates the first one counts; several bare keys are refused.
 * @param where names the file in messages
 * @throws KEY_UNKNOWN_FORMAT, KEY_NOT_PUBLIC, KEY_UNSUPPORTED, KEY_TOO_SMALL, KEY_DAMAGED
 * @example const key = readPublicKey(await readFile('release.pub'), 'release.pub')
 */
export function readPublicKey(bytes: Bytes, where: string): PublicKey {
  const blocks = openKeyFile(bytes, where)
  const block = choose(blocks, where)
  return asDamaged(where, () => publicKeyOf(block, where))
}

function choose(blocks: readonly KeyBlock[], where: string): KeyBlock {
  const keys = blocks.filter(({ kind }) => kind === 'spki' || kind === 'pkcs1-public')
  const chosen = keys[0] ?? blocks.find(({ kind }) => kind === 'certificate')
  if (chosen === undefined) {
    throw cryptoFault('KEY_NOT_PUBLIC', `${where} is a private key; what is wanted here is its public key.`, {
      fix: `Write its public key once and give that file: zegel key public --key ${forShell(where)}`,
    })
  }
  if (keys.length > 1) {
    throw cryptoFault(
      'KEY_UNSUPPORTED',
      `${where} holds ${keys.length} public keys, so it does not say which one counts.`,
      {
        fix: 'Put each key into a file of its own.',
      },
    )
  }
  return chosen
}

function publicKeyOf({ kind, bytes }: KeyBlock, where: string): PublicKey {
  if (kind === 'certificate') return publicKeyFromSpki(certificateSpki(bytes, where), where)
  if (kind === 'spki') return publicKeyFromSpki(bytes, where)
  readDerSequence(bytes, `The RSA key in ${where}`)
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs1' })
  } catch (cause) {
    throw cryptoFault('KEY_DAMAGED', `The RSA key in ${where} is damaged.`, { cause })
  }
  return publicKeyFromSpki(key.export({ format: 'der', type: 'spki' }), where)
}

/** The `subjectPublicKeyInfo` of a certificate (RFC 5280 section 4.1), a slice of it. @throws DER_INVALID */
export function certificateSpki(certificate: Bytes, where: string): Bytes {
  const tbs = readDerSequence(certificate, `The certificate in ${where}`).sequence()
  if (tbs.peek() === contextTag(0)) tbs.next()
  for (const _ of ['serialNumber', 'signature', 'issuer', 'validity', 'subject']) tbs.next()
  return tbs.next().raw
}

/** In a key file a broken structure is a damaged file (status 2), not a refused signature. */
export function asDamaged<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Fault && error.code === 'DER_INVALID')
      throw cryptoFault('KEY_DAMAGED', error.message, { fix: `Get ${where} again from its origin.` })
    throw error
  }
}

/** The public key as PEM, "-----BEGIN PUBLIC KEY-----", as every tool reads it. */
export function writePublicKey(key: PublicKey): Bytes {
  return writePem('PUBLIC KEY', key.spki)
}

/** Keys as the command line names them: a file, `-` for standard input, `env://NAME`. */

import { type Bytes, limits, utf8 } from '../base/index.ts'
import {
  isEncryptedPrivateKey,
  isPkcs12,
  type PrivateKey,
  type PublicKey,
  readPrivateKey,
  readPublicKey,
} from '../crypto/index.ts'
import type { Certificate } from '../pki/index.ts'
import type { TrustedKey } from '../verification/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'
import { askPassword, type PasswordOptions } from './password.ts'

const PLACE = /^([a-z][a-z0-9+.-]*):(?:\/\/)?(.*)$/s
const ELSEWHERE = ['k8s', 'awskms', 'gcpkms', 'azurekms', 'hashivault', 'gitlab', 'github', 'pkcs11', 'http', 'https']

/**
 * The bytes of a key file.
 * @throws VARIABLE_MISSING, KEY_PLACE_UNSUPPORTED, FILE_…
 */
export async function readKeyBytes(context: Context, named: string): Promise<Bytes> {
  const place = PLACE.exec(named)
  if (place?.[1] === 'env') return fromVariable(context, place[2] ?? '')
  if (place?.[1] !== undefined && ELSEWHERE.includes(place[1])) {
    throw cliFault('KEY_PLACE_UNSUPPORTED', `Keys in ${place[1]} are not read yet.`, {
      fix: 'Give a file, - for standard input, or env://NAME.',
    })
  }
  return await readNamedFile(context, named, limits.keyFileBytes)
}

function fromVariable(context: Context, name: string): Bytes {
  const value = context.io.environment[name] ?? ''
  if (value !== '') return utf8(value)
  throw cliFault('VARIABLE_MISSING', `The variable ${name} that env://${name} names is not set.`, {
    fix: `Put the key into it: export ${name}="$(cat release.key)"`,
  })
}

/** @throws as `readKeyBytes`; KEY_… */
export async function openPublicKey(context: Context, named: string): Promise<PublicKey> {
  return readPublicKey(await readKeyBytes(context, named), named)
}

/**
 * The keys that `verify --key` names, each with the name it was given by; none is an error that the verification itself explains.
 * @throws as `readKeyBytes`; KEY_…
 */
export async function readTrustedKeys(context: Context, named: readonly string[]): Promise<readonly TrustedKey[]> {
  const keys: TrustedKey[] = []
  // One after another: standard input can be read once.
  for (const name of named) keys.push({ name, key: await openPublicKey(context, name) })
  return keys
}

/** @throws as `readKeyBytes`; KEY_… */
export async function openPrivateKey(context: Context, named: string, options: PasswordOptions): Promise<PrivateKey> {
  return (await openSigningKey(context, named, options)).key
}

export interface SigningKey {
  readonly key: PrivateKey
  /** What a PKCS#12 file brings along. */
  readonly certificates: readonly Certificate[]
}

/** @throws as `readKeyBytes`; KEY_…; PKCS12_… */
export async function openSigningKey(context: Context, named: string, options: PasswordOptions): Promise<SigningKey> {
  const bytes = await readKeyBytes(context, named)
  const password = (): Promise<Bytes | undefined> => askPassword(context, options, `Password of ${named}`)
  // PKCS#12 and what is in it is a world of its own: other keys are opened without it.
  if (isPkcs12(bytes)) return await (await import('../pki/index.ts')).readPkcs12(bytes, password, named)
  return { key: await readPrivateKey(bytes, named, password), certificates: [] }
}

/** The public key of whatever it is: a public key, a certificate, a private key. */
export async function openAnyKey(context: Context, named: string, options: PasswordOptions): Promise<PublicKey> {
  const bytes = await readKeyBytes(context, named)
  if (!isPrivateKey(bytes)) return readPublicKey(bytes, named)
  return (await readPrivateKey(bytes, named, () => askPassword(context, options, `Password of ${named}`))).publicKey
}

export function isPrivateKey(bytes: Bytes): boolean {
  return (
    isEncryptedPrivateKey(bytes) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(Buffer.from(bytes).toString('latin1'))
  )
}

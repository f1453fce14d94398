/** The key types of the matrix, and what cosign 3.1 does with each. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Programs } from './programs.ts'
import type { World } from './world.ts'

export const keyTypes = ['p256', 'p384', 'p521', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'] as const
export type KeyName = (typeof keyTypes)[number]

/**
 * How cosign 3.1 can be made to verify a signature by such a key: by itself, only with `--signature-digest-algorithm` (its verifier takes
 * SHA-256 for every key, while its signer does not), or not at all (its signer makes Ed25519ph, its verifier checks Ed25519).
 */
export const cosignVerifies: Readonly<Record<KeyName, 'by itself' | 'sha384' | 'sha512' | 'never'>> = {
  p256: 'by itself',
  p384: 'sha384',
  p521: 'sha512',
  'rsa-2048': 'by itself',
  'rsa-3072': 'by itself',
  'rsa-4096': 'by itself',
  ed25519: 'never',
}

export interface KeyFiles {
  /** Encrypted, as both programs write and read it. */
  readonly key: string
  readonly pub: string
}

/** The same key unencrypted as well: what only zegel reads, without the second of work that a password costs. */
export interface PlainKeyFiles extends KeyFiles {
  readonly plain: string
}

/** `zegel key import` of a PKCS#8 key. */
export async function keyPair(
  world: World,
  { zegelDoes }: Programs,
  type: KeyName,
  name: string,
): Promise<PlainKeyFiles> {
  const plain = await world.write(`${name}.pem`, plainKey(type).export({ format: 'pem', type: 'pkcs8' }))
  await zegelDoes(['key', 'import', '--key', plain, '--out', world.file(name)])
  return { ...filesOf(world, name), plain }
}

/** `zegel key generate`. */
export async function keyByZegel(
  world: World,
  { zegelDoes }: Programs,
  type: KeyName,
  name: string,
): Promise<KeyFiles> {
  await zegelDoes(['key', 'generate', '--type', type, '--out', world.file(name)])
  return filesOf(world, name)
}

/** `cosign import-key-pair` of a PKCS#8 key, or `cosign generate-key-pair`, which makes P-256 only. */
export async function keyByCosign(world: World, { cosign }: Programs, type: KeyName, name: string): Promise<KeyFiles> {
  if (type === 'p256') await mustEndWell(cosign(['generate-key-pair', '--output-key-prefix', name]))
  else {
    const pem = await world.write(`${name}.pem`, plainKey(type).export({ format: 'pem', type: 'pkcs8' }))
    await mustEndWell(cosign(['import-key-pair', '--key', pem, '--output-key-prefix', name]))
  }
  return filesOf(world, name)
}

export function plainKey(type: KeyName): KeyObject {
  const bits = /^rsa-(\d+)$/.exec(type)?.[1]
  if (bits !== undefined) return generateKeyPairSync('rsa', { modulusLength: Number(bits) }).privateKey
  if (type === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  return generateKeyPairSync('ec', { namedCurve: type.replace('p', 'P-') }).privateKey
}

export async function mustEndWell(running: ReturnType<Programs['cosign']>): Promise<void> {
  const { status, stderr } = await running
  if (status !== 0) throw new Error(`cosign ended with ${status}: ${stderr}`)
}

function filesOf(world: World, name: string): KeyFiles {
  return { key: world.file(`${name}.key`), pub: world.file(`${name}.pub`) }
}

/** Keys from passwords: scrypt (RFC 7914) and PBKDF2 (RFC 8018), with parameters that a hostile key file may not choose freely. */

import { pbkdf2, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { type Bytes, formatBytes, type Json, limits } from '../base/index.ts'
import { cryptoFault } from './faults.ts'

export interface ScryptParameters {
  readonly N: number
  readonly r: number
  readonly p: number
  readonly salt: Bytes
}

/**
 * Refuses what is no scrypt cost or costs more than the bounds, before any work: memory 128·N·r and work 128·N·r·p bytes.
 * @throws KEY_HOSTILE_PARAMETERS
 */
export function checkScrypt(
  cost: { readonly N: Json | undefined; readonly r: Json | undefined; readonly p: Json | undefined },
  salt: Bytes,
  where: string,
): ScryptParameters {
  const [N, r, p] = [cost.N, cost.r, cost.p].map((value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0,
  )
  if (!N || !r || !p || N < 2 || !Number.isInteger(Math.log2(N))) throw hostile(where, 'its scrypt cost is impossible')
  const memory = 128 * N * r
  if (
    memory > limits.scryptMemoryBytes ||
    memory * p > limits.scryptWorkBytes ||
    128 * r * p > limits.scryptMemoryBytes
  ) {
    throw hostile(
      where,
      `its scrypt cost (N=${N}, r=${r}, p=${p}) needs ${formatBytes(memory)} and more work than is done`,
    )
  }
  if (salt.length > 1024) throw hostile(where, 'its salt is too long')
  return { N, r, p, salt }
}

/** @throws KEY_HOSTILE_PARAMETERS */
export function checkIterations(iterations: number, salt: Bytes, where: string): void {
  if (iterations < 1 || iterations > limits.pbkdf2Iterations)
    throw hostile(where, `it demands ${iterations} rounds of PBKDF2; at most ${limits.pbkdf2Iterations} are done`)
  if (salt.length > 1024) throw hostile(where, 'its salt is too long')
}

const scryptAsync = promisify<Bytes, Bytes, number, object, Buffer>(scrypt)
const pbkdf2Async = promisify(pbkdf2)

/** On Node's thread pool: other work goes on. The caller wipes the key. */
export async function deriveScrypt(
  { N, r, p, salt }: ScryptParameters,
  password: Bytes,
  length: number,
): Promise<Bytes> {
  return scryptAsync(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 2) + 4096 })
}

export async function derivePbkdf2(
  password: Bytes,
  salt: Bytes,
  iterations: number,
  length: number,
  hash: string,
): Promise<Bytes> {
  return pbkdf2Async(password, salt, iterations, length, hash)
}

function hostile(where: string, why: string): Error {
  return cryptoFault('KEY_HOSTILE_PARAMETERS', `${where} is refused: ${why}.`, {
    fix: 'If the key is yours, encrypt it anew: zegel key import',
  })
}

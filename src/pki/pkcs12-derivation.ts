/** Keys from passwords as PKCS#12 has its own way to make them (RFC 7292 appendix B), with the passwords in its spelling. */

import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type Bytes, concat } from '../base/index.ts'

export type Pkcs12Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** What the derived octets are for (appendix B.3). */
export const derivationPurposes = { key: 1, iv: 2, mac: 3 } as const

/** Octets of a block and of the result of each hash. */
const SIZES: Readonly<Record<Pkcs12Hash, { readonly block: number; readonly result: number }>> = {
  sha1: { block: 64, result: 20 },
  sha256: { block: 64, result: 32 },
  sha384: { block: 128, result: 48 },
  sha512: { block: 128, result: 64 },
}

/** After so many rounds other work may go on. */
const ROUNDS_AT_ONCE = 50_000

/**
 * Appendix B.2. The caller wipes the result, and has bounded the rounds.
 * @param password in one of the spellings of `pkcs12Passwords`
 * @param length octets; the length of the hash where it is left out
 */
export async function derivePkcs12(
  name: Pkcs12Hash,
  purpose: number,
  password: Bytes,
  { salt, iterations }: { readonly salt: Bytes; readonly iterations: number },
  length: number = SIZES[name].result,
): Promise<Bytes> {
  const { block } = SIZES[name]
  const diversifier = Buffer.alloc(block, purpose)
  const input = concat(repeated(salt, block), repeated(password, block))
  const parts: Bytes[] = []
  for (let have = 0; have < length; ) {
    let part: Buffer = hash(name, concat(diversifier, input), 'buffer')
    for (let round = 1; round < iterations; round++) {
      part = hash(name, part, 'buffer')
      if (round % ROUNDS_AT_ONCE === 0) await setImmediate()
    }
    parts.push(part)
    have += part.length
    if (have < length) addToBlocks(input, repeated(part, block).subarray(0, block), block)
  }
  input.fill(0)
  return concat(...parts).subarray(0, length)
}

/** As often as fills whole blocks; nothing of nothing. */
function repeated(octets: Bytes, block: number): Bytes {
  return Buffer.alloc(Math.ceil(octets.length / block) * block, octets)
}

/** Each block of the input becomes itself + the addend + 1, modulo its size (step 6C). */
function addToBlocks(input: Bytes, addend: Bytes, block: number): void {
  for (let start = 0; start < input.length; start += block) {
    let carry = 1
    for (let at = block - 1; at >= 0; at--) {
      const sum = (input[start + at] ?? 0) + (addend[at] ?? 0) + carry
      input[start + at] = sum & 0xff
      carry = sum >> 8
    }
  }
}

/**
 * The password in UTF-16 with a zero at its end (appendix B.1). What is no UTF-8 counts octet by octet, as OpenSSL has it. The empty one has a second
 * spelling, of no octets at all, which some programs write.
 */
export function pkcs12Passwords(password: Bytes): readonly Bytes[] {
  const spelled = Buffer.from(`${textOfPassword(password)}\0`, 'utf16le').swap16()
  return password.length === 0 ? [spelled, new Uint8Array()] : [spelled]
}

function textOfPassword(password: Bytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password)
  } catch {
    return Buffer.from(password).toString('latin1')
  }
}

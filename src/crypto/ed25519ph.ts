/**
 * Ed25519ph (RFC 8032 section 5.1, empty context) over a SHA-512 that was computed in pieces. node:crypto has no Ed25519ph; the curve
 * arithmetic is @noble/curves, loaded only when a key needs it.
 */

import { hash } from 'node:crypto'
import { type Bytes, concat } from '../base/index.ts'
import { cryptoFault } from './faults.ts'

interface Ed25519ph {
  sign(prehash: Bytes, seed: Bytes): Bytes
  verify(signature: Bytes, prehash: Bytes, publicKey: Bytes): boolean
}

let loaded: Ed25519ph | undefined

export async function loadEd25519ph(): Promise<void> {
  if (loaded !== undefined) return
  const [{ ed25519 }, { eddsa }] = await Promise.all([
    import('@noble/curves/ed25519.js'),
    import('@noble/curves/abstract/edwards.js'),
  ])
  const curve = eddsa(ed25519.Point, sha512, {
    adjustScalarBytes: clamp,
    domain: dom2,
    // The message given to it is already PH(M).
    prehash: (digest: Bytes) => digest,
    zip215: false,
  })
  loaded = {
    sign: (prehash, seed) => curve.sign(prehash, seed),
    verify: (signature, prehash, publicKey) => curve.verify(signature, prehash, publicKey),
  }
}

/** @throws SCHEME_NOT_PREPARED */
export function ed25519ph(): Ed25519ph {
  if (loaded !== undefined) return loaded
  throw cryptoFault('SCHEME_NOT_PREPARED', 'Ed25519ph was used before it was loaded.', {
    fix: 'Call prepareKey(key) once before signParts or verifyParts.',
  })
}

const sha512 = Object.assign((message: Bytes): Bytes => hash('sha512', message, 'buffer'), {
  outputLen: 64,
  blockLen: 128,
})

/** RFC 8032 section 5.1.5, step 2. */
function clamp(bytes: Bytes): Bytes {
  bytes[0] = (bytes[0] ?? 0) & 248
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64
  return bytes
}

const DOM2 = Buffer.from('SigEd25519 no Ed25519 collisions', 'latin1')

/** RFC 8032 section 2: dom2(F, C) before the data. */
function dom2(data: Bytes, context: Bytes, isPrehash: boolean): Bytes {
  return concat(DOM2, Uint8Array.of(isPrehash ? 1 : 0, context.length), context, data)
}

/** Content digests (OCI image-spec 1.1, descriptor.md "Digests"): sha256 and sha512, sha384 for artifacts that are not OCI content. */

import { createHash, type Hash, hash as nodeHash } from 'node:crypto'
import type { Bytes } from './bytes.ts'
import { baseFault } from './fault.ts'

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512'
declare const digestBrand: unique symbol
/** `algorithm:lower-case hex`, checked. */
export type Digest = string & { readonly [digestBrand]: true }

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const FORM = /^(sha256|sha384|sha512):([0-9a-f]+)$/

export function isDigest(text: string): text is Digest {
  const match = FORM.exec(text)
  return match !== null && match[2]?.length === HEX_LENGTH[match[1] ?? '']
}

/** @throws DIGEST_INVALID */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw baseFault('DIGEST_INVALID', `"${text.slice(0, 140)}" is not a digest.`, {
    fix: 'Write it as sha256: and 64 lower-case hex digits, or sha512: and 128.',
  })
}

export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.slice(0, digest.indexOf(':')) as DigestAlgorithm
}

export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1)
}

export function digestOf(bytes: Bytes, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${nodeHash(algorithm, bytes, 'hex')}` as Digest
}

export function digestOfParts(parts: Iterable<Bytes>, algorithm: DigestAlgorithm = 'sha256'): Digest {
  const digester = newDigester(algorithm)
  for (const part of parts) digester.update(part)
  return digester.digest()
}

export interface Digester {
  update(bytes: Bytes): void
  digest(): Digest
}

export function newDigester(algorithm: DigestAlgorithm = 'sha256'): Digester {
  const state: Hash = createHash(algorithm)
  return {
    update: (bytes) => {
      state.update(bytes)
    },
    digest: () => `${algorithm}:${state.digest('hex')}` as Digest,
  }
}

/** @throws DIGEST_MISMATCH when the bytes are not what the digest names */
export function requireDigest(bytes: Bytes, digest: Digest, what: string): void {
  const found = digestOf(bytes, digestAlgorithm(digest))
  if (found !== digest) {
    throw baseFault('DIGEST_MISMATCH', `${what} should have the digest ${digest}, but its bytes have ${found}.`, {
      fix: 'What answered sent other content than was asked for: check the registry or any proxy and mirror before it.',
    })
  }
}

/** A bundle's signature over an artifact that is not inside (sigstore_common.proto, MessageSignature and HashOutput). */

import { asString, type Bytes, type DigestAlgorithm, type Json, limits, toBase64 } from '../base/index.ts'
import { invalid } from './faults.ts'
import { bytesMember, member, message } from './fields.ts'

export interface MessageDigest {
  readonly algorithm: DigestAlgorithm
  readonly value: Bytes
}

const ALGORITHMS: Readonly<Record<string, { readonly algorithm: DigestAlgorithm; readonly length: number }>> = {
  SHA2_256: { algorithm: 'sha256', length: 32 },
  SHA2_384: { algorithm: 'sha384', length: 48 },
  SHA2_512: { algorithm: 'sha512', length: 64 },
}
const NAMES: Readonly<Record<DigestAlgorithm, string>> = { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' }

export function readMessageSignature(value: Json | undefined): { digest?: MessageDigest; signature: Bytes } {
  const where = 'messageSignature'
  const signed = message(value, ['messageDigest', 'signature'], where)
  const digest = member(signed, 'messageDigest')
  const read = digest === undefined ? undefined : readDigest(digest, `${where}.messageDigest`)
  return {
    ...(read === undefined ? {} : { digest: read }),
    signature: bytesMember(signed, 'signature', where, limits.signatureValueBytes),
  }
}

/** Cosign writes `{}` for plain Ed25519, which hashes nothing. */
function readDigest(value: Json, where: string): MessageDigest | undefined {
  const output = message(value, ['algorithm', 'digest'], where)
  const algorithm = member(output, 'algorithm')
  const digest = member(output, 'digest')
  if (algorithm === undefined && digest === undefined) return undefined
  const name = asString(algorithm, `${where}.algorithm`)
  const known = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
  if (known === undefined) throw invalid(`${where} has the algorithm "${name.slice(0, 60)}", which is not read here.`)
  const bytes = bytesMember(output, 'digest', where, known.length)
  if (bytes.length !== known.length) throw invalid(`${where} is no ${known.algorithm} digest.`)
  return { algorithm: known.algorithm, value: bytes }
}

export function messageSignatureJson(digest: MessageDigest | undefined, signature: Bytes): object {
  return {
    messageDigest: digest === undefined ? {} : { algorithm: NAMES[digest.algorithm], digest: toBase64(digest.value) },
    signature: toBase64(signature),
  }
}

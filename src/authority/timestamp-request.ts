/** Requests for timestamps (RFC 3161 section 2.4.1), read by an authority. */

import { type Bytes, Fault, limits } from '../base/index.ts'
import { contextTag, type DerReader, derTags, type HashName, readDerSequence } from '../crypto/index.ts'
import { digestAlgorithmOf } from '../pki/index.ts'
import { oids } from './oids.ts'

export interface TimestampRequest {
  readonly imprint: Imprint
  /** INTEGER, DER, as it came. */
  readonly nonce: Bytes | undefined
  /** Whether the authority's certificates are asked for. */
  readonly certReq: boolean
}

export interface Imprint {
  /** AlgorithmIdentifier, DER, as it came: the answer repeats it. */
  readonly algorithm: Bytes
  readonly digest: Bytes
}

/** PKIFailureInfo (section 2.4.2): the bits of its BIT STRING. */
export const timestampFailures = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  systemFailure: 25,
} as const

export type TimestampFailure = keyof typeof timestampFailures

const LENGTHS: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 }
const WHAT = 'The timestamp request'

/** The request, or why the authority rejects it: a rejection is an answer, too. */
export function readTimestampRequest(bytes: Bytes): TimestampRequest | TimestampFailure {
  try {
    return read(readDerSequence(bytes, WHAT))
  } catch (error) {
    if (error instanceof Fault && error.code === 'DER_INVALID') return 'badDataFormat'
    throw error
  }
}

function read(body: DerReader): TimestampRequest | TimestampFailure {
  if (body.small() !== 1) return 'badRequest'
  const imprint = readImprint(body.sequence())
  const policy = body.peek() === derTags.oid ? body.oid() : undefined
  const nonce = body.peek() === derTags.integer ? body.next().raw : undefined
  const certReq = body.peek() === derTags.boolean && body.next().content[0] === 0xff
  const hasExtensions = body.peek() === contextTag(0)
  if (hasExtensions) body.next()
  body.end()
  if (nonce !== undefined && nonce.length > limits.nonceBytes) return 'badRequest'
  if (typeof imprint === 'string') return imprint
  if (policy !== undefined && policy !== oids.testingPolicy) return 'unacceptedPolicy'
  return hasExtensions ? 'unacceptedExtension' : { imprint, nonce, certReq }
}

function readImprint(body: DerReader): Imprint | TimestampFailure {
  const algorithm = body.next(derTags.sequence).raw
  const digest = body.octets()
  body.end()
  const hash = hashOf(algorithm)
  if (hash === undefined) return 'badAlg'
  return digest.length === LENGTHS[hash] ? { algorithm, digest } : 'badDataFormat'
}

function hashOf(algorithm: Bytes): HashName | undefined {
  try {
    return digestAlgorithmOf(algorithm, WHAT)
  } catch (error) {
    if (error instanceof Fault && error.code === 'ALGORITHM_REFUSED') return undefined
    throw error
  }
}

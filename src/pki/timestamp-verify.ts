/**
 * Whether a timestamp token proves that a message existed at its time (RFC 3161 section 2.4.2, RFC 5816; the Notary Project's signature
 * specification, "Timestamping"): a pure function of the token, the message and the roots.
 */

import { type Bytes, digestOf, Fault, hex } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { checkChain, validAt } from './chain.ts'
import { pathsToRoots } from './paths.ts'
import { digestAlgorithmOf } from './signature-algorithm.ts'
import { isNamedBy } from './signing-certificate.ts'
import { isAuthorityNamed } from './timestamp-authority-name.ts'
import { refusedTimestamp, type TimestampRefusal } from './timestamp-codes.ts'
import { type TimestampSigner, timestampSigner } from './timestamp-signer.ts'
import { parseTimestampToken, type TimestampToken } from './timestamp-token.ts'

export interface TimestampQuestion {
  /** TimeStampToken, DER or BER. */
  readonly token: Bytes
  /** What was timestamped; for a signature its raw bytes. */
  readonly message: Bytes
  /** Self-signed roots of timestamp authorities, and of nothing else. */
  readonly roots: readonly Certificate[]
  /** Intermediates, or the authority's own certificate, that the token may lack. */
  readonly extraIntermediates?: readonly Certificate[]
}

export interface ProvenTimestamp {
  readonly ok: true
  /** Milliseconds since 1970. */
  readonly time: number
  /** The true time lies at most this many milliseconds before or after. */
  readonly accuracyMs: number
  /** From the authority's certificate to one of the roots: what its revocation is asked for. */
  readonly chain: readonly Certificate[]
}

export type TimestampVerdict = ProvenTimestamp | TimestampRefusal

/** ETSI EN 319 421 baseline time-stamp policy, which promises a second. */
const BASELINE_POLICY = '0.4.0.2023.1.1'
const BASELINE_MICROSECONDS = 1_000_000

/**
 * Never throws for what is in the token. Revocation of the chain is not asked for here, and whether the time is right for the message neither.
 * @example
 * const verdict = verifyTimestamp({ token, message: signature, roots })
 * if (verdict.ok) verdict.time - verdict.accuracyMs
 */
export function verifyTimestamp(question: TimestampQuestion): TimestampVerdict {
  try {
    return judge(parseTimestampToken(question.token), question)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const code = error.code === 'ALGORITHM_REFUSED' ? 'TIMESTAMP_ALGORITHM_REFUSED' : 'TIMESTAMP_MALFORMED'
    return refusedTimestamp(code, error.message)
  }
}

function judge(token: TimestampToken, question: TimestampQuestion): TimestampVerdict {
  const extra = question.extraIntermediates ?? []
  const problem = contentProblem(token, question.message)
  if (problem !== undefined) return problem
  const signer = timestampSigner(token, extra)
  if (!signer.ok) return signer
  if (!isAuthorityNamed(token.info.authority, signer.certificate))
    return refusedTimestamp('TIMESTAMP_AUTHORITY_NAME', 'The timestamp names another authority than its certificate.')
  return throughAnyPath(token, signer, [...token.signedData.certificates, ...extra], question.roots)
}

function contentProblem({ info }: TimestampToken, message: Bytes): TimestampRefusal | undefined {
  const hash = digestAlgorithmOf(info.imprint.algorithm, 'The timestamp')
  if (`${hash}:${hex(info.imprint.digest)}` !== digestOf(message, hash))
    return refusedTimestamp('TIMESTAMP_OTHER_MESSAGE', 'The timestamp is for another signature.')
  for (const { oid, isCritical } of info.extensions.values()) {
    if (isCritical)
      return refusedTimestamp(
        'TIMESTAMP_EXTENSION_UNKNOWN',
        `The timestamp has the critical extension ${oid}, which is not understood.`,
      )
  }
  return undefined
}

/** Any chain that holds is enough; where none does, the first one's problem is told. */
function throughAnyPath(
  { info }: TimestampToken,
  { certificate, others }: TimestampSigner,
  pool: readonly Certificate[],
  roots: readonly Certificate[],
): TimestampVerdict {
  const allowed = others.length === 0 ? pool : pool.filter((one) => others.some((id) => isNamedBy(one, id)))
  const { time } = info
  const accuracyMs = accuracyOf(info.accuracyMicroseconds ?? 0, info.policy)
  let first: TimestampRefusal | undefined
  for (const chain of pathsToRoots(certificate, allowed, roots)) {
    const problem = chainProblem(chain) ?? windowProblem(chain, time - accuracyMs, time + accuracyMs)
    if (problem === undefined) return { ok: true, time, accuracyMs, chain }
    first ??= problem
  }
  const otherwise = 'No trusted root for timestamps stands behind the authority of the timestamp.'
  return first ?? refusedTimestamp('TIMESTAMP_UNTRUSTED', otherwise)
}

function accuracyOf(microseconds: number, policy: string): number {
  const told = microseconds === 0 && policy === BASELINE_POLICY ? BASELINE_MICROSECONDS : microseconds
  return Math.ceil(told / 1000)
}

function chainProblem(chain: readonly Certificate[]): TimestampRefusal | undefined {
  const problem = checkChain(chain, 'timestamping')
  if (problem === undefined) return undefined
  return refusedTimestamp('TIMESTAMP_CHAIN_INVALID', `Of the timestamp authority: ${problem.detail}`)
}

/** The whole of the time that the timestamp leaves open lies within the validity of every certificate. */
function windowProblem(chain: readonly Certificate[], from: number, to: number): TimestampRefusal | undefined {
  const problem = validAt(chain, Math.max(from, -MOST_OF_TIME)) ?? validAt(chain, Math.min(to, MOST_OF_TIME))
  if (problem === undefined) return undefined
  return refusedTimestamp('TIMESTAMP_OUTSIDE_VALIDITY', `Of the timestamp authority: ${problem.detail}`)
}

/** Milliseconds that a Date can hold either way; no certificate is valid then. */
const MOST_OF_TIME = 8.64e15

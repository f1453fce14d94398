/** The outcome of judging the bytes of one candidate, before it is put beside its origin. */

import type { Statement } from '../attestation/index.ts'
import type { Check, Finding } from './finding.ts'
import type { ProvenSigner } from './signer.ts'
import type { Verified } from './verified.ts'

/**
 * passed: every demanded check passed · unproven: a trust policy lets it through without proof (audit) · failed: a check said no · not-judged: of a kind that what was given cannot judge, or that was not
 * asked for · unreadable: it could not be read, so nothing is known.
 */
export type CandidateVerdict = 'passed' | 'unproven' | 'failed' | 'not-judged' | 'unreadable'

export interface Judgement {
  readonly verdict: CandidateVerdict
  readonly findings: readonly Finding[]
  /** What the envelope says it states, believed or not. */
  readonly predicateType?: string
  /** The logical name that the signature carries (docker-reference, subject name): shown, and counted only when asked for. */
  readonly signedName?: string
  /** The given keys, and the accepted identities, that made a signature of it. */
  readonly signers: readonly ProvenSigner[]
  /** Only of a candidate that passed. */
  readonly statement?: Verified<Statement>
  readonly annotations?: Verified<Readonly<Record<string, string>>>
}

/** Without a check that failed, it was not read. */
export function refused(findings: readonly Finding[]): Judgement {
  return { verdict: verdictOf(findings, []), findings, signers: [] }
}

export function notJudged(findings: readonly Finding[], more: Partial<Judgement> = {}): Judgement {
  return { ...more, verdict: 'not-judged', findings, signers: [] }
}

/** Passed means: each demanded check is there and passed, and no check at all failed. Anything forgotten is a refusal. */
export function verdictOf(findings: readonly Finding[], demanded: readonly Check[]): CandidateVerdict {
  if (findings.some((finding) => finding.outcome === 'fail')) return 'failed'
  const passed = (check: Check): boolean =>
    findings.some((finding) => finding.check === check && finding.outcome === 'pass')
  return demanded.length > 0 && demanded.every(passed) ? 'passed' : 'unreadable'
}

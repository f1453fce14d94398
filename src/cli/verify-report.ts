/** A verdict as the documented JSON (`zegel.dev/verify/v1`). */

import type {
  VerifyAttestationReport,
  VerifyCandidate,
  VerifyChild,
  VerifyImage,
  VerifyReport,
} from '../contract/index.ts'
import type { Candidate, ChildVerdict, ImageVerdict, Verdict } from '../verification/index.ts'
import type { Status } from './command.ts'
import { verbatimJson } from './json-output.ts'
import { signerReport } from './signer-report.ts'

const STATUS: Readonly<Record<Verdict, 0 | 1 | 3>> = { verified: 0, unproven: 0, refused: 1, unknown: 3 }

export interface NamedVerdict {
  /** As the asker wrote it. */
  readonly name: string
  /** The normalised repository or the path. */
  readonly repository: string
  readonly verdict: ImageVerdict & { readonly children?: readonly ChildVerdict[] }
}

/** Of several images a refusal outranks what is not known, which outranks what is verified. */
export function worstStatus(verdicts: readonly Verdict[]): Status {
  if (verdicts.includes('refused')) return 1
  return verdicts.includes('unknown') ? 3 : 0
}

export function verifyReport(verdicts: readonly NamedVerdict[], at: number): VerifyReport {
  return { schema: 'zegel.dev/verify/v1', ...report(verdicts, at) }
}

export function verifyAttestationReport(verdicts: readonly NamedVerdict[], at: number): VerifyAttestationReport {
  return { schema: 'zegel.dev/verify-attestation/v1', ...report(verdicts, at) }
}

function report(verdicts: readonly NamedVerdict[], at: number): Omit<VerifyReport, 'schema'> {
  return {
    at: new Date(at).toISOString(),
    status: worstStatus(verdicts.map(({ verdict }) => verdict.verdict)) as 0 | 1 | 3,
    images: verdicts.map(imageReport),
  }
}

function imageReport({ name, repository, verdict }: NamedVerdict): VerifyImage {
  const { digest, reason, candidates, problems, signers, children } = verdict
  return {
    image: name,
    repository,
    ...(digest === undefined ? {} : { digest }),
    verdict: verdict.verdict,
    status: STATUS[verdict.verdict],
    reason,
    signers: signers.map(signerReport),
    candidates: candidates.map(candidateReport),
    problems,
    ...(children === undefined ? {} : { children: children.map(childReport) }),
  }
}

function candidateReport(candidate: Candidate): VerifyCandidate {
  const { origin, verdict, findings, predicateType, signedName, signers, annotations, statement } = candidate
  return {
    ...origin,
    verdict,
    ...(predicateType === undefined ? {} : { predicateType }),
    ...(signedName === undefined ? {} : { signedName }),
    keys: signers.map(signerReport),
    ...(annotations === undefined ? {} : { annotations }),
    ...(statement === undefined ? {} : { statement: verbatimJson(statement.raw) }),
    findings,
  }
}

function childReport({ digest, mediaType, platform, provenBy, own, children, unseen }: ChildVerdict): VerifyChild {
  return {
    digest,
    mediaType,
    ...(platform === undefined ? {} : { platform }),
    provenBy,
    ...(own === undefined
      ? {}
      : {
          verdict: own.verdict,
          reason: own.reason,
          candidates: own.candidates.map(candidateReport),
          problems: own.problems,
        }),
    ...(unseen === undefined ? {} : { unseen }),
    ...(children === undefined ? {} : { children: children.map(childReport) }),
  }
}

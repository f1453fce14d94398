/** Why an image got its verdict, in one sentence with the nearest miss and the one thing that would fix it. */

import type { AttachmentProblem } from '../attachments/index.ts'
import { predicateTypeName } from '../attestation/index.ts'
import type { Fault } from '../base/index.ts'
import type { Candidate } from './candidate.ts'
import type { ReasonCode } from './codes.ts'
import type { Finding } from './finding.ts'
import type { Question } from './question.ts'
import { keyFingerprint, nameSigner, type ProvenSigner } from './signer.ts'
import { nameKey } from './trusted-key.ts'

/**
 * verified: proven · unproven: a trust policy of the level audit or skip lets it through, and nothing is proven · refused: seen, and not
 * proven · unknown: something that could prove it was not seen.
 */
export type Verdict = 'verified' | 'unproven' | 'refused' | 'unknown'

export interface Reason {
  readonly code: ReasonCode
  /** Holds text from outside: escape it for where it is shown. */
  readonly detail: string
  readonly fix?: string
}

export function missingImage(repository: string, target: string): Reason {
  return {
    code: 'IMAGE_MISSING',
    detail: `There is no image ${target} in ${repository}.`,
    fix: 'Check the name and the tag; a registry may also hide what you are not logged in for.',
  }
}

export function unreadableImage(fault: Fault): Reason {
  return { code: 'IMAGE_UNREADABLE', detail: fault.message, ...(fault.fix === undefined ? {} : { fix: fault.fix }) }
}

export function reasonOf(
  verdict: Verdict,
  candidates: readonly Candidate[],
  problems: readonly AttachmentProblem[],
  signers: readonly ProvenSigner[],
  question: Question,
): Reason {
  if (verdict === 'verified') return verified(signers, question)
  if (verdict === 'unproven') return letThrough(question)
  if (verdict === 'unknown') return unseen(candidates, problems)
  if (signers.length > 0) return tooFew(signers, question)
  return nonePassed(candidates, question)
}

function verified(signers: readonly ProvenSigner[], question: Question): Reason {
  const what = question.about.kind === 'signature' ? 'Signed' : `Attested${attestedAs(question)}`
  return { code: 'VERIFIED', detail: `${what} with ${signers.map(nameSigner).join(' and ')}.` }
}

function letThrough({ x509 }: Question): Reason {
  const trust = x509?.trusts[0]
  return {
    code: 'LET_THROUGH',
    detail: `The trust policy "${trust?.name ?? ''}" has the level ${trust?.level ?? ''}, which lets the image through: nothing was proven.`,
    fix: 'Give the statement the level strict, so that only what is proven passes.',
  }
}

function unseen(candidates: readonly Candidate[], problems: readonly AttachmentProblem[]): Reason {
  const problem = problems.find((it) => it.isUnseen)
  const candidate = candidates.find((it) => it.verdict === 'unreadable')
  const finding = candidate?.findings.find((it) => it.outcome === 'inconclusive')
  const where = problem === undefined ? '' : ` (${problem.place})`
  return {
    code: 'EVIDENCE_UNREADABLE',
    detail: `Something that could prove the image could not be read${where}: ${problem?.detail ?? finding?.detail ?? ''}`,
    fix:
      finding?.fix ?? 'Try again, or check access to the registry: nothing is said about the image until it was seen.',
  }
}

function tooFew(signers: readonly ProvenSigner[], question: Question): Reason {
  const missing = question.keys.filter(
    ({ key }) => !signers.some((signer) => keyFingerprint(signer) === key.fingerprint),
  )
  const others = [
    ...missing.map(nameKey),
    ...(question.certificates?.identities ?? []).map(({ text }) => text),
    ...(question.x509?.trusts ?? []).map(({ name }) => `whom ${name} accepts`),
  ]
  return {
    code: 'THRESHOLD_NOT_MET',
    detail: `${signers.length} of ${question.threshold} demanded signers signed: ${signers.map(nameSigner).join(', ')}.`,
    fix: `Have it signed with ${question.threshold - signers.length} more of: ${others.join(', ')}.`,
  }
}

function nonePassed(candidates: readonly Candidate[], question: Question): Reason {
  const judged = candidates.filter((it) => it.verdict === 'failed')
  if (judged.length === 0) return nothingJudged(candidates, question)
  const nearest = nearestMiss(judged)
  const what = question.about.kind === 'signature' ? 'signature' : 'attestation'
  const count =
    judged.length === 1
      ? `The one ${what} that was found fails`
      : `None of ${judged.length} candidates passes; the nearest fails`
  return {
    code: 'NONE_PASSED',
    detail: `${count}: ${nearest.detail}`,
    ...(nearest.fix === undefined ? {} : { fix: nearest.fix }),
  }
}

/** What was found and cannot be judged with what was given, in the order in which it is told: what was asked about comes before what was not. */
const BLOCKED: readonly string[] = ['NO_POLICY_FOR_IMAGE', 'NEEDS_IDENTITY', 'NEEDS_TRUST_POLICY', 'NEEDS_KEY']

function nothingJudged(candidates: readonly Candidate[], question: Question): Reason {
  const isSignature = question.about.kind === 'signature'
  const findings = candidates.flatMap((it) => it.findings)
  const blocked = BLOCKED.flatMap((code) => findings.filter((it) => it.code === code))[0]
  if (blocked !== undefined) {
    return {
      code: 'NOTHING_JUDGED',
      detail: blocked.detail,
      ...(blocked.fix === undefined ? {} : { fix: blocked.fix }),
    }
  }
  if (isSignature) {
    const others =
      candidates.length === 0
        ? ''
        : ` (${candidates.length} attached that ${candidates.length === 1 ? 'is' : 'are'} no signature)`
    return {
      code: 'NO_SIGNATURE',
      detail: `The image is not signed${others}.`,
      // What a key alone signs a trust policy cannot judge.
      fix:
        question.keys.length === 0 && question.x509 !== undefined
          ? 'Sign it: zegel sign --format notation-jws --key KEY --cert-chain CERTIFICATES IMAGE'
          : 'Sign it: zegel sign --key KEY IMAGE',
    }
  }
  return {
    code: 'NO_ATTESTATION',
    detail: `The image has no attestation${typeNames(question)}.`,
    fix: 'Attest it: zegel attest --key KEY --type TYPE --predicate FILE IMAGE',
  }
}

function attestedAs({ about }: Question): string {
  return about.kind === 'attestation' && about.predicateType !== 'any'
    ? ` as ${predicateTypeName(about.predicateType)}`
    : ''
}

function typeNames({ about }: Question): string {
  return about.kind === 'attestation' && about.predicateType !== 'any'
    ? ` of type ${predicateTypeName(about.predicateType)}`
    : ''
}

/** The candidate with the fewest failed checks, then with the fewest that could not be made; of it the first failure. */
function nearestMiss(failed: readonly Candidate[]): Finding {
  const count = (it: Candidate, wanted: Finding['outcome']): number =>
    it.findings.filter(({ outcome }) => outcome === wanted).length
  const [nearest] = failed.toSorted(
    (a, b) => count(a, 'fail') - count(b, 'fail') || count(a, 'inconclusive') - count(b, 'inconclusive'),
  )
  const first = nearest?.findings.find(({ outcome }) => outcome === 'fail')
  if (first === undefined) throw new TypeError('A failed candidate has a failed finding.')
  return first
}

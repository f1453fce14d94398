/**
 * Judges a DSSE envelope that holds an in-toto statement (DSSE 1.0; in-toto attestation 1.0): signature, payload type, statement, predicate
 * type, subject, and what else was asked. Every check is made and listed; none hides another.
 */

import {
  imageSignaturePredicateType,
  parseStatement,
  predicateTypeName,
  type Statement,
  type Subject,
  statementPayloadType,
  subjectOf,
} from '../attestation/index.ts'
import { type Digest, Fault } from '../base/index.ts'
import type { DsseEnvelope } from '../envelope/index.ts'
import { parseFinding } from './attempt.ts'
import { type Check, type Finding, fail, pass } from './finding.ts'
import { type Judgement, verdictOf } from './judgement.ts'
import type { Question } from './question.ts'
import { envelopeProof, type SignatureProof } from './signature-proof.ts'
import { markVerified } from './verified.ts'

const DEMANDED: readonly Check[] = ['envelope', 'payload-type', 'statement', 'predicate-type', 'subject']

/** @param before findings of the format around the envelope @param proof who signed it; by one of the keys where it is left out */
export function judgeStatement(
  envelope: DsseEnvelope,
  subject: Digest,
  question: Question,
  before: readonly Finding[],
  proof: SignatureProof = envelopeProof(envelope, question.keys),
): Judgement {
  const parsed = readStatement(envelope)
  const findings = [
    ...before,
    ...proof.findings,
    payloadTypeFinding(envelope),
    parsed.finding,
    ...(parsed.statement === undefined ? [] : statementFindings(parsed.statement, subject, question)),
  ]
  const verdict = verdictOf(findings, demandedBy([...DEMANDED, ...proof.demanded], question))
  const signedName = parsed.statement === undefined ? undefined : subjectOf(parsed.statement, subject)?.name
  return {
    verdict,
    findings,
    signers: proof.signers,
    ...(parsed.statement === undefined ? {} : { predicateType: parsed.statement.predicateType }),
    ...(signedName === undefined ? {} : { signedName }),
    ...(verdict === 'passed' && parsed.statement !== undefined ? { statement: markVerified(parsed.statement) } : {}),
  }
}

/** Beside the checks of the format: those that the question adds. */
export function demandedBy(base: readonly Check[], question: Question): readonly Check[] {
  return [
    ...base,
    ...(Object.keys(question.annotations).length > 0 ? (['annotations'] as const) : []),
    ...(question.name === undefined ? [] : (['name'] as const)),
  ]
}

function payloadTypeFinding(envelope: DsseEnvelope): Finding {
  if (envelope.payloadType === statementPayloadType) return pass('payload-type', 'It holds an in-toto statement.')
  return fail('payload-type', 'PAYLOAD_TYPE_UNKNOWN', `It holds a ${envelope.payloadType}, not an in-toto statement.`)
}

function readStatement(envelope: DsseEnvelope): { finding: Finding; statement?: Statement } {
  try {
    return { finding: pass('statement', 'The statement is well formed.'), statement: parseStatement(envelope.payload) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { finding: parseFinding('statement', 'STATEMENT_MALFORMED', error) }
  }
}

function statementFindings(statement: Statement, digest: Digest, question: Question): readonly Finding[] {
  const subject = subjectOf(statement, digest)
  return [
    predicateTypeFinding(statement.predicateType, question),
    subjectFinding(statement, subject, digest),
    ...annotationFindings(question.annotations, subject?.annotations ?? {}),
    ...nameFindings(question.name, subject?.name),
  ]
}

/** A signature and an attestation are two promises: neither stands in for the other (cosign 3.1 takes any attestation as a signature). */
export function predicateTypeFinding(predicateType: string, question: Question): Finding {
  const isSignature = predicateType === imageSignaturePredicateType
  const name = predicateTypeName(predicateType)
  if (question.about.kind === 'signature') {
    if (isSignature) return pass('predicate-type', 'It is an image signature.')
    return fail(
      'predicate-type',
      'NOT_A_SIGNATURE',
      `It is an attestation (${name}): it says something about the image, not that the image is approved.`,
      'Sign the image with "zegel sign", or ask for the attestation with "zegel verify-attestation".',
    )
  }
  if (isSignature)
    return fail(
      'predicate-type',
      'NOT_AN_ATTESTATION',
      'It is an image signature: it states nothing more about the image.',
    )
  const wanted = question.about.predicateType
  if (wanted === 'any' || wanted === predicateType) return pass('predicate-type', `It states ${name}.`)
  return fail(
    'predicate-type',
    'PREDICATE_TYPE_OTHER',
    `It states ${name}; ${predicateTypeName(wanted)} was asked for.`,
  )
}

function subjectFinding(statement: Statement, subject: Subject | undefined, digest: Digest): Finding {
  if (subject !== undefined) return pass('subject', `It is about ${digest}.`)
  const first = Object.entries(statement.subjects[0]?.digest ?? {})[0]
  const others = statement.subjects.length > 1 ? ` and ${statement.subjects.length - 1} more` : ''
  const about = first === undefined ? 'nothing that has a digest' : `${first[0]}:${first[1]}${others}`
  return fail(
    'subject',
    'SUBJECT_OTHER',
    `It is about ${about}, not about ${digest}.`,
    'It was made for another image: take the image that was signed, or have this one signed.',
  )
}

export function annotationFindings(
  wanted: Readonly<Record<string, string>>,
  signed: Readonly<Record<string, unknown>>,
): readonly Finding[] {
  const wrong = Object.entries(wanted).find(([key, value]) => !Object.hasOwn(signed, key) || signed[key] !== value)
  if (Object.keys(wanted).length === 0) return []
  if (wrong === undefined) return [pass('annotations', 'The signed annotations are those asked for.')]
  const [key, value] = wrong
  // A statement's annotations are any JSON: objects of the reader have no way to become a string by themselves.
  const shown = typeof signed[key] === 'string' ? `"${signed[key]}"` : JSON.stringify(signed[key])
  const found = Object.hasOwn(signed, key) ? `${shown} is signed` : 'no such annotation is signed'
  return [fail('annotations', 'ANNOTATION_MISMATCH', `The annotation ${key} should be "${value}"; ${found}.`)]
}

export function nameFindings(wanted: string | undefined, signed: string | undefined): readonly Finding[] {
  if (wanted === undefined) return []
  if (signed === wanted) return [pass('name', `It is signed as ${wanted}.`)]
  const found = signed === undefined || signed === '' ? 'no name is signed' : `"${signed}" is signed`
  return [
    fail(
      'name',
      'NAME_MISMATCH',
      `The signed name should be ${wanted}; ${found}.`,
      `Sign with --sign-container-identity ${wanted}.`,
    ),
  ]
}

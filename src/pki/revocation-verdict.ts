/**
 * Whether a chain is revoked, in the order of the Notary Project's specification (trust-store-trust-policy.md "Certificate Revocation Evaluation"): each
 * certificate but the root by OCSP where it names a responder, else by CRL; by CRL as well where OCSP could not tell.
 */

import { Fault, rfc3339, sameBytes } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import {
  type RevocationAnswer,
  type RevocationCode,
  type RevocationStatus,
  serialText,
  worstOf,
} from './revocation-answer.ts'
import { type DistributionPoint, distributionPointsOf, ocspUrlsOf } from './revocation-pointers.ts'

/** What was answered about one certificate. */
export interface CertificateAnswers {
  /** By each responder that was asked, in the order of asking. */
  readonly ocsp: readonly RevocationAnswer[]
  /** For each distribution point of the certificate, in its order: by each of its lists that was read. */
  readonly crl: readonly (readonly RevocationAnswer[])[]
}

export interface CertificateRevocation {
  readonly status: RevocationStatus
  readonly code: RevocationCode
  /** One sentence. Holds text from outside: escape it for where it is shown. */
  readonly detail: string
  /** The answer that decided, where there was one. */
  readonly answer?: RevocationAnswer
  readonly answers: CertificateAnswers
}

export interface ChainRevocation {
  /** The worst of the certificates': any revoked, else any unknown, else good. */
  readonly status: RevocationStatus
  readonly code: RevocationCode
  readonly detail: string
  /** One for each certificate but the root, in the order of the chain. */
  readonly certificates: readonly CertificateRevocation[]
}

export interface RevocationOptions {
  /** The authentic signing time of the scheme notary.x509.signingAuthority, milliseconds since 1970: a key that became bad later was good then. Never of notary.x509. */
  readonly signingTime?: number
}

const NO_ANSWERS: CertificateAnswers = { ocsp: [], crl: [] }

/**
 * A pure function of what was answered. What is missing among the answers is unknown.
 * @param chain from the leaf to a root that is signed by itself
 * @param answers of each certificate but the root, in the order of the chain
 */
export function judgeRevocation(
  chain: readonly Certificate[],
  answers: readonly CertificateAnswers[],
  options: RevocationOptions = {},
): ChainRevocation {
  const certificates = chain
    .slice(0, -1)
    .map((certificate, at) => judgeCertificate(certificate, answers[at] ?? NO_ANSWERS, options))
  const root = chain.at(-1)
  const [first, ...rest] = certificates
  if (root === undefined || !sameBytes(root.subject.raw, root.issuer.raw)) {
    const detail = 'The chain does not end in a certificate that is signed by itself.'
    const incomplete = { status: 'unknown', code: 'REVOCATION_CHAIN_INCOMPLETE', detail } as const
    return { ...summary(worstOf<Summary>(incomplete, ...certificates)), certificates }
  }
  if (first !== undefined) return { ...summary(worstOf(first, ...rest)), certificates }
  const detail = 'The certificate is signed by itself: nobody can revoke it.'
  return { status: 'good', code: 'NOT_REVOCABLE', detail, certificates }
}

type Summary = Pick<CertificateRevocation, 'status' | 'code' | 'detail'>

function summary({ status, code, detail }: Summary): Summary {
  return { status, code, detail }
}

export interface RevocationPointers {
  readonly ocspUrls: readonly string[]
  readonly points: readonly DistributionPoint[]
}

/** Where the certificate can be asked for; the Fault where that cannot be read, which must not pass for "nowhere". */
export function revocationPointersOf(certificate: Certificate): RevocationPointers | Fault {
  try {
    return { ocspUrls: ocspUrlsOf(certificate), points: distributionPointsOf(certificate) }
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

function judgeCertificate(
  certificate: Certificate,
  answers: CertificateAnswers,
  options: RevocationOptions,
): CertificateRevocation {
  const verdict = (code: RevocationCode, status: RevocationStatus, detail: string): CertificateRevocation => ({
    status,
    code,
    detail,
    answers,
  })
  const pointers = revocationPointersOf(certificate)
  if (pointers instanceof Fault) return verdict('REVOCATION_EXTENSION_INVALID', 'unknown', pointers.message)
  const { ocspUrls, points } = pointers
  const name = serialText(certificate.serial)
  if (ocspUrls.length === 0 && points.length === 0)
    return verdict('NOT_REVOCABLE', 'good', `The certificate ${name} names no place where it could be revoked.`)
  const missing = verdict('REVOCATION_NOT_COLLECTED', 'unknown', `There is no answer about the certificate ${name}.`)
  const judged = (answer: RevocationAnswer): CertificateRevocation => judgeAnswer(answer, answers, options)
  const byOcsp = ocspUrls.length === 0 ? undefined : (firstDefinite(answers.ocsp.map(judged)) ?? missing)
  if (byOcsp !== undefined && (byOcsp.status !== 'unknown' || points.length === 0)) return byOcsp
  // Every point must be answered for; within one, each list is another way to the same.
  const [first, ...rest] = points.map((_, at) => firstDefinite((answers.crl[at] ?? []).map(judged)) ?? missing)
  return first === undefined ? missing : worstOf(first, ...rest)
}

/** The first that knows; else the last that does not. */
function firstDefinite(verdicts: readonly CertificateRevocation[]): CertificateRevocation | undefined {
  return verdicts.find(({ status }) => status !== 'unknown') ?? verdicts.at(-1)
}

function judgeAnswer(
  answer: RevocationAnswer,
  answers: CertificateAnswers,
  { signingTime }: RevocationOptions,
): CertificateRevocation {
  const { status, code, detail, invalidityDate } = answer
  if (
    status !== 'revoked' ||
    signingTime === undefined ||
    invalidityDate === undefined ||
    invalidityDate <= signingTime
  )
    return { status, code, detail, answer, answers }
  const excuse = `${detail} Its key is bad only since ${rfc3339(invalidityDate)}, after the signing time ${rfc3339(signingTime)}.`
  return { status: 'good', code: 'REVOKED_AFTER_SIGNING', detail: excuse, answer, answers }
}

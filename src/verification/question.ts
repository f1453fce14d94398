/** What is asked of an image: who may have signed, and what the signature must say. */

import { prepareKey } from '../crypto/index.ts'
import type { Certificate } from '../pki/index.ts'
import type { RevocationSource, SanIdentity, X509Trust } from '../trust/index.ts'
import { verificationFault } from './faults.ts'
import type { TrustedKey } from './trusted-key.ts'
import type { VerificationPlugins } from './verification-plugins.ts'

export interface Question {
  /** A signature of the image, or an attestation of one predicate type (`any`: of every type). */
  readonly about:
    | { readonly kind: 'signature' }
    | { readonly kind: 'attestation'; readonly predicateType: string | 'any' }
  /** Any one of them. */
  readonly keys: readonly TrustedKey[]
  /** Whose certificates are accepted, beside the keys. */
  readonly x509?: X509Question
  /** Whose certificates in Sigstore bundles and Cosign's signatures are accepted, beside the keys. */
  readonly certificates?: CertificateQuestion
  /** How many different signers are demanded. */
  readonly threshold: number
  /** Members that must be among the signed annotations. */
  readonly annotations: Readonly<Record<string, string>>
  /** The logical repository name that must be signed; where it is left out the name is shown and never counts. */
  readonly name?: string
}

/** Everything that certificates are judged by, so that a judgement is a function of it and of the bytes (law 5). */
export interface X509Question {
  /** Any one of them: statements of trust policies that hold for this image, and identities. */
  readonly trusts: readonly X509Trust[]
  /** Why there is none, of trust policies that say nothing about this image. */
  readonly uncovered?: string
  /** The moment of verification, milliseconds since 1970. */
  readonly at: number
  readonly revocation: RevocationSource
  /** Runs the plugins that the operator has allowed; without it a signature that demands one is refused. */
  readonly plugins?: VerificationPlugins
}

/**
 * What the certificate of a bundle must say, and who must stand behind it. Without a time that somebody trusted vouches for, it is judged at the
 * moment of verification. Revocation is not asked.
 */
export interface CertificateQuestion {
  /** Any one of them; one at least. */
  readonly identities: readonly SanIdentity[]
  /** Self-signed; one at least. */
  readonly roots: readonly Certificate[]
  /** Believed in nothing: a bundle carries its leaf alone, and a chain leads over these. */
  readonly intermediates: readonly Certificate[]
  /** The moment of verification, milliseconds since 1970. */
  readonly at: number
}

/**
 * Loads what the keys' schemes need, and refuses a question that could be answered with yes by accident (law 6).
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID, VERIFY_POLICY_PROVES_NOTHING, VERIFY_TIME_INVALID, VERIFY_IDENTITY_INCOMPLETE
 */
export async function prepareQuestion(question: Question): Promise<void> {
  checkQuestion(question)
  await Promise.all(question.keys.map(({ key }) => prepareKey(key)))
}

/**
 * As `prepareQuestion`, of a file: beside it lies one signature (a bundle carries exactly one), so that no file is ever signed by two keys at once.
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID, VERIFY_POLICY_PROVES_NOTHING, VERIFY_TIME_INVALID, VERIFY_IDENTITY_INCOMPLETE
 */
export async function prepareBlobQuestion(question: Question): Promise<void> {
  await prepareQuestion(question)
  if (question.threshold === 1) return
  throw verificationFault(
    'VERIFY_THRESHOLD_INVALID',
    `A threshold of ${question.threshold} can never be met: one signature of a file is by one key.`,
    { fix: 'Verify each signature of the file by itself, each with its own --key.' },
  )
}

function checkQuestion(question: Question): void {
  const { keys, x509, certificates, threshold } = question
  const different = new Set(keys.map(({ key }) => key.fingerprint)).size
  if (different === 0 && x509 === undefined && certificates === undefined) {
    throw verificationFault('VERIFY_NO_KEY', 'Nothing says whose signature to accept.', {
      fix: 'Name the public key of the signer (--key release.pub), a trust policy (--trust-policy FILE --trust-store DIR), or a name in a certificate (--certificate-identity NAME --ca-roots FILE).',
    })
  }
  if (!Number.isSafeInteger(threshold) || threshold < 1) {
    throw verificationFault('VERIFY_THRESHOLD_INVALID', `A threshold of ${threshold} would demand no signature.`, {
      fix: 'Give --threshold a whole number of 1 or more.',
    })
  }
  if (x509 !== undefined) checkMoment(x509)
  if (certificates !== undefined) checkCertificates(certificates)
  checkLevels(question)
  checkSkip(question)
  // Behind a trust policy or an identity there can be any number of signers.
  if (x509 === undefined && certificates === undefined && threshold > different) throw neverMet(threshold, different)
}

function neverMet(threshold: number, different: number): Error {
  const keys = different === 1 ? 'only one different key is given' : `only ${different} different keys are given`
  return verificationFault('VERIFY_THRESHOLD_INVALID', `A threshold of ${threshold} can never be met: ${keys}.`, {
    fix: 'Give as many different --key as the threshold demands.',
  })
}

/** Nothing is before or after a moment that is none, so that everything would be valid then. */
function checkMoment({ at }: { readonly at: number }): void {
  if (!Number.isNaN(new Date(at).getTime())) return
  throw verificationFault('VERIFY_TIME_INVALID', 'The moment of verification is no moment.', {
    fix: 'Give it in milliseconds since 1970.',
  })
}

/** A name without a root is anybody's, and a root without a name is everybody. */
function checkCertificates({ identities, roots, at }: CertificateQuestion): void {
  checkMoment({ at })
  const isNamed = identities.length > 0 && identities.every(({ kind, value }) => kind === 'san' && value !== '')
  if (isNamed && roots.length > 0) return
  const missing = isNamed ? 'which root must stand behind the certificate' : 'whose certificate counts'
  throw verificationFault('VERIFY_IDENTITY_INCOMPLETE', `Nothing says ${missing}.`, {
    fix: 'Give both: --certificate-identity release@example.org --ca-roots root.pem.',
  })
}

/** What is asked beside it would be neither looked at nor missed. */
function checkSkip({ x509, annotations, name }: Question): void {
  const skipping = x509?.trusts.find(({ actions }) => actions.integrity === 'skip')
  if (skipping === undefined || (Object.keys(annotations).length === 0 && name === undefined)) return
  throw verificationFault(
    'VERIFY_POLICY_PROVES_NOTHING',
    `The trust policy "${skipping.name}" has the level skip: no signature is looked at, and none of the annotations or names that are asked for.`,
    { fix: 'Ask for nothing more, or give its statement another level.' },
  )
}

/** A level that lets everything through, as one of several alternatives, would be the only one that counts. */
function checkLevels({ keys, x509, certificates, threshold }: Question): void {
  const open = x509?.trusts.find(({ actions }) => actions.authenticity !== 'enforce')
  const isAlone = keys.length === 0 && certificates === undefined
  if (open === undefined || (isAlone && x509?.trusts.length === 1 && threshold === 1)) return
  throw verificationFault(
    'VERIFY_POLICY_PROVES_NOTHING',
    `The trust policy "${open.name}" lets images through whoever signed them, so nothing beside it would count.`,
    { fix: 'Ask without it, or give its statement the level strict or permissive.' },
  )
}

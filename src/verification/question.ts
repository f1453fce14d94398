/** What is asked of an image: who may have signed, and what the signature must say. */

import { prepareKey } from '../crypto/index.ts'
import { verificationFault } from './faults.ts'
import type { TrustedKey } from './trusted-key.ts'

export interface Question {
  /** A signature of the image, or an attestation of one predicate type (`any`: of every type). */
  readonly about:
    | { readonly kind: 'signature' }
    | { readonly kind: 'attestation'; readonly predicateType: string | 'any' }
  /** Any one of them. */
  readonly keys: readonly TrustedKey[]
  /** How many different keys must have signed. */
  readonly threshold: number
  /** Members that must be among the signed annotations. */
  readonly annotations: Readonly<Record<string, string>>
  /** The logical repository name that must be signed; where it is left out the name is shown and never counts. */
  readonly name?: string
}

/**
 * Loads what the keys' schemes need, and refuses a question that could be answered with yes by accident (law 6).
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID
 */
export async function prepareQuestion(question: Question): Promise<void> {
  checkQuestion(question)
  await Promise.all(question.keys.map(({ key }) => prepareKey(key)))
}

/**
 * As `prepareQuestion`, of a file: beside it lies one signature (a bundle carries exactly one), so that no file is ever signed by two keys at once.
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID
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
  const different = new Set(question.keys.map(({ key }) => key.fingerprint)).size
  if (different === 0) {
    throw verificationFault('VERIFY_NO_KEY', 'Nothing says whose signature to accept.', {
      fix: 'Name the public key of the signer: --key release.pub',
    })
  }
  const { threshold } = question
  if (!Number.isSafeInteger(threshold) || threshold < 1) {
    throw verificationFault('VERIFY_THRESHOLD_INVALID', `A threshold of ${threshold} would demand no signature.`, {
      fix: 'Give --threshold a whole number of 1 or more.',
    })
  }
  if (threshold > different) {
    const keys = different === 1 ? 'only one different key is given' : `only ${different} different keys are given`
    throw verificationFault('VERIFY_THRESHOLD_INVALID', `A threshold of ${threshold} can never be met: ${keys}.`, {
      fix: 'Give as many different --key as the threshold demands.',
    })
  }
}

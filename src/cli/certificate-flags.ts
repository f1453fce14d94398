/** Whether the flags of `verify` and its kin ask about the certificates of bundles. What they ask is read elsewhere: a call about keys loads none of it. */

import type { Question } from '../verification/index.ts'
import type { CertificateOptions } from './certificate-options.ts'
import type { Context } from './context.ts'

/** @param at the moment of verification, milliseconds since 1970 @throws USAGE…, TRUST_IDENTITY_INVALID, FILE_…, CERTIFICATE_FILE_INVALID */
export async function certificateQuestionOf(
  context: Context,
  options: CertificateOptions,
  at: number,
): Promise<Pick<Question, 'certificates'>> {
  const { certificateIdentity, caRoots, caIntermediates } = options
  if (certificateIdentity.length + caRoots.length + caIntermediates.length === 0) return {}
  const { readCertificateQuestion } = await import('./certificate-question.ts')
  return { certificates: await readCertificateQuestion(context, options, at) }
}

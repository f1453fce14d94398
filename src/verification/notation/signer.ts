/** A certificate in the words of a report. */

import { type Certificate, formatName } from '../../pki/index.ts'

export function describeCertificate({ subject, issuer }: Certificate): {
  readonly subject: string
  readonly issuer: string
} {
  return { subject: formatName(subject), issuer: formatName(issuer) }
}

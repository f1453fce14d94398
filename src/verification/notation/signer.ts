/** A certificate in the words of a report. */

import { type Certificate, formatName } from '../../pki/index.ts'

interface Described {
  readonly subject: string
  readonly issuer: string
}

/** The certificates of a chain that was seen before are the same objects, and are named in every finding. */
const described = new WeakMap<Certificate, Described>()

export function describeCertificate(certificate: Certificate): Described {
  const known = described.get(certificate)
  if (known !== undefined) return known
  const { subject, issuer } = certificate
  const made = { subject: formatName(subject), issuer: formatName(issuer) }
  described.set(certificate, made)
  return made
}

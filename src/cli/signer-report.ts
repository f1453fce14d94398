/** A proven signer as the documented JSON: a key, and where it was accepted for the identity in its certificate, that too. */

import type { VerifyCandidate } from '../contract/index.ts'
import { isCertified, type ProvenSigner } from '../verification/index.ts'

export function signerReport(signer: ProvenSigner): VerifyCandidate['keys'][number] {
  if (!isCertified(signer)) return { file: signer.name, type: signer.key.type, fingerprint: signer.key.fingerprint }
  const { policy, certificate, subject, issuer } = signer
  const { type, fingerprint } = certificate.publicKey()
  const notAfter = new Date(certificate.notAfter).toISOString()
  return { type, fingerprint, policy, certificate: { subject, issuer, fingerprint: certificate.fingerprint, notAfter } }
}

/** Whether a certificate of the chain was revoked (trust-store-trust-policy.md, "Certificate Revocation Evaluation"). */

import type { Certificate } from '../../pki/index.ts'
import { collectRevocation, type TrustAction } from '../../trust/index.ts'
import { type Finding, fail, inconclusive, pass } from '../finding.ts'
import type { X509Question } from '../question.ts'
import type { OpenedSignature } from './integrity.ts'

/**
 * @param mayAsk nobody is asked for the sake of a chain that no trust store vouches for: the addresses in it are its maker's
 */
export async function revocationFinding(
  { envelope, chain }: OpenedSignature,
  x509: X509Question,
  action: TrustAction,
  mayAsk: boolean,
): Promise<readonly Finding[]> {
  if (action === 'skip') return []
  if (!mayAsk)
    return [inconclusive('revocation', 'REVOCATION_UNKNOWN', 'Nobody was asked, since the signature fails already.')]
  const isAuthority = envelope.scheme === 'notary.x509.signingAuthority'
  return [await chainRevocation(chain, x509, isAuthority ? envelope.authenticSigningTime : undefined)]
}

/** @param signingTime of a signing authority: what was revoked for a reason that came later still held then */
export async function chainRevocation(
  chain: readonly Certificate[],
  { at, revocation }: X509Question,
  signingTime?: number,
): Promise<Finding> {
  const found = await collectRevocation(chain, at, revocation, signingTime === undefined ? {} : { signingTime })
  if (found.status === 'good') return pass('revocation', found.detail)
  if (found.status === 'revoked') {
    const fix = 'Do not use the image: whoever revoked the certificate no longer stands behind it.'
    return fail('revocation', 'CERTIFICATE_REVOKED', found.detail, fix)
  }
  const fix =
    'Let the responders be reached (in your own network: --revocation-host HOST), or collect their answers beforehand: zegel trust fetch-revocation.'
  return inconclusive('revocation', 'REVOCATION_UNKNOWN', found.detail, fix)
}

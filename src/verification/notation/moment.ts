/**
 * Time in a Notation signature (trust-store-trust-policy.md, "Authentic Timestamp" and "Expiry"): the certificates must have been valid when it was
 * made, which a timestamp or a signing authority proves, or else they must be valid now.
 */

import { limits, rfc3339 } from '../../base/index.ts'
import type { NotationEnvelope } from '../../envelope/index.ts'
import { type Certificate, verifyTimestamp } from '../../pki/index.ts'
import type { X509Trust } from '../../trust/index.ts'
import { type Finding, fail, pass } from '../finding.ts'
import type { X509Question } from '../question.ts'
import type { OpenedSignature } from './integrity.ts'
import { chainRevocation } from './revocation.ts'
import { describeCertificate } from './signer.ts'

export function expiryFinding({ expiry }: NotationEnvelope, at: number): Finding {
  if (expiry === undefined) return pass('expiry', 'The signature does not expire.')
  if (at < expiry) return pass('expiry', `The signature holds until ${rfc3339(expiry)}.`)
  const fix = 'Have the image signed again, or take a newer one.'
  return fail('expiry', 'SIGNATURE_EXPIRED', `The signature held until ${rfc3339(expiry)}.`, fix)
}

/** The checks of `authenticTimestamp`. */
export async function timeFindings(
  trust: X509Trust,
  signature: OpenedSignature,
  x509: X509Question,
): Promise<readonly Finding[]> {
  const { envelope, chain } = signature
  if (envelope.scheme === 'notary.x509.signingAuthority') return [authorityTime(signature)]
  const roots = trust.stores.filter(({ type }) => type === 'tsa').flatMap(({ certificates }) => certificates)
  const expired = outsideValidity(chain, x509.at, x509.at)
  const isNeeded = trust.verifyTimestamp === 'always' || (expired !== undefined && x509.at > expired.notAfter)
  const claimed = claimedTime(envelope, x509.at)
  if (roots.length === 0 || !isNeeded) return [validNow(expired, x509.at, envelope), ...claimed]
  return [...(await stampedTime(signature, roots, x509)), ...claimed]
}

/** The signer's own clock decides nothing (signing-scheme.md, "notary.x509"); one that is ahead is worth a word. */
function claimedTime({ signingTime }: NotationEnvelope, at: number): readonly Finding[] {
  if (signingTime === undefined || signingTime <= at + limits.clockSkewMs) return []
  const detail = `It says of itself that it was made at ${rfc3339(signingTime)}, after the moment of verification; that proves nothing.`
  return [{ check: 'timestamp', outcome: 'warn', code: 'SIGNING_TIME_IN_FUTURE', detail }]
}

function validNow(expired: Certificate | undefined, at: number, { timestamp }: NotationEnvelope): Finding {
  if (expired === undefined) return pass('timestamp', 'Its certificates are valid at the moment of verification.')
  const fix =
    timestamp === undefined
      ? 'Have the image signed again, with a timestamp (--timestamp-url) so that it outlives the certificate.'
      : 'It carries a timestamp: trust its authority with a tsa store, and it outlives the certificate.'
  return fail('timestamp', 'CERTIFICATE_EXPIRED', `${validity(expired)}, not at ${rfc3339(at)}.`, fix)
}

function authorityTime({ envelope, chain }: OpenedSignature): Finding {
  const time = envelope.authenticSigningTime
  if (time === undefined) return fail('timestamp', 'TIMESTAMP_MISSING', 'It names no time at which it was made.')
  const outside = outsideValidity(chain, time, time)
  if (outside === undefined)
    return pass('timestamp', `Its signing authority says that it was made at ${rfc3339(time)}.`)
  return fail('timestamp', 'CERTIFICATE_EXPIRED', `${validity(outside)}, not at ${rfc3339(time)} when it was signed.`)
}

async function stampedTime(
  { envelope, chain }: OpenedSignature,
  roots: readonly Certificate[],
  x509: X509Question,
): Promise<readonly Finding[]> {
  const { timestamp } = envelope
  if (timestamp === undefined) {
    const detail = 'It carries no timestamp, and the trust policy demands one.'
    return [fail('timestamp', 'TIMESTAMP_MISSING', detail, 'Sign with --timestamp-url URL.')]
  }
  const stamp = verifyTimestamp({ token: timestamp, message: envelope.signature, roots })
  if (!stamp.ok) return [fail('timestamp', 'TIMESTAMP_INVALID', `Its timestamp does not hold: ${stamp.detail}`)]
  const outside = outsideValidity(chain, stamp.time - stamp.accuracyMs, stamp.time + stamp.accuracyMs)
  if (outside !== undefined) {
    const detail = `${validity(outside)}, not at ${rfc3339(stamp.time)} when it was signed.`
    return [fail('timestamp', 'CERTIFICATE_EXPIRED', detail)]
  }
  const said = pass('timestamp', `A trusted authority says that it was there at ${rfc3339(stamp.time)}.`)
  return [said, ...(await authorityRevocation(stamp.chain, x509))]
}

/** A revoked authority says nothing; its revocation belongs to this check and not to `revocation`. */
async function authorityRevocation(chain: readonly Certificate[], x509: X509Question): Promise<readonly Finding[]> {
  const finding = await chainRevocation(chain, x509)
  return finding.outcome === 'pass' ? [] : [{ ...finding, check: 'timestamp' }]
}

/** The first certificate that is not valid in the whole of a span of time. */
function outsideValidity(chain: readonly Certificate[], from: number, to: number): Certificate | undefined {
  return chain.find(({ notBefore, notAfter }) => !(from >= notBefore && to <= notAfter))
}

function validity(certificate: Certificate): string {
  const { notBefore, notAfter } = certificate
  return `The certificate of ${describeCertificate(certificate).subject} is valid from ${rfc3339(notBefore)} to ${rfc3339(notAfter)}`
}

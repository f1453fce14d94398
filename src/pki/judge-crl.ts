/** What a CRL says of one certificate (RFC 5280 section 6.3.3), a pure function of bytes and time. */

import { type Bytes, Fault, rfc3339, sameBytes } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { basicConstraints, keyUsage } from './certificate-extensions.ts'
import { type Crl, parseCrl } from './crl.ts'
import { entriesOf } from './crl-entries.ts'
import { type CrlEntry, decisiveEntry, readCrlEntry } from './crl-entry.ts'
import { sameScope } from './crl-extensions.ts'
import { type RevocationAnswer, type RevocationCode, serialText } from './revocation-answer.ts'
import { distributionPointsOf } from './revocation-pointers.ts'
import { verifySignedData } from './signature-algorithm.ts'

/**
 * Judges a complete CRL, with its delta CRL where it says that there are some.
 * @param at milliseconds since 1970
 * @example judgeCrl(parseCrl(bytes), leaf, intermediate, at).status === 'good'
 */
export function judgeCrl(
  crl: Crl,
  certificate: Certificate,
  issuer: Certificate,
  at: number,
  { delta }: { readonly delta?: Crl } = {},
): RevocationAnswer {
  const times = timesOf(crl, delta)
  return guarded(times, () => {
    if (crl.baseNumber !== undefined)
      return unknown('CRL_IS_DELTA', 'This is a delta CRL, which says nothing without the complete one.', times)
    const refusal = refusalOf(crl, certificate, issuer, at) ?? deltaRefusal(crl, delta, certificate, issuer, at)
    if (refusal !== undefined) return unknown(...refusal, times)
    const lists = delta === undefined ? [crl] : [crl, delta]
    const found = decisiveEntry(lists.flatMap((list) => entriesOf(list.entries, certificate.serial).map(readCrlEntry)))
    if (found !== undefined) return revoked(found, certificate, times)
    // Revoked since, perhaps: only the delta would say.
    if (crl.freshest.length > 0 && delta === undefined)
      return unknown('CRL_DELTA_MISSING', 'The CRL has delta CRLs, and none of them is here.', times)
    return { status: 'good', source: 'crl', code: 'REVOCATION_GOOD', detail: goodDetail(certificate), ...times }
  })
}

/** As `judgeCrl`, of bytes that anybody may have written: what is no CRL is an answer too. */
export function judgeCrlBytes(
  bytes: { readonly base: Bytes; readonly delta?: Bytes },
  certificate: Certificate,
  issuer: Certificate,
  at: number,
): RevocationAnswer {
  return guarded({}, () => {
    const delta = bytes.delta === undefined ? {} : { delta: parseCrl(bytes.delta) }
    return judgeCrl(parseCrl(bytes.base), certificate, issuer, at, delta)
  })
}

type Times = Pick<RevocationAnswer, 'thisUpdate' | 'nextUpdate'>
type Refusal = readonly [code: RevocationCode, detail: string]

function guarded(times: Times, judge: () => RevocationAnswer): RevocationAnswer {
  try {
    return judge()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const isUnsupported = error.code === 'CRL_UNSUPPORTED' || error.code === 'ALGORITHM_REFUSED'
    return unknown(isUnsupported ? 'CRL_UNSUPPORTED' : 'CRL_INVALID', error.message, times)
  }
}

/** The answer holds as long as both lists do. */
function timesOf(crl: Crl, delta: Crl | undefined): Times {
  const ends = [crl.nextUpdate, delta?.nextUpdate].filter((end) => end !== undefined)
  return {
    thisUpdate: Math.max(crl.thisUpdate, delta?.thisUpdate ?? crl.thisUpdate),
    ...(ends.length === 0 ? {} : { nextUpdate: Math.min(...ends) }),
  }
}

function unknown(code: RevocationCode, detail: string, times: Times): RevocationAnswer {
  return { status: 'unknown', source: 'crl', code, detail, ...times }
}

/** Why nothing in this list, complete or delta, can be relied on. */
function refusalOf(crl: Crl, certificate: Certificate, issuer: Certificate, at: number): Refusal | undefined {
  if (!sameBytes(crl.issuer, issuer.subject.raw) || !sameBytes(crl.issuer, certificate.issuer.raw))
    return ['CRL_OTHER_ISSUER', 'The CRL is from another issuer than the certificate.']
  if (keyUsage(issuer)?.usages.has('cRLSign') !== true)
    return ['CRL_ISSUER_MAY_NOT_SIGN', 'The key usage of the issuer does not allow it to sign CRLs.']
  if (!verifySignedData(issuer.publicKey(), crl.signatureAlgorithm, crl.tbs, crl.signature, 'The CRL'))
    return ['CRL_SIGNATURE_INVALID', 'The CRL is not signed by the issuer of the certificate.']
  return scopeRefusal(crl, certificate) ?? timeRefusal(crl, at)
}

function scopeRefusal(crl: Crl, certificate: Certificate): Refusal | undefined {
  const { scope } = crl
  if (scope === undefined) return undefined
  const other = (what: string): Refusal => [
    'CRL_OTHER_SCOPE',
    `The CRL is about ${what}, which this certificate is not.`,
  ]
  const isAuthority = basicConstraints(certificate)?.isAuthority === true
  if (scope.onlyUsers && isAuthority) return other('certificates of users')
  if (scope.onlyAuthorities && !isAuthority) return other('certificates of authorities')
  if (scope.names === undefined) return undefined
  const { names } = scope
  const own = distributionPointsOf(certificate).flatMap((point) => point.names)
  if (own.some((name) => names.some((one) => sameBytes(one, name)))) return undefined
  return other('the certificates of another distribution point')
}

function timeRefusal(crl: Crl, at: number): Refusal | undefined {
  if (crl.nextUpdate === undefined) return ['CRL_NO_NEXT_UPDATE', 'The CRL does not say until when it holds.']
  if (!(at >= crl.thisUpdate))
    return ['CRL_NOT_YET_VALID', `The CRL is of ${rfc3339(crl.thisUpdate)}, later than ${rfc3339(at)}.`]
  if (!(at < crl.nextUpdate))
    return ['CRL_EXPIRED', `The CRL was to be replaced at ${rfc3339(crl.nextUpdate)}; it is ${rfc3339(at)}.`]
  return undefined
}

/** Section 5.2.4: the delta belongs to this complete CRL, and goes on where it ends or before. */
function deltaRefusal(
  crl: Crl,
  delta: Crl | undefined,
  certificate: Certificate,
  issuer: Certificate,
  at: number,
): Refusal | undefined {
  if (delta === undefined) return undefined
  const mismatch = (what: string): Refusal => ['CRL_DELTA_MISMATCH', `The delta CRL does not fit: ${what}.`]
  if (delta.baseNumber === undefined) return mismatch('it is a complete CRL')
  if (crl.number === undefined || delta.number === undefined) return mismatch('one of the two has no number')
  if (compareNumbers(delta.baseNumber, crl.number) > 0) return mismatch('it begins later than the complete CRL ends')
  if (compareNumbers(delta.number, crl.number) < 0) return mismatch('it is older than the complete CRL')
  if (!sameScope(crl.scope, delta.scope)) return mismatch('its scope is another')
  return refusalOf(delta, certificate, issuer, at)
}

/** Magnitudes without leading zero octets. */
function compareNumbers(one: Bytes, other: Bytes): number {
  return one.length === other.length ? Buffer.compare(one, other) : one.length - other.length
}

function revoked(entry: CrlEntry, certificate: Certificate, times: Times): RevocationAnswer {
  const { reason, invalidityDate, revokedAt } = entry
  return {
    status: 'revoked',
    source: 'crl',
    code: 'REVOKED',
    detail: `The certificate ${serialText(certificate.serial)} was revoked at ${rfc3339(revokedAt)}${reason === undefined ? '' : ` (${reason})`}.`,
    revokedAt,
    ...(reason === undefined ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
    ...times,
  }
}

function goodDetail(certificate: Certificate): string {
  return `The certificate ${serialText(certificate.serial)} is not on the CRL of its issuer.`
}

/** What an OCSP response says of one certificate (RFC 6960 section 3.2), a pure function of bytes and time. */

import { type Bytes, Fault, limits, rfc3339 } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { readEntryExtensions } from './crl-entry.ts'
import type { Extension } from './extensions.ts'
import { isNonce, namesCertificate, OCSP_NONCE } from './ocsp-request.ts'
import { responderOf } from './ocsp-responder.ts'
import { type BasicOcspResponse, type OcspResponse, parseOcspResponse, type SingleResponse } from './ocsp-response.ts'
import { type RevocationAnswer, type RevocationCode, reasonNamed, serialText, worstOf } from './revocation-answer.ts'

export interface OcspOptions {
  /** The one of the request: a response with another is refused, one without any is taken, for most responders sign beforehand. */
  readonly nonce?: Bytes
}

/**
 * @param at milliseconds since 1970; `thisUpdate` may be up to `limits.clockSkewMs` later
 * @example judgeOcsp(parseOcspResponse(bytes), leaf, intermediate, at).status === 'good'
 */
export function judgeOcsp(
  response: OcspResponse,
  certificate: Certificate,
  issuer: Certificate,
  at: number,
  { nonce }: OcspOptions = {},
): RevocationAnswer {
  return guarded(() => {
    const { status, basic } = response
    if (basic === undefined) return unknown('OCSP_NOT_SUCCESSFUL', `The OCSP responder answers "${status}".`)
    const responder = responderOf(basic, issuer, at)
    if (responder.kind === 'refused') return unknown(responder.code, responder.detail)
    const refusal = extensionRefusal(basic, nonce)
    if (refusal !== undefined) return refusal
    const answer = answerFor(basic, certificate, issuer, at)
    const isUnchecked = responder.kind === 'delegate' && !responder.isChecked
    return isUnchecked ? { ...answer, isResponderUnchecked: true } : answer
  })
}

/** As `judgeOcsp`, of bytes that anybody may have written: what is no response is an answer too. */
export function judgeOcspBytes(
  bytes: Bytes,
  certificate: Certificate,
  issuer: Certificate,
  at: number,
  options: OcspOptions = {},
): RevocationAnswer {
  return guarded(() => judgeOcsp(parseOcspResponse(bytes), certificate, issuer, at, options))
}

function guarded(judge: () => RevocationAnswer): RevocationAnswer {
  try {
    return judge()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return unknown(error.code === 'OCSP_UNSUPPORTED' ? 'OCSP_UNSUPPORTED' : 'OCSP_INVALID', error.message)
  }
}

type Times = Pick<RevocationAnswer, 'thisUpdate' | 'nextUpdate'>

function unknown(code: RevocationCode, detail: string, times: Times = {}): RevocationAnswer {
  return { status: 'unknown', source: 'ocsp', code, detail, ...times }
}

function extensionRefusal({ extensions }: BasicOcspResponse, nonce: Bytes | undefined): RevocationAnswer | undefined {
  const strange = criticalStranger(extensions, [OCSP_NONCE])
  if (strange !== undefined) return strange
  const found = extensions.get(OCSP_NONCE)
  if (nonce === undefined || found === undefined || isNonce(found.value, nonce)) return undefined
  return unknown('OCSP_NONCE_MISMATCH', 'The OCSP response answers another request: its nonce is not the one sent.')
}

function criticalStranger(
  extensions: ReadonlyMap<string, Extension>,
  handled: readonly string[],
): RevocationAnswer | undefined {
  const strange = [...extensions.values()].find(({ oid, isCritical }) => isCritical && !handled.includes(oid))
  if (strange === undefined) return undefined
  return unknown(
    'OCSP_UNSUPPORTED',
    `The OCSP response has a critical extension ${strange.oid} that is not understood.`,
  )
}

/** Of several answers about the same certificate the worst one counts. */
function answerFor(
  { answers }: BasicOcspResponse,
  certificate: Certificate,
  issuer: Certificate,
  at: number,
): RevocationAnswer {
  const [first, ...rest] = answers
    .filter(({ id }) => namesCertificate(id, certificate, issuer))
    .map((answer) => judgeSingle(answer, certificate, at))
  if (first !== undefined) return worstOf(first, ...rest)
  return unknown('OCSP_OTHER_CERTIFICATE', 'The OCSP response is about other certificates than the one asked for.')
}

const REASON_CODE = '2.5.29.21'
const INVALIDITY_DATE = '2.5.29.24'

function judgeSingle(single: SingleResponse, certificate: Certificate, at: number): RevocationAnswer {
  const { thisUpdate, nextUpdate, status, extensions } = single
  const times: Times = { thisUpdate, ...(nextUpdate === undefined ? {} : { nextUpdate }) }
  const strange = criticalStranger(extensions, [REASON_CODE, INVALIDITY_DATE])
  if (strange !== undefined) return { ...strange, ...times }
  if (nextUpdate === undefined)
    return unknown('OCSP_NO_NEXT_UPDATE', 'The OCSP response does not say until when it holds.', times)
  if (!(thisUpdate <= at + limits.clockSkewMs)) {
    const detail = `The OCSP response is of ${rfc3339(thisUpdate)}, later than ${rfc3339(at)}.`
    return unknown('OCSP_NOT_YET_VALID', detail, times)
  }
  if (!(at < nextUpdate)) {
    const detail = `The OCSP response was to be replaced at ${rfc3339(nextUpdate)}; it is ${rfc3339(at)}.`
    return unknown('OCSP_EXPIRED', detail, times)
  }
  const name = serialText(certificate.serial)
  if (status === 'unknown')
    return unknown('OCSP_STATUS_UNKNOWN', `The OCSP responder does not know the certificate ${name}.`, times)
  if (status === 'revoked') return revoked(single, name, times)
  const detail = `The OCSP responder says that the certificate ${name} is good.`
  return { status: 'good', source: 'ocsp', code: 'REVOCATION_GOOD', detail, ...times }
}

function revoked(single: SingleResponse, name: string, times: Times): RevocationAnswer {
  const { revokedAt } = single
  const { invalidityDate } = readEntryExtensions((oid) => single.extensions.get(oid)?.value)
  const reason = reasonNamed(single.reason)
  const when = revokedAt === undefined ? '' : ` at ${rfc3339(revokedAt)}`
  return {
    status: 'revoked',
    source: 'ocsp',
    code: 'REVOKED',
    detail: `The certificate ${name} was revoked${when}${reason === undefined ? '' : ` (${reason})`}.`,
    ...(revokedAt === undefined ? {} : { revokedAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
    ...times,
  }
}

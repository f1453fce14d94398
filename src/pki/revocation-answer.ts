/** What a CRL (RFC 5280) or an OCSP response (RFC 6960) says of one certificate, once it was checked (law 1: a refusal is data). */

import { type Bytes, hex } from '../base/index.ts'

/** `unknown`: nothing that can be relied on was said. It is never `good`. */
export type RevocationStatus = 'good' | 'revoked' | 'unknown'

/** Why an answer is what it is; the table in docs/errors.md says what each means. */
export const revocationCodes = [
  'REVOCATION_GOOD',
  'REVOKED',
  'NOT_REVOCABLE',
  'REVOKED_AFTER_SIGNING',
  'REVOCATION_UNREACHABLE',
  'REVOCATION_NOT_COLLECTED',
  'REVOCATION_URL_UNUSABLE',
  'REVOCATION_EXTENSION_INVALID',
  'REVOCATION_CHAIN_INCOMPLETE',
  'CRL_INVALID',
  'CRL_UNSUPPORTED',
  'CRL_IS_DELTA',
  'CRL_DELTA_MISSING',
  'CRL_DELTA_MISMATCH',
  'CRL_OTHER_ISSUER',
  'CRL_OTHER_SCOPE',
  'CRL_ISSUER_MAY_NOT_SIGN',
  'CRL_SIGNATURE_INVALID',
  'CRL_NOT_YET_VALID',
  'CRL_NO_NEXT_UPDATE',
  'CRL_EXPIRED',
  'OCSP_INVALID',
  'OCSP_UNSUPPORTED',
  'OCSP_NOT_SUCCESSFUL',
  'OCSP_OTHER_CERTIFICATE',
  'OCSP_RESPONDER_MISSING',
  'OCSP_RESPONDER_NOT_DELEGATED',
  'OCSP_RESPONDER_EXPIRED',
  'OCSP_SIGNATURE_INVALID',
  'OCSP_NONCE_MISMATCH',
  'OCSP_NOT_YET_VALID',
  'OCSP_NO_NEXT_UPDATE',
  'OCSP_EXPIRED',
  'OCSP_STATUS_UNKNOWN',
] as const

export type RevocationCode = (typeof revocationCodes)[number]

/** CRLReason (RFC 5280 section 5.3.1), by number. */
const reasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const

export type RevocationReason = Exclude<(typeof reasons)[number], undefined>

export interface RevocationAnswer {
  readonly status: RevocationStatus
  readonly source: 'crl' | 'ocsp'
  readonly code: RevocationCode
  /** One sentence. Holds text from outside: escape it for where it is shown. */
  readonly detail: string
  /** Of `revoked` only, and only where the issuer gave one. */
  readonly reason?: RevocationReason
  /** Milliseconds since 1970, as every time here. */
  readonly revokedAt?: number
  /** Since when the key is known or suspected to be bad (RFC 5280 section 5.3.2). */
  readonly invalidityDate?: number
  /** From when and until when the answer holds; undefined where none was read. */
  readonly thisUpdate?: number
  readonly nextUpdate?: number
  /** The delegated responder has no id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1), and nobody asked whether its own certificate is revoked. */
  readonly isResponderUnchecked?: boolean
}

/** The reason with this number; a number that nobody assigned is no reason that can be told. */
export function reasonNamed(number: number | undefined): RevocationReason | undefined {
  return number === undefined ? undefined : reasons[number]
}

/** How a serial number is shown. */
export function serialText(serial: Bytes): string {
  return serial.length === 0 ? '00' : hex(serial)
}

/** Answers in the order of what they mean for trust: revoked, then unknown, then good. */
export function worstOf<T extends { readonly status: RevocationStatus }>(first: T, ...rest: readonly T[]): T {
  const rank = { revoked: 2, unknown: 1, good: 0 }
  return rest.reduce((worst, one) => (rank[one.status] > rank[worst.status] ? one : worst), first)
}

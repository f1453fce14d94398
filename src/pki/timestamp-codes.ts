/** Why a timestamp is not believed (law 1: a refusal is data). The table in docs/errors.md says what each means. */

export const timestampCodes = [
  'TIMESTAMP_MALFORMED',
  'TIMESTAMP_ALGORITHM_REFUSED',
  'TIMESTAMP_OTHER_MESSAGE',
  'TIMESTAMP_EXTENSION_UNKNOWN',
  'TIMESTAMP_SIGNERS',
  'TIMESTAMP_ATTRIBUTES',
  'TIMESTAMP_ESS_V1_ONLY',
  'TIMESTAMP_CERTIFICATE_MISSING',
  'TIMESTAMP_CERTIFICATE_MISMATCH',
  'TIMESTAMP_SIGNATURE_INVALID',
  'TIMESTAMP_AUTHORITY_NAME',
  'TIMESTAMP_UNTRUSTED',
  'TIMESTAMP_CHAIN_INVALID',
  'TIMESTAMP_OUTSIDE_VALIDITY',
] as const

export type TimestampCode = (typeof timestampCodes)[number]

export interface TimestampRefusal {
  readonly ok: false
  readonly code: TimestampCode
  /** One sentence. Holds text from outside: escape it for where it is shown. */
  readonly detail: string
}

export function refusedTimestamp(code: TimestampCode, detail: string): TimestampRefusal {
  return { ok: false, code, detail }
}

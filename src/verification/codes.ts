/** The closed list of what a finding can say; docs/errors.md explains each. `OK` is the code of every check that passed. */

export const findingCodes = [
  'OK',
  'ENVELOPE_MALFORMED',
  'CONTENT_UNREADABLE',
  'CONTENT_TOO_LARGE',
  'SIGNATURE_BY_OTHER_KEY',
  'SIGNATURE_INVALID',
  'PAYLOAD_TYPE_UNKNOWN',
  'STATEMENT_MALFORMED',
  'NOT_A_SIGNATURE',
  'NOT_AN_ATTESTATION',
  'PREDICATE_TYPE_OTHER',
  'SUBJECT_OTHER',
  'ANNOTATION_MISMATCH',
  'NAME_MISMATCH',
  'NEEDS_IDENTITY',
  'NEEDS_TRUST_POLICY',
  'NO_POLICY_FOR_IMAGE',
  'CRITICAL_HEADER_UNKNOWN',
  'SIGNING_SCHEME_UNKNOWN',
  'PLUGIN_NOT_ALLOWED',
  'LEVEL_SKIP',
  'CERTIFICATE_CHAIN_INVALID',
  'ALGORITHM_NOT_OF_KEY',
  'NOT_IN_TRUST_STORE',
  'IDENTITY_NOT_TRUSTED',
  'SIGNATURE_EXPIRED',
  'CERTIFICATE_EXPIRED',
  'TIMESTAMP_MISSING',
  'TIMESTAMP_INVALID',
  'SIGNING_TIME_IN_FUTURE',
  'CERTIFICATE_REVOKED',
  'REVOCATION_UNKNOWN',
  'LOG_NOT_JUDGED',
  'TIMESTAMP_NOT_JUDGED',
] as const

export type FindingCode = (typeof findingCodes)[number]

/** Why an image as a whole is not allowed, or how it is. */
export const reasonCodes = [
  'VERIFIED',
  'LET_THROUGH',
  'PROVEN_BY_INDEX',
  'NO_SIGNATURE',
  'NO_ATTESTATION',
  'NOTHING_JUDGED',
  'NONE_PASSED',
  'THRESHOLD_NOT_MET',
  'EVIDENCE_UNREADABLE',
  'IMAGE_MISSING',
  'IMAGE_UNREADABLE',
  'NOT_IN_INDEX',
  'CHILD_REFUSED',
] as const

export type ReasonCode = (typeof reasonCodes)[number]

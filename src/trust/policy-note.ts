/** What is worth knowing of a trust policy that keeps every rule. The table in docs/errors.md says what each means. */

export const policyNoteCodes = [
  'POLICY_STORE_MISSING',
  'POLICY_STORE_UNUSABLE',
  'POLICY_CERTIFICATE_EXPIRED',
  'POLICY_CERTIFICATE_EXPIRES',
  'POLICY_IDENTITY_ANYBODY',
  'POLICY_IDENTITY_NEVER_MATCHES',
  'POLICY_PROVES_NOTHING',
  'POLICY_CHECK_LOGGED',
  'POLICY_TIMESTAMP_UNUSED',
  'POLICY_SCOPE_BEYOND_NOTATION',
  'POLICY_IDENTITY_BEYOND_NOTATION',
] as const

export type PolicyNoteCode = (typeof policyNoteCodes)[number]

export interface PolicyNote {
  /** `error`: a verification under this statement cannot begin · `warning`: it may not be what was meant · `notation`: notation reads it otherwise. */
  readonly kind: 'error' | 'warning' | 'notation'
  readonly code: PolicyNoteCode
  /** The name of the statement. */
  readonly statement: string
  readonly detail: string
  readonly fix: string
}

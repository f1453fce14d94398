/** One check and how it came out (law 1: a refusal is data). */

import type { FindingCode } from './codes.ts'

/** The checks, in the order in which they are shown. */
export type Check =
  | 'content'
  | 'envelope'
  | 'key'
  | 'signature'
  | 'payload-type'
  | 'statement'
  | 'predicate-type'
  | 'subject'
  | 'annotations'
  | 'name'
  | 'certificate'
  | 'trust'
  | 'identity'
  | 'expiry'
  | 'log'
  | 'timestamp'
  | 'revocation'

export interface Finding {
  readonly check: Check
  /** `warn`: it failed, or nothing is known of it, and the trust policy only logs it. */
  readonly outcome: 'pass' | 'fail' | 'warn' | 'inconclusive'
  readonly code: FindingCode
  /** One sentence: what was expected and what was found. Holds text from outside: escape it for where it is shown. */
  readonly detail: string
  readonly fix?: string
}

export function pass(check: Check, detail: string): Finding {
  return { check, outcome: 'pass', code: 'OK', detail }
}

export function fail(check: Check, code: Exclude<FindingCode, 'OK'>, detail: string, fix?: string): Finding {
  return { check, outcome: 'fail', code, detail, ...(fix === undefined ? {} : { fix }) }
}

export function inconclusive(check: Check, code: Exclude<FindingCode, 'OK'>, detail: string, fix?: string): Finding {
  return { check, outcome: 'inconclusive', code, detail, ...(fix === undefined ? {} : { fix }) }
}

/** Parsing at the border of judging: what cannot be parsed is a finding, not a failure. */

import { Fault } from '../base/index.ts'
import { type Check, type Finding, fail, inconclusive } from './finding.ts'

export type Attempt<T> =
  | { readonly value: T; readonly finding?: never }
  | { readonly value?: never; readonly finding: Finding }

export function attempt<T>(parse: () => T): Attempt<T> {
  try {
    return { value: parse() }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { finding: parseFinding('envelope', 'ENVELOPE_MALFORMED', error) }
  }
}

/** What is larger than is read was not seen: that is not the same as being wrong. */
export function parseFinding(check: Check, code: 'ENVELOPE_MALFORMED' | 'STATEMENT_MALFORMED', fault: Fault): Finding {
  if (fault.code === 'LIMIT_EXCEEDED') return inconclusive(check, 'CONTENT_TOO_LARGE', fault.message)
  return fail(check, code, fault.message)
}

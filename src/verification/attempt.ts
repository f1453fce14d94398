/** Parsing at the border of judging: what cannot be parsed is a finding, not a failure. */

import { Fault } from '../base/index.ts'
import { type Finding, fail } from './finding.ts'

export type Attempt<T> =
  | { readonly value: T; readonly finding?: never }
  | { readonly value?: never; readonly finding: Finding }

export function attempt<T>(parse: () => T): Attempt<T> {
  try {
    return { value: parse() }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { finding: fail('envelope', 'ENVELOPE_MALFORMED', error.message) }
  }
}

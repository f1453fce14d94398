/** The closed list of what can be wrong with an envelope. */

import { faults } from '../base/index.ts'

export const envelopeFault = faults({
  ENVELOPE_INVALID: 1,
  NOTATION_METADATA_INVALID: 2,
})

export function invalid(problem: string, cause?: unknown): Error {
  return envelopeFault('ENVELOPE_INVALID', problem, { cause })
}

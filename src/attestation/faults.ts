/** The closed list of what can be wrong with a statement or a predicate. */

import { faults } from '../base/index.ts'

export const attestationFault = faults({
  STATEMENT_INVALID: 1,
  PREDICATE_INVALID: 2,
  PREDICATE_TYPE_UNKNOWN: 2,
})

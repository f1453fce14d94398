/** The closed list of what keeps something from being signed. */

import { faults } from '../base/index.ts'

export const signingFault = faults({
  ATTEST_TYPE_RESERVED: 2,
})

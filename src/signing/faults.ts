/** The closed list of what keeps something from being signed. */

import { faults } from '../base/index.ts'

export const signingFault = faults({
  ATTEST_TYPE_RESERVED: 2,
  SIGNING_KEY_UNUSABLE: 2,
  SIGNING_CHAIN_INVALID: 2,
  SIGNATURE_NOT_MADE: 3,
})

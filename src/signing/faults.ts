/** The closed list of what keeps something from being signed. */

import { faults } from '../base/index.ts'

export const signingFault = faults({
  SIGN_IMAGE_MISSING: 3,
  SIGN_SUBJECT_CHANGED: 3,
  ATTEST_TYPE_RESERVED: 2,
  SIGN_OPTION_UNSUPPORTED: 2,
})

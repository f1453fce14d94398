/** The closed list of what can be wrong with how a verification was asked for. */

import { faults } from '../base/index.ts'

export const verificationFault = faults({
  VERIFY_NO_KEY: 2,
  VERIFY_THRESHOLD_INVALID: 2,
  VERIFY_POLICY_PROVES_NOTHING: 2,
  VERIFY_TIME_INVALID: 2,
  VERIFY_IDENTITY_INCOMPLETE: 2,
})

/** The closed list of what keeps something from being signed. */

import { faults } from '../base/index.ts'

export const signingFault = faults({
  ATTEST_TYPE_RESERVED: 2,
  SIGNING_KEY_UNUSABLE: 2,
  SIGNING_CHAIN_INVALID: 2,
  SIGNATURE_NOT_MADE: 3,
  SIGNING_KEYS_INVALID: 2,
  SIGNING_KEY_NOT_LISTED: 2,
  PLUGIN_NOT_FOUND: 2,
  PLUGIN_UNSAFE: 2,
  PLUGIN_UNSUITABLE: 2,
  PLUGIN_FAILED: 3,
  PLUGIN_ANSWER_INVALID: 3,
})

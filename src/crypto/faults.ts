/** The closed list of what can be wrong with a key file, a DER structure, or the use of a key. */

import { faults } from '../base/index.ts'

export const cryptoFault = faults({
  DER_INVALID: 1,
  KEY_UNKNOWN_FORMAT: 2,
  KEY_DAMAGED: 2,
  KEY_UNSUPPORTED: 2,
  KEY_TOO_SMALL: 2,
  KEY_HOSTILE_PARAMETERS: 2,
  KEY_NOT_PUBLIC: 2,
  KEY_NOT_PRIVATE: 2,
  KEY_PASSWORD_MISSING: 2,
  KEY_WRONG_PASSWORD: 2,
  SCHEME_MISMATCH: 2,
  SCHEME_NOT_PREPARED: 3,
})

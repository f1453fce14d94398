/** The closed list of what keeps the registry server from starting. */

import { faults } from '../base/index.ts'

export const distributionFault = faults({
  SERVE_ADDRESS_IN_USE: 2,
  SERVE_ADDRESS_UNUSABLE: 2,
  /** An address that others can reach, without `allowRemote`. */
  SERVE_ADDRESS_REMOTE: 2,
  /** Another process serves this folder. */
  SERVE_DIR_LOCKED: 2,
  /** The folder holds something else. */
  SERVE_DIR_FOREIGN: 2,
  SERVE_DIR_UNUSABLE: 2,
})

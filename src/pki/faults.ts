/** The closed list of what can be wrong with a certificate, a list of revoked ones, an answer about them or a timestamp. */

import { faults } from '../base/index.ts'

export const pkiFault = faults({
  CERTIFICATE_INVALID: 1,
  ALGORITHM_REFUSED: 1,
})

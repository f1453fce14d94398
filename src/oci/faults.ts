/** The closed list of what can be wrong with a reference or a manifest. */

import { faults } from '../base/index.ts'

export const ociFault = faults({
  REFERENCE_INVALID: 2,
  MANIFEST_INVALID: 3,
  /** A blob that the place does not have: what every `BlobReader` throws. */
  CONTENT_MISSING: 3,
})

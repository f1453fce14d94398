/** The closed list of what can go wrong while something is attached to an image or removed from it. */

import { faults } from '../base/index.ts'

export const attachmentFault = faults({
  FALLBACK_TAG_CONTENDED: 3,
  ATTACH_INCOMPLETE: 3,
  COSIGN_TAG_IMPOSSIBLE: 2,
})

/** The closed list of what can go wrong while something is attached to an image, removed from it or copied with it. */

import { faults } from '../base/index.ts'

export const attachmentFault = faults({
  FALLBACK_TAG_CONTENDED: 3,
  ATTACH_INCOMPLETE: 3,
  COSIGN_TAG_IMPOSSIBLE: 2,
  ATTACH_CONTENT_INVALID: 2,
  ATTACH_OTHER_IMAGE: 2,
  ATTACH_TAG_TAKEN: 2,
  CLEAN_INCOMPLETE: 3,
  IMAGE_MISSING: 3,
  COPY_SOURCE_MISSING: 3,
  COPY_SOURCE_INCOMPLETE: 3,
  COPY_TAG_TAKEN: 2,
  COPY_TOO_MUCH: 3,
  COPY_INCOMPLETE: 3,
  COPY_PLATFORM_INVALID: 2,
  COPY_PLATFORM_MISSING: 2,
  COPY_PLATFORM_AMBIGUOUS: 2,
})

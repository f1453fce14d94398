/** One thing that claims to prove something of an image, with everything that was found out about it. */

import type { AttachmentKind, Place } from '../attachments/index.ts'
import type { Digest } from '../base/index.ts'
import type { Judgement } from './judgement.ts'

/** Where a candidate lies: enough to fetch it again. */
export interface CandidateOrigin {
  readonly kind: AttachmentKind
  readonly place: Place
  readonly manifest: Digest
  readonly layer: Digest
  /** Bytes. */
  readonly size: number
}

export interface Candidate extends Judgement {
  readonly origin: CandidateOrigin
}

/** attachments: what hangs on an image, in every format: found, added, removed, copied. */
export { type Attached, attachReferrer, type NewReferrer, putReferrer } from './attach.ts'
export {
  type Attachment,
  type AttachmentKind,
  type AttachmentProblem,
  type AttachmentProblemCode,
  notationMediaType,
  type Place,
} from './attachment.ts'
export { type CopyOptions, type CopyProgress, type CopyResult, copyImage } from './copy.ts'
export type { CopyProblem } from './copy-plan.ts'
export { parsePlatform } from './copy-platform.ts'
export { addCosignLayer, removeCosignLayers } from './cosign-tag.ts'
export { type DiscoverOptions, type Discovery, discover } from './discover.ts'
export { attachmentFault } from './faults.ts'
export { removeAttachments } from './remove.ts'
export type { Pause } from './tagged-update.ts'

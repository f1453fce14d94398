/** attachments: what hangs on an image, in every format: found, shown, added, removed, copied, downloaded. */
export { type Attached, attachReferrer, listedDescriptor, type NewReferrer, putReferrer } from './attach.ts'
export {
  type Attachment,
  type AttachmentKind,
  type AttachmentProblem,
  type AttachmentProblemCode,
  notationMediaType,
  type Place,
} from './attachment.ts'
export { type CleanedItem, type CleanOptions, type CleanResult, type CleanType, cleanImage } from './clean.ts'
export { type CopyOptions, type CopyProgress, type CopyResult, copyImage } from './copy.ts'
export type { CopyProblem } from './copy-plan.ts'
export { choosePlatform, parsePlatform } from './copy-platform.ts'
export { addCosignLayer, removeCosignLayers } from './cosign-tag.ts'
export { type DiscoverOptions, type Discovery, discover } from './discover.ts'
export { type Download, type DownloadOptions, findDownloads, openDownload, readDownload } from './download.ts'
export { attachmentFault } from './faults.ts'
export type { Imported, ImportTarget, ReadStatement } from './import.ts'
export { importAttestation, importBundle } from './import-bundle.ts'
export { importSbom, type SbomFormat, sbomFormat } from './import-sbom.ts'
export { type ForeignSignature, importSignature } from './import-signature.ts'
export type { CertificateFacts, NotationFacts } from './notation-facts.ts'
export { type NewNotationReferrer, type NotationShape, notationReferrer } from './notation-referrer.ts'
export type { Pause } from './pause.ts'
export { removeAttachments } from './remove.ts'
export { type AttachmentRole, claimedPredicateType } from './role.ts'
export { type AttachmentNode, type ImageNode, inspectImage } from './tree.ts'
export { withEvidence } from './with-evidence.ts'

/** verification: judges each attachment of an image, never another's, and says how it came out. */
export { type Artifact, verifyBlob, verifyBlobAttestation } from './blob.ts'
export type { Candidate, CandidateOrigin } from './candidate.ts'
export { type FindingCode, findingCodes, type ReasonCode, reasonCodes } from './codes.ts'
export { verificationFault } from './faults.ts'
export type { Check, Finding } from './finding.ts'
export { conclude, type ImagePlace, type ImageVerdict, verifyImage } from './image.ts'
export { judgeAttachment } from './judge-attachment.ts'
export type { CandidateVerdict, Judgement } from './judgement.ts'
export { type CertificateQuestion, prepareQuestion, type Question, type X509Question } from './question.ts'
export type { Reason, Verdict } from './reason.ts'
export {
  type ChildVerdict,
  type RecursiveOptions,
  type RecursiveVerdict,
  verifyRecursively,
  verifyThroughIndex,
} from './recursive.ts'
export { type CertifiedIdentity, isCertified, keyFingerprint, nameSigner, type ProvenSigner } from './signer.ts'
export type { Subject } from './subject.ts'
export { nameKey, type TrustedKey } from './trusted-key.ts'
export type { PluginAnswer, PluginInquiry, PluginResult, VerificationPlugins } from './verification-plugins.ts'
export type { Verified } from './verified.ts'

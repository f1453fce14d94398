/**
 * Zegel as a library: sign, attest, verify and discover what hangs on container images.
 * The rooms are subpaths of their own: `zegel/registry`, `zegel/verification`, `zegel/signing`, …
 */

export { type Attachment, type Discovery, discover } from './attachments/index.ts'
export { predicateTypeOf } from './attestation/index.ts'
export { type Digest, Fault, fixedClock, parseDigest } from './base/index.ts'
export { type PrivateKey, type PublicKey, readPrivateKey, readPublicKey } from './crypto/index.ts'
export { memoryStore, openLayout, openLayoutForWriting } from './layout/index.ts'
export {
  type ContentReader,
  type ContentStore,
  parseImageSource,
  parseReference,
  type Reference,
  targetOf,
} from './oci/index.ts'
export { readCertificates } from './pki/index.ts'
export {
  attestImage,
  certifiedSigner,
  keySigner,
  manifestsToSign,
  type Signer,
  type SigningContext,
  type SigningTarget,
  signImage,
  signNotation,
} from './signing/index.ts'
export {
  folderRevocation,
  networkRevocation,
  offlineRevocation,
  openTrustStores,
  parseTrustPolicy,
  parseWrittenIdentity,
  resolveTrust,
  simpleTrust,
  type X509Trust,
} from './trust/index.ts'
export {
  type Candidate,
  type Finding,
  type ImageVerdict,
  type ProvenSigner,
  type Question,
  type TrustedKey,
  verifyBlob,
  verifyBlobAttestation,
  verifyImage,
  verifyRecursively,
} from './verification/index.ts'

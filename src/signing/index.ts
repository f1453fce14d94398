/** signing: signers, and what they sign: images, attestations, files. */
export { attestImage, type ImageAttestation } from './attest-image.ts'
export { attestBlob, signBlob } from './blob.ts'
export { signingFault } from './faults.ts'
export { type ImageSignature, signImage } from './sign-image.ts'
export { keySigner, type Signer, type SigningPurpose } from './signer.ts'
export type { SignatureFormat, Signed, SignedContent, SigningContext, SigningTarget } from './target.ts'

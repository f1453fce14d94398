/** signing: signers, and what they sign: images, attestations, files. */
export { attestImage, type ImageAttestation } from './attest-image.ts'
export { attestBlob, signBlob } from './blob.ts'
export { signingFault } from './faults.ts'
export { type NotationSignature, signNotation, type TimestampService } from './notation.ts'
export { certifiedSigner, type NotationSigner, type RawNotationSigner } from './notation-signer.ts'
export { type ImageSignature, signImage } from './sign-image.ts'
export { keySigner, type Signer, type SigningPurpose } from './signer.ts'
export type { NotationFormat, SignatureFormat, Signed, SignedContent, SigningContext, SigningTarget } from './target.ts'

/** envelope: DSSE, Sigstore bundles and Cosign's simple signing, parsed and written, nothing else. */
export { type BundleContent, type BundleMaterial, parseBundle, type SigstoreBundle } from './bundle.ts'
export {
  bundleAnnotations,
  type CosignSuffix,
  cosignAnnotations,
  cosignMediaTypes,
  cosignTag,
  fallbackTag,
  imageSignaturePredicateType,
  inTotoPayloadType,
} from './cosign-names.ts'
export { type DsseContent, type DsseEnvelope, type DsseSignature, paeParts, parseDsse, writeDsse } from './dsse.ts'
export { envelopeFault } from './faults.ts'
export { type LegacyBundle, parseLegacyBundle } from './legacy-bundle.ts'
export { type BundleVersion, bundleMediaType, isBundleMediaType } from './media-types.ts'
export type { MessageDigest } from './message-signature.ts'
export { parseRekorBundle, parseTimestampAnnotation, type RekorBundle } from './rekor-bundle.ts'
export { type NewSimpleSigning, parseSimpleSigning, type SimpleSigning, writeSimpleSigning } from './simple-signing.ts'
export type { InclusionProof, TlogEntry } from './tlog-entry.ts'
export { type NewBundle, type NewBundleContent, writeBundle } from './write-bundle.ts'

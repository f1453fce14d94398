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
export {
  type ExtendedAttribute,
  type NotationAlgorithm,
  type NotationEncoding,
  type NotationEnvelope,
  namedAlgorithmOf,
  notationAlgorithmFor,
  notationMediaTypes,
  notationPayloadType,
  notationSchemes,
} from './notation.ts'
export { type NotationPayload, parseNotationPayload, writeNotationPayload } from './notation-payload.ts'
export { parseNotation } from './parse-notation.ts'
export { parseRekorBundle, parseTimestampAnnotation, type RekorBundle } from './rekor-bundle.ts'
export { type NewSimpleSigning, parseSimpleSigning, type SimpleSigning, writeSimpleSigning } from './simple-signing.ts'
export type { InclusionProof, TlogEntry } from './tlog-entry.ts'
export { type NewBundle, type NewBundleContent, writeBundle } from './write-bundle.ts'
export { type BegunNotation, beginNotation, type NewNotation, type NotationProof } from './write-notation.ts'

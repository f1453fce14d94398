/** Names that Cosign gives to tags, layers and annotations (cosign specs/SIGNATURE_SPEC.md, BUNDLE_SPEC.md; OCI distribution-spec 1.1). */

import { type Digest, digestAlgorithm, digestHex } from '../base/index.ts'

/** Layers and configurations of what hangs on an image. */
export const cosignMediaTypes = {
  simpleSigning: 'application/vnd.dev.cosign.simplesigning.v1+json',
  dsse: 'application/vnd.dsse.envelope.v1+json',
  /** Configurations of the legacy formats as referrers (`--registry-referrers-mode=oci-1-1`). */
  signatureArtifact: 'application/vnd.dev.cosign.artifact.sig.v1+json',
  attestationArtifact: 'application/vnd.dev.cosign.artifact.att.v1+json',
  sbomArtifact: 'application/vnd.dev.cosign.artifact.sbom.v1+json',
} as const

export const inTotoPayloadType = 'application/vnd.in-toto+json'

/** What a Sigstore bundle that is an image signature states (cosign 3). */
export const imageSignaturePredicateType = 'https://sigstore.dev/cosign/sign/v1'

/** Annotations of a legacy layer. Nobody signed them. */
export const cosignAnnotations = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  bundle: 'dev.sigstore.cosign/bundle',
  rfc3161Timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
  predicateType: 'predicateType',
  sbomScope: 'dev.sigstore.sbom.scope',
} as const

/** Annotations of a bundle's manifest. Hints that nobody signed. */
export const bundleAnnotations = {
  content: 'dev.sigstore.bundle.content',
  predicateType: 'dev.sigstore.bundle.predicateType',
} as const

export type CosignSuffix = 'sig' | 'att' | 'sbom'

/** Cosign's legacy tag. @example cosignTag(digest, 'sig') // 'sha256-1519….sig' */
export function cosignTag(digest: Digest, suffix: CosignSuffix): string {
  return `${digestAlgorithm(digest)}-${digestHex(digest)}.${suffix}`
}

/** The referrers tag (distribution-spec 1.1, "Referrers Tag Schema"): algorithm, "-", at most 64 characters of the hash. */
export function fallbackTag(digest: Digest): string {
  return `${digestAlgorithm(digest)}-${digestHex(digest).slice(0, 64)}`
}

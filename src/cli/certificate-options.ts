/** The flags of `verify` and its kin that are about the certificates of bundles. */

export interface CertificateOptions {
  readonly certificateIdentity: readonly string[]
  readonly caRoots: readonly string[]
  readonly caIntermediates: readonly string[]
}

/** contract: the schemas of every `-o json`. Commands import its types; only tests, scripts and the server load the schemas. */
export type {
  AttachmentNode,
  AttachReport,
  CleanReport,
  CopyReport,
  DownloadReport,
  InspectChild,
  InspectReport,
} from './attachments.ts'
export type { AttestBlobReport, SignBlobReport, VerifyBlobAttestationReport, VerifyBlobReport } from './blob.ts'
export type { KeyInspectReport, KeyPairReport, KeyPublicReport } from './key.ts'
export type { PkiInitReport, PkiRevokeReport, PkiServeReport } from './pki.ts'
export type { ErrorReport, LoginReport, LogoutReport, RegistryReport, TextReport, VersionReport } from './program.ts'
export type { FetchRevocationReport } from './revocation.ts'
export { jsonSchemas, schemas } from './schemas.ts'
export type { AttestReport, SignedReport, SignReport } from './sign.ts'
export type {
  TrustAddReport,
  TrustCertificate,
  TrustPolicyCheckReport,
  TrustPolicyReport,
  TrustRemoveReport,
  TrustStoreReport,
  TrustStoresReport,
} from './trust.ts'
export type {
  VerifyAttestationReport,
  VerifyCandidate,
  VerifyChild,
  VerifyFinding,
  VerifyImage,
  VerifyReport,
} from './verify.ts'

/** authority: issuing for tests, the demo and `zegel pki`: certificates, revocation, timestamps. */
export { answerOcsp, answerTimestamp, currentList, type ListName, type Service } from './answers.ts'
export {
  type AnswerOptions,
  type Authority,
  type AuthorityOptions,
  createAuthority,
  type Issuers,
} from './authority.ts'
export { type CrlOptions, type CrlReason, crlReasons, type Revocation, writeCrl } from './crl.ts'
export {
  alternativeNames,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoint,
  dnsName,
  emailName,
  extendedKeyUsage,
  extension,
  keyUsage,
  type NewExtension,
  ocspAddress,
  ocspNoCheck,
  replaced,
  subjectKeyIdentifier,
  uriName,
  without,
} from './extensions.ts'
export { authorityFault } from './faults.ts'
export {
  type AuthorityFile,
  authorityFiles,
  type KeptAuthority,
  PRIVATE_FOLDER,
  REVOKED_FILE,
  readAuthority,
} from './files.ts'
export { type Issued, type IssueOptions, issueCertificate, type SelfIssuer } from './issue.ts'
export type { Circumstances, Member, MemberOptions } from './member.ts'
export { type NamePart, subjectName, writeName } from './name.ts'
export { type OcspAnswer, type OcspOptions, ocspStatuses, writeOcspFailure, writeOcspResponse } from './ocsp.ts'
export { type AskedCertificate, type OcspRequest, readOcspRequest } from './ocsp-request.ts'
export type { Profile, ProfileOptions } from './profiles.ts'
export { findIssued, readRevoked, writeRevoked } from './revoked.ts'
export { type AuthorityServer, type AuthorityServerOptions, serveAuthority } from './server.ts'
export {
  type Attribute,
  imprintOf,
  signingCertificate,
  type TokenOptions,
  writeTimestampRejection,
  writeTimestampResponse,
  writeTimestampToken,
} from './timestamp.ts'
export {
  type Imprint,
  readTimestampRequest,
  type TimestampFailure,
  type TimestampRequest,
  timestampFailures,
} from './timestamp-request.ts'

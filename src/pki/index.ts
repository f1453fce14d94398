/** pki: X.509 certificates, chains, revocation and timestamps. */
export { attributeName, attributeOid } from './attribute-types.ts'
export { type Certificate, parseCertificate } from './certificate.ts'
export {
  authorityKeyIdentifier,
  type BasicConstraints,
  basicConstraints,
  type ExtendedKeyUsage,
  extendedKeyUsage,
  extensionIds,
  hasOcspNoCheck,
  isForCodeSigning,
  type KeyUsage,
  type KeyUsages,
  keyPurposes,
  keyUsage,
  keyUsageBits,
  type NameConstraints,
  nameConstraints,
  subjectAltNames,
  subjectKeyIdentifier,
} from './certificate-extensions.ts'
export { readCertificates } from './certificate-files.ts'
export { brokenAuthorityRule } from './certificate-rules.ts'
export { checkChain, isSelfSigned, validAt } from './chain.ts'
export { completeChain, type OrderedChain, orderChain } from './chain-order.ts'
export type { ChainProblem, ChainPurpose, ChainRule } from './chain-problem.ts'
export { parseSignedData, type SignedData, type SignerInfo } from './cms.ts'
export { type Crl, parseCrl } from './crl.ts'
export type { CrlScope } from './crl-extensions.ts'
export { type DistinguishedName, matchesIdentity, parseDistinguishedName } from './distinguished-name.ts'
export type { Extension } from './extensions.ts'
export { pkiFault } from './faults.ts'
export { formatName, nameAttributes } from './format-name.ts'
export { type GeneralName, ipText } from './general-name.ts'
export { judgeCrl, judgeCrlBytes } from './judge-crl.ts'
export { judgeOcsp, judgeOcspBytes, type OcspOptions } from './judge-ocsp.ts'
export type { Name, NameAttribute } from './name.ts'
export { type CertId, namesCertificate, readCertId, writeCertId, writeOcspRequest } from './ocsp-request.ts'
export { type BasicOcspResponse, type OcspResponse, parseOcspResponse, type SingleResponse } from './ocsp-response.ts'
export { pathsToRoots } from './paths.ts'
export { type Pkcs12, readPkcs12 } from './pkcs12.ts'
export {
  type RevocationAnswer,
  type RevocationCode,
  type RevocationReason,
  type RevocationStatus,
  revocationCodes,
} from './revocation-answer.ts'
export { type DistributionPoint, distributionPointsOf, ocspUrlsOf } from './revocation-pointers.ts'
export {
  type CertificateAnswers,
  type CertificateRevocation,
  type ChainRevocation,
  judgeRevocation,
  type RevocationOptions,
  type RevocationPointers,
  revocationPointersOf,
} from './revocation-verdict.ts'
export {
  digestAlgorithmOf,
  isSignedBy,
  signatureAlgorithm,
  verifySignedData,
  writeDigestAlgorithm,
  writeSignatureAlgorithm,
} from './signature-algorithm.ts'
export { type TimestampCode, type TimestampRefusal, timestampCodes } from './timestamp-codes.ts'
export { type AskedTimestamp, readTimestampReply } from './timestamp-reply.ts'
export { requestTimestamp, type TimestampRequest, writeTimestampRequest } from './timestamp-request.ts'
export { type MessageImprint, parseTimestampToken, type TimestampInfo, type TimestampToken } from './timestamp-token.ts'
export {
  type ProvenTimestamp,
  type TimestampQuestion,
  type TimestampVerdict,
  verifyTimestamp,
} from './timestamp-verify.ts'

/** pki: X.509 certificates, chains, revocation and timestamps. */
export { type Certificate, parseCertificate } from './certificate.ts'
export type { Extension } from './extensions.ts'
export { pkiFault } from './faults.ts'
export type { Name, NameAttribute } from './name.ts'
export {
  digestAlgorithmOf,
  isSignedBy,
  signatureAlgorithm,
  verifySignedData,
  writeSignatureAlgorithm,
} from './signature-algorithm.ts'

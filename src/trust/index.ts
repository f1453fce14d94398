/** trust: trust stores and policies, and where revocation is asked. */

export { certificateIdentitiesOf, parseCertificateIdentity, type SanIdentity } from './certificate-identity.ts'
export { checkPolicy } from './check-policy.ts'
export { checkPolicyStores } from './check-stores.ts'
export { identitiesOf, subjectIdentity } from './describe-identity.ts'
export type { TrustPolicyDocument, TrustPolicyStatement } from './document.ts'
export { trustFault } from './faults.ts'
export { type Identity, identityPrefixes, matchesIdentity, parseIdentity, parseWrittenIdentity } from './identity.ts'
export { listTrustStores } from './list-stores.ts'
export { parseTrustPolicy, type TrustPolicyOptions } from './policy.ts'
export { type PolicyNote, type PolicyNoteCode, policyNoteCodes } from './policy-note.ts'
export { loadAll, ownTrust, resolveTrust, simpleTrust } from './resolve.ts'
export { type CollectOptions, collectRevocation } from './revocation/collect.ts'
export { withCrlCache } from './revocation/crl-cache.ts'
export { folderRevocation, keepingRevocation } from './revocation/folder.ts'
export { type NetworkOptions, type NetworkRevocation, networkRevocation } from './revocation/network.ts'
export { rememberingRevocation } from './revocation/remember.ts'
export {
  type CrlBytes,
  type CrlQuestion,
  type OcspQuestion,
  offlineRevocation,
  type RevocationSource,
} from './revocation/source.ts'
export { isAuthority, isRoot, unfit } from './roots.ts'
export { isPrefixScope, matchScope, scopeProblem, statementFor } from './scope.ts'
export { storeFileName, writeStoreFile } from './store-file.ts'
export { formatStoreName, isStoreName, parseStoreName, type StoreName, storeTypes } from './store-name.ts'
export {
  listStore,
  openTrustStores,
  readStoreFiles,
  type StoredCertificate,
  storeFolder,
  type TrustStores,
} from './stores.ts'
export {
  levelActions,
  type TrustAction,
  type TrustCheck,
  type TrustLevel,
  type TrustStore,
  type TrustStoreType,
  type X509Trust,
} from './x509-trust.ts'

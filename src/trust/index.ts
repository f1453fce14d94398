/** trust: trust stores and policies, and where revocation is asked. */
export { trustFault } from './faults.ts'
export { type Identity, matchesIdentity, parseIdentity, parseWrittenIdentity } from './identity.ts'
export {
  isStoreName,
  parseStoreName,
  parseTrustPolicy,
  type StoreName,
  storeTypes,
  type TrustPolicyDocument,
  type TrustPolicyStatement,
} from './policy.ts'
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
export { isScope, statementFor } from './scope.ts'
export {
  isSelfSigned,
  openTrustStores,
  readStoreFiles,
  type StoredCertificate,
  storeFolder,
  type TrustStores,
  unfit,
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

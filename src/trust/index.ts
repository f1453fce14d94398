/** trust: trust stores and policies, and where revocation is asked. */
export { trustFault } from './faults.ts'
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

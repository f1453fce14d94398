/** distribution: our own registry server (OCI distribution-spec 1.1), in memory or in a folder. */
export { distributionFault } from './faults.ts'
export { type RegistryOptions, type RegistryServer, type ServedRequest, startRegistry } from './server.ts'

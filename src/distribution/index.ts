/** distribution: our own registry server (OCI distribution-spec 1.1), in memory or in a folder. */
export { distributionFault } from './faults.ts'
export { listen, requireLoopback, stop } from './listen.ts'
export { type RegistryOptions, type RegistryServer, type ServedRequest, startRegistry } from './server.ts'

/** http: the one client, with proxies, certificate authorities, redirects, retries and bounds. */
export { type AddressKind, type AllowAddress, addressKind, publicOrNamed } from './addresses.ts'
export type { PlainHttp } from './agents.ts'
export { httpFault } from './faults.ts'
export { createFetcher, type FetcherOptions, type HttpClient } from './fetcher.ts'
export { isLoopback, isMachineLocal, shownUrl } from './hosts.ts'
export type { Fetcher, HttpRequest, HttpResponse, StreamBody, TlsSettings } from './port.ts'
export { pemCertificates } from './tls.ts'

/** Asks the network: OCSP over HTTP (RFC 6960 appendix A) and CRLs by their URLs, each bounded in time and size and kept from the local network. */

import { type Bytes, type Clock, type Environment, type Log, limits, toBase64 } from '../../base/index.ts'
import { createFetcher, type HttpClient, type HttpRequest, publicOrNamed, shownUrl } from '../../http/index.ts'
import { trustFault } from '../faults.ts'
import { type OcspQuestion, type RevocationSource, withDelta } from './source.ts'

export interface NetworkOptions {
  /** Proxies and the authorities of TLS are read from it. */
  readonly environment: Environment
  readonly log: Log
  readonly clock: Clock
  /** Hosts that may be on this machine or in a private network (`--revocation-host`); link-local and metadata addresses never. */
  readonly hosts?: readonly string[]
  readonly ca?: readonly string[]
  readonly signal?: AbortSignal
}

export interface NetworkRevocation extends RevocationSource {
  close(): void
}

/** Longer requests do not go into a URL (RFC 6960 appendix A.1). */
const LONGEST_GET = 255

/**
 * Plain HTTP is usual here, since the answers are signed. Nothing is opened before the first question.
 * @throws by its methods: REVOCATION_UNREACHABLE, REVOCATION_URL_UNUSABLE, REVOCATION_TIMEOUT, and the codes of the http room
 */
export function networkRevocation(options: NetworkOptions): NetworkRevocation {
  const client = createFetcher({
    environment: options.environment,
    log: options.log,
    clock: options.clock,
    allowPlainHttp: 'any',
    allowAddress: publicOrNamed(options.hosts ?? []),
    retries: 1,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const readCrl = (url: string): Promise<Bytes> =>
    fetched(client, { method: 'GET', url: askable(url) }, limits.crlBytes, limits.crlTimeoutMs)
  return {
    ocsp: async (question) => fetched(client, ocspRequest(question), limits.ocspBytes, limits.ocspTimeoutMs),
    crl: async ({ url }) => withDelta(await readCrl(url), readCrl),
    close: () => client.close(),
  }
}

/** @throws REVOCATION_URL_UNUSABLE */
export function askable(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url !== undefined && isHttp && url.username === '' && url.password === '') return url
  const shown = url === undefined ? 'no URL' : `of the scheme ${url.protocol}`
  throw trustFault(
    'REVOCATION_URL_UNUSABLE',
    `The place where the certificate can be asked for is ${shown}, not http: or https:.`,
  )
}

const HEADERS = { accept: 'application/ocsp-response' }

/** GET where it is short, so that caches on the way can answer. */
function ocspRequest({ url: text, request }: Pick<OcspQuestion, 'url' | 'request'>): HttpRequest {
  const url = askable(text)
  const encoded = toBase64(request)
  if (encoded.length >= LONGEST_GET || url.search !== '') {
    const headers = { ...HEADERS, 'content-type': 'application/ocsp-request' }
    return { method: 'POST', url, headers, body: request, retry: false }
  }
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  return { method: 'GET', url: new URL(`${url.origin}${path}${encodeURIComponent(encoded)}`), headers: HEADERS }
}

/** One question from its beginning to its last octet, redirects and retries included. */
async function fetched(client: HttpClient, request: HttpRequest, maxBytes: number, waitMs: number): Promise<Bytes> {
  const timer = new AbortController()
  const expired = trustFault('REVOCATION_TIMEOUT', `${request.url.host} did not answer within ${waitMs / 1000} s.`, {
    facts: { host: request.url.host },
  })
  const timeout = setTimeout(() => timer.abort(expired), waitMs)
  try {
    return await Promise.race([answerOf(client, { ...request, signal: timer.signal }, maxBytes), aborted(timer.signal)])
  } finally {
    clearTimeout(timeout)
  }
}

/** Names are looked up where no signal reaches. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

async function answerOf(client: HttpClient, request: HttpRequest, maxBytes: number): Promise<Bytes> {
  const response = await client.fetch(request)
  if (response.status === 200) return await response.readAll(maxBytes)
  await response.discard()
  const detail = `${shownUrl(request.url)} answered with the status ${response.status}.`
  throw trustFault('REVOCATION_UNREACHABLE', detail, { facts: { status: response.status } })
}

/** The port through which every other room speaks HTTP: one method, a request in, an answer whose body is a bounded stream. */

import type { Bytes } from '../base/index.ts'

/** A body in pieces that can be opened again for a retry. Without `length` it is sent chunked. */
export interface StreamBody {
  open(): AsyncIterable<Bytes>
  readonly length?: number
}

export interface HttpRequest {
  readonly method: string
  /** Without userinfo; http: only to this machine, or where the fetcher was told so. */
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Bytes | StreamBody
  /** From the first byte sent to the last one read, in milliseconds; waiting for a free connection does not count. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** False: answered once, never sent again (an upload whose state only the caller knows). Default: by the method (RFC 9110 section 9.2.2). */
  readonly retry?: boolean
}

export interface HttpResponse {
  readonly status: number
  /** Lower-case names; what was sent several times is joined with ", " (RFC 9110 section 5.3). */
  readonly headers: ReadonlyMap<string, string>
  /** To be read once: whole, by `readAll` or `discard`. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Bytes>
  /** @throws LIMIT_EXCEEDED when the body is larger than `maxBytes` */
  readAll(maxBytes: number): Promise<Bytes>
  discard(): Promise<void>
  /** Where the answer came from, after redirects. */
  readonly url: URL
}

export interface Fetcher {
  /** Answers whatever the status; throws a Fault when there is no answer. */
  fetch(request: HttpRequest): Promise<HttpResponse>
}

/** How TLS is spoken with one origin; PEM throughout. */
export interface TlsSettings {
  /** Trusted beside the system's store. */
  readonly ca?: readonly string[]
  readonly clientCertificate?: { readonly certificate: string; readonly key: string }
  /** The certificate is not checked at all (`skip_verify`). */
  readonly insecure?: boolean
}

/** The Fetcher over node:http and node:https: retries, redirects, and the trace that `--debug` shows. */

import { type Bytes, type Clock, type Environment, Fault, type Log, limits } from '../base/index.ts'
import type { AllowAddress } from './addresses.ts'
import { createLines, defaultConnections, type Lines, type PlainHttp, plainIsAllowed } from './agents.ts'
import { BrokenExchange, exchange, type Waits } from './exchange.ts'
import { failureOf } from './failure.ts'
import { httpFault } from './faults.ts'
import { shownUrl } from './hosts.ts'
import type { Fetcher, HttpRequest, HttpResponse, TlsSettings } from './port.ts'
import { followedRequest } from './redirect.ts'
import { type RetryOptions, waitAfterAnswer, waitAfterFailure, waitFor } from './retry.ts'

export interface FetcherOptions {
  /** Proxies and trust files are read from it: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, NODE_EXTRA_CA_CERTS. */
  readonly environment: Environment
  readonly log: Log
  readonly clock: Clock
  /** TLS for every origin; `tlsFor` says more of single ones, client certificates among it. */
  readonly ca?: readonly string[]
  readonly insecure?: boolean
  /** Asked once for each new connection pool; the same object must come back for the same origin. */
  readonly tlsFor?: (url: URL) => Promise<TlsSettings | undefined>
  /** Default `loopback`: plain HTTP only to this machine. */
  readonly allowPlainHttp?: PlainHttp
  /** Ends every exchange. */
  readonly signal?: AbortSignal
  readonly random?: (length: number) => Bytes
  readonly connectionsPerHost?: number
  readonly retries?: number
  readonly backoffMs?: number
  readonly requestTimeoutMs?: number
  readonly idleTimeoutMs?: number
  /** Called before each connection, redirects included: may throw to keep us from a host. */
  readonly guard?: (url: URL) => Promise<void>
  /** Asked about each address before it is connected to, redirects included, after the name was looked up; a proxy looks names up itself. Default: all. */
  readonly allowAddress?: AllowAddress
}

export interface HttpClient extends Fetcher {
  /** Requests that went out, retries and redirects included. */
  requestCount(): number
  /** Closes the kept connections; exchanges that run are broken off. */
  close(): void
}

/**
 * Makes the client; nothing is opened or read before the first request, and no TLS code is loaded before the first https URL.
 * @example
 * const fetcher = createFetcher({ environment: process.env, log: silentLog, clock: Date.now })
 * const answer = await fetcher.fetch({ method: 'GET', url: new URL('https://registry.example.org/v2/') })
 * await answer.readAll(limits.errorBodyBytes)
 */
export function createFetcher(options: FetcherOptions): HttpClient {
  const client = new NodeFetcher(options)
  return { fetch: (request) => client.fetch(request), requestCount: () => client.sent, close: () => client.close() }
}

class NodeFetcher {
  sent = 0
  private readonly options: FetcherOptions
  private readonly lines: Lines
  private readonly waits: Waits
  private readonly retry: RetryOptions

  constructor(options: FetcherOptions) {
    this.options = options
    const shared = sharedSettings(options)
    const { tlsFor } = options
    this.lines = createLines(
      options.environment,
      options.connectionsPerHost ?? defaultConnections,
      tlsFor === undefined ? async () => shared : async (url) => mergedSettings(shared, await tlsFor(url)),
      options.allowAddress,
    )
    this.waits = {
      requestMs: options.requestTimeoutMs ?? limits.requestTimeoutMs,
      idleMs: options.idleTimeoutMs ?? limits.idleTimeoutMs,
    }
    this.retry = {
      retries: options.retries ?? limits.retries,
      backoffMs: options.backoffMs ?? 250,
      clock: options.clock,
      ...(options.random === undefined ? {} : { random: options.random }),
    }
  }

  async fetch(request: HttpRequest): Promise<HttpResponse> {
    const signal = joinedSignal(this.options.signal, request.signal)
    let next: HttpRequest = signal === undefined ? request : { ...request, signal }
    for (let hops = 0; hops <= limits.redirects; hops++) {
      this.check(next.url)
      await this.options.guard?.(next.url)
      const response = await this.fetchWithRetries(next)
      const followed = await orDiscard(response, () => followedRequest(next, response))
      if (followed === undefined) return response
      await response.discard()
      next = followed
    }
    throw httpFault('HTTP_REDIRECT_REFUSED', `${request.url.host} redirects more than ${limits.redirects} times.`, {
      facts: { host: request.url.host },
    })
  }

  close(): void {
    this.lines.close()
  }

  private check(url: URL): void {
    if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
      throw httpFault(
        'HTTP_URL_INVALID',
        `${shownUrl(url)} is not an address that can be asked: https: without a user name in it.`,
      )
    }
    if (!plainIsAllowed(url, this.options.allowPlainHttp ?? 'loopback')) {
      throw httpFault(
        'HTTP_PLAIN_REFUSED',
        `${url.host} would be asked over plain HTTP, which anybody on the way can read and change.`,
        {
          fix: 'Use https, or ask for plain HTTP with --allow-http.',
          facts: { host: url.host },
        },
      )
    }
  }

  private async fetchWithRetries(request: HttpRequest): Promise<HttpResponse> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.attempt(request)
      const wait =
        outcome instanceof BrokenExchange
          ? waitAfterFailure(request, outcome, attempt, this.retry)
          : waitAfterAnswer(request, outcome, attempt, this.retry)
      if (wait === undefined) {
        if (outcome instanceof BrokenExchange) throw failureOf(outcome.cause, request.url)
        return outcome
      }
      if (!(outcome instanceof BrokenExchange)) await outcome.discard()
      await waitFor(wait, request.signal)
    }
  }

  private async attempt(request: HttpRequest): Promise<HttpResponse | BrokenExchange> {
    const line = await this.lines.line(request.url)
    const started = this.options.clock()
    this.sent++
    try {
      const response = await exchange(line, request, request.url, this.waits)
      this.trace(request, started, String(response.status))
      return response
    } catch (error) {
      this.trace(request, started, error instanceof Fault ? error.code : 'failed')
      if (error instanceof BrokenExchange) return error
      throw error
    }
  }

  /** Never headers: they carry credentials. */
  private trace(request: HttpRequest, started: number, outcome: string): void {
    const ms = Math.round(this.options.clock() - started)
    this.options.log.debug(`${request.method} ${shownUrl(request.url)}`, { outcome, ms })
  }
}

function sharedSettings(options: FetcherOptions): TlsSettings {
  return {
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.insecure === undefined ? {} : { insecure: options.insecure }),
  }
}

const merged = new WeakMap<TlsSettings, WeakMap<TlsSettings, TlsSettings>>()

/** What holds for one origin over what holds for all; the same two give the same object, for pools are kept by it. */
function mergedSettings(shared: TlsSettings, own: TlsSettings | undefined): TlsSettings {
  if (own === undefined) return shared
  const known = merged.get(shared)?.get(own)
  if (known !== undefined) return known
  const both: TlsSettings = { ...shared, ...own, ca: [...(shared.ca ?? []), ...(own.ca ?? [])] }
  const perOwn = merged.get(shared) ?? new WeakMap<TlsSettings, TlsSettings>()
  perOwn.set(own, both)
  merged.set(shared, perOwn)
  return both
}

async function orDiscard<T>(response: HttpResponse, work: () => T): Promise<T> {
  try {
    return work()
  } catch (error) {
    await response.discard()
    throw error
  }
}

function joinedSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return AbortSignal.any([one, other])
}

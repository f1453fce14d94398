/** One request to one endpoint of a registry: its path, its credentials, and another try after a challenge. */

import type { Log } from '../base/index.ts'
import { type Fetcher, type HttpRequest, type HttpResponse, isLoopback } from '../http/index.ts'
import { asRegistryFault } from './answer.ts'
import type { Authentication } from './authentication.ts'
import type { Endpoint } from './endpoint.ts'
import type { Scope } from './scope.ts'

export interface ApiRequest {
  readonly method: string
  /** Below the endpoint's base, with its query: `shop/api/manifests/1.4`; or the whole address that an upload was given. */
  readonly path: string | URL
  readonly scope: Scope
  readonly repository?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: HttpRequest['body']
  readonly timeoutMs?: number
  readonly retry?: boolean
  /** Told once when the endpoint asks for credentials. */
  readonly onChallenge?: () => void
}

export interface Transport {
  /** @throws REGISTRY_UNREACHABLE and what `http` throws; any status is an answer */
  send(endpoint: Endpoint, request: ApiRequest): Promise<HttpResponse>
  readonly log: Log
}

/** Anonymous, then with a token; a kept token that is too old or too narrow costs one more. */
const MOST_CHALLENGES = 2

export function createTransport(fetcher: Fetcher, authentication: Authentication, log: Log): Transport {
  const pilots = new Map<string, Promise<void>>()

  /**
   * A host elsewhere nearly always asks for a token: the first request finds out, the others wait for its answer and not each for a
   * challenge of its own. This machine rarely asks, and nobody waits.
   */
  const afterPilot = async (endpoint: Endpoint): Promise<() => void> => {
    const { origin, hostname } = endpoint.base
    if (isLoopback(hostname)) return () => {}
    const pilot = pilots.get(origin)
    if (pilot !== undefined) {
      await pilot
      return () => {}
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    pilots.set(origin, promise)
    return resolve
  }

  const sendAuthorized = async (endpoint: Endpoint, request: ApiRequest): Promise<HttpResponse> => {
    const { repository, scope } = request
    const release = await afterPilot(endpoint)
    try {
      const firstSent = await authentication.header(endpoint, repository, scope)
      let sent = firstSent
      let response = await fetcher.fetch(httpRequest(endpoint, request, sent))
      for (let challenges = 0; response.status === 401 && challenges < MOST_CHALLENGES; challenges++) {
        request.onChallenge?.()
        // A token that was got for this very request and is not enough will not get better.
        if (challenges > 0 && firstSent === undefined) break
        const answer = authentication.answer(endpoint, repository, scope, response, sent)
        // What the host asks for is known now, though the token is still on its way.
        release()
        const next = await answer
        if (next === undefined || next === sent) break
        await response.discard()
        sent = next
        response = await fetcher.fetch(httpRequest(endpoint, request, sent))
      }
      return response
    } finally {
      release()
    }
  }

  return {
    log,
    send: async (endpoint, request) => {
      const registry = endpoint.mirrorOf ?? endpoint.credentialsOf
      const isElsewhere = request.path instanceof URL && request.path.origin !== endpoint.base.origin
      const response = await named(
        registry,
        isElsewhere ? fetcher.fetch(httpRequest(endpoint, request, undefined)) : sendAuthorized(endpoint, request),
      )
      return { ...response, readAll: (maxBytes) => named(registry, response.readAll(maxBytes)) }
    },
  }
}

async function named<T>(registry: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw asRegistryFault(error, registry)
  }
}

function httpRequest(endpoint: Endpoint, request: ApiRequest, authorization: string | undefined): HttpRequest {
  const url = request.path instanceof URL ? request.path : new URL(request.path, endpoint.base)
  if (endpoint.mirrorOf !== undefined) url.searchParams.set('ns', endpoint.mirrorOf)
  const isOwn = url.origin === endpoint.base.origin
  return {
    method: request.method,
    url,
    headers: {
      ...(isOwn ? endpoint.headers : {}),
      ...request.headers,
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    ...(request.retry === undefined ? {} : { retry: request.retry }),
  }
}

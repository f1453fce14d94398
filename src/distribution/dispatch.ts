/** From a request to its handler, and from what a handler throws to an answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../base/index.ts'
import { handleBlob } from './blobs.ts'
import { errorCode } from './durable-files.ts'
import { drain, type Exchange, type Service, send, sendJson } from './exchange.ts'
import { handleCatalog, handleTags, requireGet } from './listings.ts'
import { handleManifest } from './manifests.ts'
import { handleReferrers } from './referrers.ts'
import { Refusal } from './refusal.ts'
import { type Route, readTarget } from './routes.ts'
import { handleUpload, handleUploads } from './uploads.ts'

export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  service: Service,
  log: Log,
): Promise<void> {
  const method = request.method ?? ''
  const exchange: Exchange = { request, response, method, query: new URLSearchParams(), service }
  response.setHeader('docker-distribution-api-version', 'registry/2.0')
  response.setHeader('x-content-type-options', 'nosniff')
  try {
    refuseBrowsers(request)
    const { route, query } = readTarget(request.url ?? '')
    await handle({ ...exchange, query }, route)
  } catch (error) {
    refuse(exchange, error, log)
  } finally {
    drain(request)
  }
}

async function handle(exchange: Exchange, route: Route): Promise<void> {
  switch (route.kind) {
    case 'base':
      requireGet(exchange)
      return sendJson(exchange, '{}')
    case 'catalog':
      return handleCatalog(exchange)
    case 'tags':
      return handleTags(exchange, route.name)
    case 'referrers':
      return handleReferrers(exchange, route.name, route.digest)
    case 'manifest':
      return handleManifest(exchange, route.name, route.reference)
    case 'blob':
      return handleBlob(exchange, route.name, route.digest)
    case 'uploads':
      return handleUploads(exchange, route.name)
    case 'upload':
      return handleUpload(exchange, route.name, route.id)
  }
}

/** No page in a browser has business here: a foreign site could otherwise post into a registry on the user's loopback address. */
function refuseBrowsers(request: IncomingMessage): void {
  if (request.headers.origin !== undefined && request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refusal(403, 'DENIED', 'The registry takes nothing from pages in a browser.')
}

function refuse(exchange: Exchange, error: unknown, log: Log): void {
  const { response, request } = exchange
  if (response.headersSent || response.destroyed || request.socket.destroyed) {
    log.debug('a request was broken off', {
      method: exchange.method,
      path: request.url ?? '',
      reason: errorCode(error),
    })
    response.destroy()
    return
  }
  const refusal = error instanceof Refusal ? error : failure(error, exchange, log)
  const { status, headers } = refusal
  send(exchange, status, { 'content-type': 'application/json', ...headers }, Buffer.from(refusal.body()))
}

function failure(error: unknown, exchange: Exchange, log: Log): Refusal {
  const code = errorCode(error)
  const reason = error instanceof Error ? error.message : String(error)
  log.warn('a request failed', { method: exchange.method, path: exchange.request.url ?? '', code, reason })
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Refusal(507, 'DENIED', 'The registry has no room left on its disk.')
  return new Refusal(500, 'UNKNOWN', 'The registry failed; its log says why.')
}

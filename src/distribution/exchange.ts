/** One request and its answer, and what all handlers share. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Bytes, bufferOf, limits } from '../base/index.ts'
import { Refusal } from './refusal.ts'
import type { Repositories } from './repositories.ts'
import type { UploadSessions } from './session.ts'

/** What a handler works with. */
export interface Service {
  readonly repositories: Repositories
  readonly sessions: UploadSessions
  readonly clock: () => number
  readonly allowSparse: boolean
}

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly query: URLSearchParams
  readonly service: Service
}

export type Headers = Readonly<Record<string, string | number | readonly string[]>>

/** A whole body, not sent for HEAD. */
export function send(exchange: Exchange, status: number, headers: Headers, body: Bytes = new Uint8Array()): void {
  const { response, method } = exchange
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length }
  response.writeHead(status, { ...length, ...(headers as Record<string, string | number | string[]>) })
  response.end(method === 'HEAD' ? undefined : bufferOf(body))
}

export function sendJson(exchange: Exchange, text: string, headers: Headers = {}): void {
  send(exchange, 200, { 'content-type': 'application/json', ...headers }, Buffer.from(text))
}

/** The caller has written the head. The source is closed however it ends; a reader that goes away is no failure of ours. */
export async function sendStream(exchange: Exchange, source: AsyncIterable<Bytes>): Promise<void> {
  await pipeline(source, exchange.response)
}

/** The request's body, piece by piece; leaving the loop early does not close the connection. */
export function bodyOf(request: IncomingMessage): AsyncIterable<Bytes> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) as AsyncIterator<Bytes> }
}

/** @throws Refusal 413 above `maxBytes`; 408 when it takes longer than a request may */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Bytes> {
  const announced = lengthOf(request)
  if (announced !== undefined && announced > maxBytes) throw tooLarge(maxBytes)
  const parts: Bytes[] = []
  let size = 0
  const deadline = setTimeout(() => request.destroy(), limits.requestTimeoutMs)
  try {
    for await (const part of bodyOf(request)) {
      size += part.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      parts.push(part)
    }
  } finally {
    clearTimeout(deadline)
  }
  return Buffer.concat(parts)
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, 'SIZE_INVALID', `The body is larger than ${maxBytes} bytes.`)
}

/** `Content-Length`; undefined for a chunked body. */
export function lengthOf(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length']
  return header === undefined ? undefined : Number(header)
}

/** An answer was given before the body was read: a bounded rest is read, so that the sender gets to see it. */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  let left: number = limits.servedDrainBytes
  request.on('data', (chunk: Bytes) => {
    left -= chunk.length
    if (left < 0) request.socket.destroy()
  })
  request.resume()
}

export function notAllowed(allowed: string): Refusal {
  return new Refusal(405, 'UNSUPPORTED', 'The endpoint does not know this method.', { headers: { allow: allowed } })
}

/** Sending and receiving bodies: with back pressure, bounds, and without a wait for a consumer being taken for a silent peer. */

import type { ClientRequest, IncomingMessage } from 'node:http'
import { type Bytes, baseFault, formatBytes, limits } from '../base/index.ts'
import type { HttpRequest, StreamBody } from './port.ts'

export function isStream(body: HttpRequest['body']): body is StreamBody {
  return body !== undefined && !(body instanceof Uint8Array)
}

export function lengthOf(body: HttpRequest['body']): number | undefined {
  return body instanceof Uint8Array ? body.length : body?.length
}

/** Ends the request with its body, or stops where an answer says that the rest is not wanted; what the source throws is thrown here, after the request was broken off. */
export async function sendBody(request: ClientRequest, body: HttpRequest['body']): Promise<void> {
  if (!isStream(body)) {
    request.end(body)
    return
  }
  let isRefused = false
  request.once('response', (message) => {
    isRefused = (message.statusCode ?? 0) >= 300
  })
  try {
    for await (const part of body.open()) {
      if (request.destroyed || isRefused) return
      if (!request.write(part)) await drained(request)
    }
    request.end()
  } catch (error) {
    request.destroy()
    throw error
  }
}

/** Resolves when more can be written, and also when nothing can be written any more. Called for every few hundred kilobytes: it makes no errors. */
function drained(request: ClientRequest): Promise<void> {
  if (request.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'response']) request.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'response']) request.on(event, done)
  })
}

/** @throws LIMIT_EXCEEDED */
export async function readBounded(body: AsyncIterable<Bytes>, maxBytes: number, url: URL): Promise<Bytes> {
  const parts: Bytes[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > maxBytes) {
      throw baseFault('LIMIT_EXCEEDED', `${url.host} sent more than the ${formatBytes(maxBytes)} that are read here.`)
    }
    parts.push(part)
  }
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, length)
}

/** Reads a short rest so that the connection can be used again; a long one is not worth it. */
export async function discardBody(message: IncomingMessage): Promise<void> {
  let length = 0
  try {
    for await (const part of message as AsyncIterable<Bytes>) {
      length += part.length
      if (length > limits.discardedBytes) return
    }
  } catch {
    // Nobody wanted it.
  }
}

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

/** By its events: an iterator over a stream costs more than the short answers that are read so. @throws LIMIT_EXCEEDED */
export function readBounded(message: IncomingMessage, maxBytes: number, url: URL): Promise<Bytes> {
  const brokeOff = (): Error => Object.assign(new Error('The answer broke off.'), { code: 'ECONNRESET' })
  // Its events are over: nobody would ever be told.
  if (message.destroyed) return Promise.reject(message.errored ?? brokeOff())
  return new Promise((resolve, reject) => {
    const parts: Bytes[] = []
    let length = 0
    message.on('data', (part: Bytes) => {
      length += part.length
      if (length <= maxBytes) parts.push(part)
      else {
        const most = formatBytes(maxBytes)
        reject(baseFault('LIMIT_EXCEEDED', `${url.host} sent more than the ${most} that are read here.`))
        message.destroy()
      }
    })
    message.on('end', () => {
      const [only] = parts
      resolve(parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, length))
    })
    message.on('error', reject)
    message.on('close', () => {
      // After its end this says nothing; before it, no more is to come.
      if (!message.readableEnded) reject(brokeOff())
    })
  })
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

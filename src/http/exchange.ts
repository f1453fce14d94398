/** One request and its answer over one connection (RFC 9112): no retry, no redirect; every wait has an end. */

import type { ClientRequest, IncomingMessage } from 'node:http'
import { type Bytes, Fault, limits } from '../base/index.ts'
import type { Line } from './agents.ts'
import { discardBody, isStream, lengthOf, readBounded, sendBody } from './body.ts'
import { failureOf } from './failure.ts'
import { httpFault } from './faults.ts'
import type { HttpRequest, HttpResponse } from './port.ts'

export interface Waits {
  readonly requestMs: number
  readonly idleMs: number
}

/** What broke an exchange: `sent` says whether the other side may have seen the request. */
export class BrokenExchange extends Error {
  /** The peer closed a kept connection before it saw the request: any method may be sent again (RFC 9112 section 9.3.1). */
  readonly wasStale: boolean

  constructor(cause: unknown, wasStale: boolean) {
    super('The exchange broke.', { cause })
    this.wasStale = wasStale
  }
}

/** @throws BrokenExchange, what the body's source throws, the signal's reason, HTTP_TIMEOUT */
export async function exchange(line: Line, request: HttpRequest, url: URL, waits: Waits): Promise<HttpResponse> {
  request.signal?.throwIfAborted()
  const outgoing = line.request(url, {
    agent: line.agent,
    method: request.method,
    headers: headersOf(request),
    maxHeaderSize: limits.headerBytes,
  })
  const watch = watchOver(outgoing, url, request.timeoutMs ?? waits.requestMs, waits.idleMs, request.signal)
  try {
    const answered = answerOf(outgoing)
    const sent = sendBody(outgoing, request.body)
    // The source of the body failing matters more than the broken request that follows from it.
    const sourceFailed = new Promise<never>((_, reject) => sent.catch(reject))
    const message = await Promise.race([answered, sourceFailed])
    return responseOf(message, outgoing, url, watch, request.signal)
  } catch (error) {
    watch.stop()
    outgoing.destroy()
    throw reasonOf(error, watch, request.signal)
  }
}

function headersOf(request: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'zegel', ...request.headers }
  const length = lengthOf(request.body)
  if (length !== undefined) headers['content-length'] = String(length)
  else if (!isStream(request.body) && request.method !== 'GET' && request.method !== 'HEAD')
    headers['content-length'] = '0'
  return headers
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.on('error', (error) => reject(new BrokenExchange(error, outgoing.reusedSocket)))
  })
}

interface Watch {
  /** The fault of the wait that ended without an answer. */
  expired(): Error | undefined
  receiving(message: IncomingMessage): void
  stop(): void
}

/** The time for the whole exchange runs from the moment it has a connection; the idle time from the last byte in either direction. */
function watchOver(
  outgoing: ClientRequest,
  url: URL,
  requestMs: number,
  idleMs: number,
  signal: AbortSignal | undefined,
): Watch {
  let fault: Error | undefined
  let whole: NodeJS.Timeout | undefined
  let incoming: IncomingMessage | undefined
  const expire = (sentence: string): void => {
    fault ??= httpFault('HTTP_TIMEOUT', sentence, {
      fix: 'Try again later, or allow more time with --timeout.',
      facts: { host: url.host },
    })
    outgoing.destroy(fault)
    incoming?.destroy(fault)
  }
  // Node's own `signal` option costs a tenth of a request.
  const abort = (): void => {
    outgoing.destroy()
    incoming?.destroy()
  }
  signal?.addEventListener('abort', abort)
  outgoing.once('socket', () => {
    whole = setTimeout(() => expire(`${url.host} did not answer completely within ${seconds(requestMs)}.`), requestMs)
  })
  outgoing.setTimeout(idleMs, () => {
    // Bytes that wait for our own consumer are no silence of the peer.
    if (incoming !== undefined && incoming.readableLength > 0) outgoing.setTimeout(idleMs)
    else expire(`${url.host} sent nothing for ${seconds(idleMs)}.`)
  })
  return {
    expired: () => fault,
    receiving: (message) => {
      incoming = message
    },
    stop: () => {
      clearTimeout(whole)
      signal?.removeEventListener('abort', abort)
    },
  }
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 1000)} s`
}

function reasonOf(error: unknown, watch: Watch, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason
  const expired = watch.expired()
  if (expired !== undefined) return expired
  return error
}

function responseOf(
  message: IncomingMessage,
  outgoing: ClientRequest,
  url: URL,
  watch: Watch,
  signal: AbortSignal | undefined,
): HttpResponse {
  watch.receiving(message)
  const reading: Reading = {
    failed: (error) => {
      const reason = reasonOf(error, watch, signal)
      return reason === error && !(error instanceof Fault) ? failureOf(error, url) : reason
    },
    ended: () => {
      watch.stop()
      // Answered before the whole request was sent: the connection is of no more use.
      if (!outgoing.writableEnded) outgoing.destroy()
    },
  }
  return {
    status: message.statusCode ?? 0,
    headers: joinedHeaders(message),
    body: bodyOf(message, reading),
    url,
    readAll: (maxBytes) => wholeOf(message, maxBytes, url, reading),
    discard: async () => {
      await discardBody(message)
      watch.stop()
      if (!outgoing.writableEnded) outgoing.destroy()
    },
  }
}

interface Reading {
  /** What is thrown for an error of the stream. */
  failed(error: unknown): unknown
  /** Whatever way it ended. */
  ended(): void
}

async function* bodyOf(message: IncomingMessage, { failed, ended }: Reading): AsyncGenerator<Bytes> {
  try {
    for await (const part of message as AsyncIterable<Bytes>) yield part
  } catch (error) {
    throw failed(error)
  } finally {
    ended()
  }
}

async function wholeOf(
  message: IncomingMessage,
  maxBytes: number,
  url: URL,
  { failed, ended }: Reading,
): Promise<Bytes> {
  try {
    return await readBounded(message, maxBytes, url)
  } catch (error) {
    throw failed(error)
  } finally {
    ended()
  }
}

function joinedHeaders(message: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values !== undefined) headers.set(name, values.join(', '))
  }
  return headers
}

/** When a request is sent again, and after which wait (RFC 9110 sections 9.2.2 and 10.2.3). */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Bytes, bufferOf, type Clock, limits } from '../base/index.ts'
import { BrokenExchange } from './exchange.ts'
import { mayPass } from './failure.ts'
import type { HttpRequest, HttpResponse } from './port.ts'

export interface RetryOptions {
  readonly retries: number
  /** The first wait in milliseconds; it doubles with each try. */
  readonly backoffMs: number
  readonly clock: Clock
  /** Spreads the waits of many clients; without it they wait the full time. */
  readonly random?: (length: number) => Bytes
}

const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']

/** The wait before the next try in milliseconds, or undefined when this answer is the last word. */
export function waitAfterAnswer(
  request: HttpRequest,
  response: HttpResponse,
  attempt: number,
  options: RetryOptions,
): number | undefined {
  if (request.retry === false || attempt >= options.retries || !isWorthIt(request, response.status)) return undefined
  const asked = retryAfterMs(response.headers.get('retry-after'), options.clock)
  if (asked === undefined) return backoff(attempt, options)
  return asked <= limits.retryAfterMs ? asked : undefined
}

/** 429 and 503 say that nothing was done; a gateway's 502 and 504 do not. */
function isWorthIt(request: HttpRequest, status: number): boolean {
  if (status === 429 || status === 503) return true
  return (status === 502 || status === 504) && IDEMPOTENT.includes(request.method)
}

export function waitAfterFailure(
  request: HttpRequest,
  error: unknown,
  attempt: number,
  options: RetryOptions,
): number | undefined {
  if (!(error instanceof BrokenExchange) || request.retry === false || attempt >= options.retries) return undefined
  if (error.wasStale && mayPass(error.cause)) return 0
  return IDEMPOTENT.includes(request.method) && mayPass(error.cause) ? backoff(attempt, options) : undefined
}

function backoff(attempt: number, options: RetryOptions): number {
  const most = options.backoffMs * 2 ** attempt
  const bytes = options.random?.(2)
  // Between half and the whole: spread, and never at once.
  return bytes === undefined ? most : most * (0.5 + bufferOf(bytes).readUInt16BE(0) / 0x20000)
}

/** Seconds or an HTTP date, as milliseconds from now. */
export function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(header.trim())) return Number(header) * 1000
  const moment = Date.parse(header)
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - clock())
}

export async function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error
  }
}

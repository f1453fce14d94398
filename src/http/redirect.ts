/** Redirects, followed by hand (RFC 9110 section 15.4): what belongs to one origin is not carried to another. */

import { httpFault } from './faults.ts'
import { isMachineLocal, shownUrl } from './hosts.ts'
import type { HttpRequest, HttpResponse } from './port.ts'

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
/** The only headers that another origin gets to see: a list of what is harmless cannot forget a secret. */
const CARRIED: readonly string[] = ['accept', 'range', 'if-range', 'if-none-match']

/**
 * The request that follows from a redirect, or undefined when the answer is none.
 * @throws HTTP_REDIRECT_REFUSED for one that leads from TLS to plain HTTP, from elsewhere to this machine, or away with a body
 */
export function followedRequest(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const location = response.headers.get('location')
  if (!REDIRECTS.includes(response.status) || location === undefined) return undefined
  const { url: from } = response
  const url = targetOf(location, from)
  const isSameOrigin = url.origin === from.origin
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead && (response.status < 307 || !isSameOrigin))
    throw refused(from, url, `a ${request.method} is not taken elsewhere`)
  if (isSameOrigin) return { ...request, url }
  if (from.protocol === 'https:' && url.protocol === 'http:') throw refused(from, url, 'that leaves TLS for plain HTTP')
  if (isMachineLocal(url.hostname) && !isMachineLocal(from.hostname)) {
    throw refused(from, url, 'another host has no business sending us to this machine')
  }
  return { ...request, url, headers: carriedHeaders(request.headers ?? {}) }
}

function targetOf(location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw httpFault('HTTP_REDIRECT_REFUSED', `${from.host} redirects to what is no address of HTTP.`, {
      facts: { host: from.host },
    })
  }
  url.username = ''
  url.password = ''
  return url
}

function carriedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => CARRIED.includes(name.toLowerCase())))
}

function refused(from: URL, to: URL, why: string): Error {
  return httpFault(
    'HTTP_REDIRECT_REFUSED',
    `${from.host} redirects to ${shownUrl(new URL(to.pathname, to))}: ${why}.`,
    {
      fix: `Check how ${from.host} is set up.`,
      facts: { host: from.host },
    },
  )
}

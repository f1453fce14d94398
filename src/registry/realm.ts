/** Whether a challenge may be followed: where its token endpoint is, and what may be said there. */

import { clip } from '../base/index.ts'
import { isLoopback, isMachineLocal, shownUrl } from '../http/index.ts'
import type { Challenge } from './challenge.ts'
import type { Endpoint } from './endpoint.ts'
import { registryFault } from './faults.ts'

/**
 * The token endpoint that a registry names in its own challenge. It may be another host: that is how Docker Hub and most others do it,
 * and the registry's word counts because it came over the registry's own TLS.
 * @throws REGISTRY_CHALLENGE_REFUSED for plain HTTP, and for an address of this machine named by a host that is not this machine
 */
export function realmOf(challenge: Challenge, endpoint: Endpoint): URL {
  const text = challenge.parameters.get('realm') ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw refused(endpoint, `"${clip(text, 100)}" is no address of a token endpoint`)
  }
  if (isMachineLocal(url.hostname) && !isMachineLocal(endpoint.base.hostname)) {
    throw refused(endpoint, `${shownUrl(url)} is an address of this machine`)
  }
  if (url.protocol === 'http:' && (endpoint.base.protocol === 'https:' || !isLoopback(url.hostname))) {
    throw refused(endpoint, `${url.host} would get them over plain HTTP`)
  }
  url.hash = ''
  return url
}

/** Credentials, and tokens got with them, are never readable on the way: TLS, or within this machine. */
export function mayCarryCredentials(endpoint: Endpoint): boolean {
  return endpoint.base.protocol === 'https:' || isLoopback(endpoint.base.hostname)
}

function refused(endpoint: Endpoint, why: string): Error {
  return registryFault(
    'REGISTRY_CHALLENGE_REFUSED',
    `${endpoint.base.host} asks for credentials at a place where they are not given: ${why}.`,
    {
      fix: 'Ask the operator of the registry: a token endpoint is an https address.',
      facts: { host: endpoint.base.host },
    },
  )
}

/**
 * Who we are for each registry: anonymous until it asks, then the one credential of that very host; tokens are kept, shared by requests
 * that run together, and asked for once.
 */

import type { Clock } from '../base/index.ts'
import type { Fetcher, HttpResponse } from '../http/index.ts'
import { type Challenge, readChallenges } from './challenge.ts'
import type { Credential, CredentialSource } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { mayCarryCredentials, realmOf } from './realm.ts'
import { covers, formatScope, joinScopes, parseScope, type Scope } from './scope.ts'
import { basicHeader, isHeaderToken, requestToken, type Token } from './token.ts'

/** What a host asked for, as far as it is known. */
type Asked =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined }

interface HeldToken {
  readonly token: Token
  readonly scope: Scope
  /** The scopes of ours that the registry answered by asking for this token, whatever it calls them. */
  readonly for: Set<string>
}

interface HostState {
  asked: Asked | undefined
  readonly held: HeldToken[]
  readonly running: Map<string, Promise<HeldToken>>
}

export interface Authentication {
  /** The Authorization header for a request, or undefined where none was ever asked for. */
  header(endpoint: Endpoint, repository: string | undefined, scope: Scope): Promise<string | undefined>
  /**
   * What to send after a 401; undefined when there is nothing better than what was `sent`.
   * @throws REGISTRY_CHALLENGE_REFUSED, REGISTRY_UNAUTHORIZED
   */
  answer(
    endpoint: Endpoint,
    repository: string | undefined,
    scope: Scope,
    response: HttpResponse,
    sent: string | undefined,
  ): Promise<string | undefined>
}

export function createAuthentication(fetcher: Fetcher, credentials: CredentialSource, clock: Clock): Authentication {
  return new Authenticator(fetcher, credentials, clock)
}

const MOST_TOKENS = 1000

class Authenticator implements Authentication {
  private readonly states = new Map<string, HostState>()
  private readonly fetcher: Fetcher
  private readonly credentials: CredentialSource
  private readonly clock: Clock

  constructor(fetcher: Fetcher, credentials: CredentialSource, clock: Clock) {
    this.fetcher = fetcher
    this.credentials = credentials
    this.clock = clock
  }

  async header(endpoint: Endpoint, repository: string | undefined, scope: Scope): Promise<string | undefined> {
    const state = this.stateOf(endpoint)
    if (state.asked === undefined) return undefined
    if (state.asked.kind === 'basic') return this.basic(endpoint, repository)
    const held = this.usable(state, scope)
    if (held !== undefined) return bearer(held.token.value)
    return this.bearer(state, state.asked, endpoint, repository, scope, scope)
  }

  async answer(
    endpoint: Endpoint,
    repository: string | undefined,
    scope: Scope,
    response: HttpResponse,
    sent: string | undefined,
  ): Promise<string | undefined> {
    // A challenge of whoever a redirect led to is not the registry's own.
    if (response.url.origin !== endpoint.base.origin) return undefined
    const challenges = readChallenges(response.headers.get('www-authenticate') ?? '')
    const challenge =
      challenges.find((one) => one.scheme === 'bearer') ?? challenges.find((one) => one.scheme === 'basic')
    if (challenge === undefined) return undefined
    const state = this.stateOf(endpoint)
    if (challenge.scheme === 'basic') {
      state.asked = { kind: 'basic' }
      const header = await this.basic(endpoint, repository)
      return header === sent ? undefined : header
    }
    const asked = bearerOf(challenge, endpoint)
    state.asked = asked
    this.forget(state, sent)
    // Another request may have been given a better token meanwhile.
    const held = this.usable(state, scope)
    if (held !== undefined && bearer(held.token.value) !== sent) return bearer(held.token.value)
    return this.bearer(state, asked, endpoint, repository, widened(challenge, scope), scope)
  }

  private stateOf(endpoint: Endpoint): HostState {
    const key = `${endpoint.base.origin} ${endpoint.credentialsOf}`
    const state = this.states.get(key) ?? { asked: undefined, held: [], running: new Map() }
    this.states.set(key, state)
    return state
  }

  private usable(state: HostState, scope: Scope): HeldToken | undefined {
    const key = keyOf(scope)
    const now = this.clock()
    return state.held.find((one) => one.token.expiresAt > now && (one.for.has(key) || covers(one.scope, scope)))
  }

  private forget(state: HostState, sent: string | undefined): void {
    if (sent === undefined) return
    const at = state.held.findIndex((one) => bearer(one.token.value) === sent)
    if (at >= 0) state.held.splice(at, 1)
  }

  private credential(endpoint: Endpoint, repository: string | undefined): Promise<Credential | undefined> {
    if (!mayCarryCredentials(endpoint)) return Promise.resolve(undefined)
    return this.credentials.find(endpoint.credentialsOf, repository)
  }

  private async basic(endpoint: Endpoint, repository: string | undefined): Promise<string | undefined> {
    const credential = await this.credential(endpoint, repository)
    if (credential?.kind === 'password') return basicHeader(credential.username, credential.password)
    return credential?.kind === 'registry-token' && isHeaderToken(credential.token)
      ? bearer(credential.token)
      : undefined
  }

  private async bearer(
    state: HostState,
    asked: Asked & { kind: 'bearer' },
    endpoint: Endpoint,
    repository: string | undefined,
    wanted: Scope,
    ours: Scope,
  ): Promise<string> {
    const key = `${asked.realm.href} ${keyOf(wanted)}`
    const running = state.running.get(key) ?? this.fetchToken(state, asked, endpoint, repository, wanted)
    state.running.set(key, running)
    try {
      const held = await running
      held.for.add(keyOf(ours))
      return bearer(held.token.value)
    } finally {
      state.running.delete(key)
    }
  }

  private async fetchToken(
    state: HostState,
    asked: Asked & { kind: 'bearer' },
    endpoint: Endpoint,
    repository: string | undefined,
    scope: Scope,
  ): Promise<HeldToken> {
    const credential = await this.credential(endpoint, repository)
    const token =
      credential?.kind === 'registry-token' && isHeaderToken(credential.token)
        ? { value: credential.token, expiresAt: Number.POSITIVE_INFINITY }
        : await requestToken(
            this.fetcher,
            { realm: asked.realm, service: asked.service, scope, credential, registry: endpoint.credentialsOf },
            this.clock,
          )
    const held: HeldToken = { token, scope, for: new Set() }
    state.held.push(held)
    if (state.held.length > MOST_TOKENS) state.held.shift()
    return held
  }
}

function bearerOf(challenge: Challenge, endpoint: Endpoint): Asked & { kind: 'bearer' } {
  return { kind: 'bearer', realm: realmOf(challenge, endpoint), service: challenge.parameters.get('service') }
}

/** The challenge's scope in the registry's own names, with our actions where it names the same repository. */
function widened(challenge: Challenge, ours: Scope): Scope {
  const theirs = parseScope(challenge.parameters.get('scope') ?? '')
  if (theirs.size === 0) return ours
  const same = new Map([...ours].filter(([resource]) => theirs.has(resource)))
  return joinScopes(theirs, same)
}

function keyOf(scope: Scope): string {
  return formatScope(scope).join(' ')
}

function bearer(token: string): string {
  return `Bearer ${token}`
}

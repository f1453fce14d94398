/** The token endpoint (distribution, "Token Authentication Specification" and "OAuth2 Token Authentication"). */

import { asString, type Clock, isJsonObject, type Json, limits, readJson, toBase64, utf8 } from '../base/index.ts'
import type { Fetcher, HttpRequest } from '../http/index.ts'
import { invalidAnswer, refusalOf } from './answer.ts'
import type { Credential } from './credentials.ts'
import { registryFault } from './faults.ts'
import { formatScope, type Scope } from './scope.ts'

export interface TokenRequest {
  readonly realm: URL
  readonly service: string | undefined
  readonly scope: Scope
  /** Without one, a token for everybody. */
  readonly credential: Credential | undefined
  /** For messages and their fix. */
  readonly registry: string
}

export interface Token {
  readonly value: string
  /** Milliseconds since 1970, a little early. */
  readonly expiresAt: number
}

const DEFAULT_SECONDS = 60
const USED_SHARE = 0.9

/** @throws REGISTRY_UNAUTHORIZED when the credentials are not taken */
export async function requestToken(fetcher: Fetcher, request: TokenRequest, clock: Clock): Promise<Token> {
  const { credential } = request
  const asked = clock()
  const response = await fetcher.fetch(
    credential?.kind === 'identity-token' ? oauthRequest(request, credential.token) : getRequest(request, credential),
  )
  if (response.status === 200) return readToken(await response.readAll(limits.tokenBytes), request, asked)
  const fault = await refusalOf(response, request.registry, 'a token')
  if (response.status !== 400 && response.status !== 401 && response.status !== 403) throw fault
  const whose = credential === undefined ? 'gives no token without a login' : 'does not take the credentials'
  const said = / It says: .*$/s.exec(fault.message)?.[0] ?? ''
  throw registryFault(
    'REGISTRY_UNAUTHORIZED',
    `${request.realm.host}, the token endpoint of ${request.registry}, ${whose}.${said}`,
    {
      fix: `zegel login ${request.registry}`,
      facts: { registry: request.registry, host: request.realm.host, status: response.status },
    },
  )
}

function getRequest(request: TokenRequest, credential: Credential | undefined): HttpRequest {
  const url = new URL(request.realm)
  if (request.service !== undefined) url.searchParams.append('service', request.service)
  for (const scope of formatScope(request.scope)) url.searchParams.append('scope', scope)
  if (credential?.kind !== 'password') return { method: 'GET', url }
  url.searchParams.append('account', credential.username)
  return { method: 'GET', url, headers: { authorization: basicHeader(credential.username, credential.password) } }
}

function oauthRequest(request: TokenRequest, refreshToken: string): HttpRequest {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'zegel', refresh_token: refreshToken })
  if (request.service !== undefined) form.set('service', request.service)
  const scope = formatScope(request.scope).join(' ')
  if (scope !== '') form.set('scope', scope)
  return {
    method: 'POST',
    url: request.realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: utf8(form.toString()),
  }
}

export function basicHeader(username: string, password: string): string {
  return `Basic ${toBase64(utf8(`${username}:${password}`))}`
}

function readToken(bytes: Uint8Array, request: TokenRequest, asked: number): Token {
  const value = tokenValue(bytes, request)
  if (!isHeaderToken(value.text)) throw invalidAnswer(request.realm.host, 'a token that is none')
  return { value: value.text, expiresAt: asked + value.seconds * 1000 * USED_SHARE }
}

function tokenValue(bytes: Uint8Array, request: TokenRequest): { text: string; seconds: number } {
  let json: Json
  try {
    json = readJson(bytes, { what: 'The token', maxBytes: limits.tokenBytes })
  } catch {
    throw invalidAnswer(request.realm.host, 'something else than a token document')
  }
  if (!isJsonObject(json)) throw invalidAnswer(request.realm.host, 'something else than a token document')
  const seconds = json['expires_in']
  const text = json['token'] || json['access_token']
  return {
    text: asString(text ?? '', 'token'),
    seconds: typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_SECONDS,
  }
}

/** What can stand in a header: nothing that could end it and begin another. */
export function isHeaderToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

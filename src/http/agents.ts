/** The connections of one fetcher: keep-alive, bounded per host, one pool for each way of speaking TLS. `node:https` comes with the first https URL. */

import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions, request } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { type Environment, limits } from '../base/index.ts'
import { type AllowAddress, guardedLookup, literalAddress, looksAllowed } from './addresses.ts'
import { httpFault } from './faults.ts'
import { isLoopback } from './hosts.ts'
import type { TlsSettings } from './port.ts'
import { proxyFor } from './proxy.ts'
import { trustStore } from './tls.ts'

/** What carries a request to one URL. */
export interface Line {
  readonly agent: HttpAgent
  readonly request: typeof import('node:http').request
}

export interface Lines {
  line(url: URL): Promise<Line>
  close(): void
}

const noSettings: TlsSettings = {}

export function createLines(
  environment: Environment,
  connectionsPerHost: number,
  settingsFor: (url: URL) => Promise<TlsSettings | undefined>,
  allowAddress?: AllowAddress,
): Lines {
  const plain = new Map<string, HttpAgent>()
  const secure = new Map<TlsSettings, Map<string, Promise<HttpsAgent>>>()
  const opened: HttpAgent[] = []
  const contextFor = trustStore(environment)
  const common: HttpAgentOptions = {
    keepAlive: true,
    maxSockets: connectionsPerHost,
    maxFreeSockets: connectionsPerHost,
  }
  /** The proxy itself is where the user says, at whatever address. */
  const direct: HttpAgentOptions =
    allowAddress === undefined ? common : { ...common, lookup: guardedLookup(allowAddress) }

  const plainAgent = (proxy: string | undefined): HttpAgent => {
    const key = proxy ?? ''
    const agent =
      plain.get(key) ?? new HttpAgent(proxy === undefined ? direct : { ...common, proxyEnv: { HTTP_PROXY: proxy } })
    if (!plain.has(key)) opened.push(agent)
    plain.set(key, agent)
    return agent
  }

  const openSecureAgent = async (settings: TlsSettings, proxy: string | undefined): Promise<HttpsAgent> => {
    const [https, secureContext] = await Promise.all([import('node:https'), contextFor(settings)])
    const agent = new https.Agent({
      ...(proxy === undefined ? direct : common),
      secureContext,
      rejectUnauthorized: settings.insecure !== true,
      ...(proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }),
    })
    opened.push(agent)
    return agent
  }

  const secureAgent = (settings: TlsSettings, proxy: string | undefined): Promise<HttpsAgent> => {
    const pools = secure.get(settings) ?? new Map<string, Promise<HttpsAgent>>()
    secure.set(settings, pools)
    const agent = pools.get(proxy ?? '') ?? openSecureAgent(settings, proxy)
    pools.set(proxy ?? '', agent)
    return agent
  }

  return {
    line: async (url) => {
      const proxy = proxyFor(url, environment)
      if (allowAddress !== undefined) await requireAddress(url, proxy !== undefined, allowAddress)
      if (url.protocol === 'http:') return { agent: plainAgent(proxy), request }
      const settings = (await settingsFor(url)) ?? noSettings
      const [https, agent] = await Promise.all([import('node:https'), secureAgent(settings, proxy)])
      return { agent, request: https.request }
    },
    close: () => {
      for (const agent of opened) agent.destroy()
    },
  }
}

/** Who may be asked over plain HTTP: this machine always, any other host where the caller asked for it. */
export type PlainHttp = 'loopback' | 'any' | ((url: URL) => boolean)

export function plainIsAllowed(url: URL, allowed: PlainHttp): boolean {
  if (url.protocol === 'https:' || allowed === 'any' || isLoopback(url.hostname)) return true
  return typeof allowed === 'function' && allowed(url)
}

export const defaultConnections = limits.connectionsPerHost

/** An address is judged as it stands, for nobody looks it up; a name by what is connected to, or beforehand where a proxy connects. */
async function requireAddress(url: URL, isProxied: boolean, allow: AllowAddress): Promise<void> {
  const literal = literalAddress(url.hostname)
  if (literal !== undefined && !allow(url.hostname, literal)) throw addressRefused(url)
  if (literal === undefined && isProxied && !(await looksAllowed(url.hostname, allow))) throw addressRefused(url)
}

function addressRefused(url: URL): Error {
  return httpFault('HTTP_ADDRESS_REFUSED', `${url.host} is at an address that is not asked from here.`, {
    facts: { host: url.host },
  })
}

/** Where the API of a registry is spoken: its own server, and mirrors before it. */

import { isLoopback, type TlsSettings } from '../http/index.ts'
import { registryFault } from './faults.ts'

/** What an endpoint may be asked for (containerd, docs/hosts.md "capabilities"). */
export type Capability = 'pull' | 'resolve' | 'push' | 'referrers'

export interface Endpoint {
  /** Ends in a slash: `https://registry.example.org/v2/`. */
  readonly base: URL
  /** The host whose credentials it may be shown, and no other's. */
  readonly credentialsOf: string
  readonly capabilities: ReadonlySet<Capability>
  /** Sent to this origin with each request. */
  readonly headers: Readonly<Record<string, string>>
  readonly tls?: TlsSettings
  /** Set for a mirror: the registry it is asked in place of (`?ns=`). */
  readonly mirrorOf?: string
}

export interface RegistryEndpoints {
  readonly server: Endpoint
  /** Asked in this order, before the server. */
  readonly mirrors: readonly Endpoint[]
}

/** The port that knows more of a host than its name. */
export interface HostsConfig {
  /** Undefined when nothing is written about the registry. */
  configured(registry: string): Promise<ConfiguredHost | undefined>
}

export interface ConfiguredHost {
  /** The server in its own words; without it, the registry by its name. */
  readonly server?: ConfiguredEndpoint
  readonly mirrors: readonly ConfiguredEndpoint[]
  /** For the registry's own host (docker's certs.d). */
  readonly tls?: TlsSettings
}

export interface ConfiguredEndpoint {
  /** With or without a path; the API's `/v2/` is added unless `overridePath`. */
  readonly url: string
  readonly overridePath?: boolean
  readonly capabilities?: readonly Capability[]
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: TlsSettings
}

export const noHosts: HostsConfig = { configured: async () => undefined }

export const allCapabilities: ReadonlySet<Capability> = new Set(['pull', 'resolve', 'push', 'referrers'])
const mirrorCapabilities: ReadonlySet<Capability> = new Set(['pull', 'resolve'])

/** Docker Hub's API does not live at its name. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/i

/**
 * The endpoints of a registry. This machine is spoken to over plain HTTP unless TLS settings are written for it; every other host over TLS.
 * @throws REGISTRY_NAME_INVALID, HOSTS_FILE_INVALID
 */
export async function endpointsOf(registry: string, hosts: HostsConfig): Promise<RegistryEndpoints> {
  const configured = await hosts.configured(registry)
  const written = configured?.server
  const server =
    written === undefined ? namedEndpoint(registry, configured?.tls) : configuredEndpoint(written, configured?.tls)
  return {
    server: { ...server, credentialsOf: written === undefined ? registry : serverHost(registry, server.base) },
    mirrors: (configured?.mirrors ?? []).map((mirror) => ({
      ...configuredEndpoint(mirror, undefined),
      capabilities: mirror.capabilities === undefined ? mirrorCapabilities : new Set(mirror.capabilities),
      mirrorOf: registry,
    })),
  }
}

/** A server written elsewhere is another host: it has the registry's credentials only when it is the registry. */
function serverHost(registry: string, base: URL): string {
  return base.host === (API_HOSTS[registry] ?? registry) ? registry : base.host
}

function namedEndpoint(registry: string, tls: TlsSettings | undefined): Endpoint {
  const host = API_HOSTS[registry] ?? registry
  if (!HOST.test(host) || !URL.canParse(`https://${host}/v2/`)) {
    throw registryFault('REGISTRY_NAME_INVALID', `"${registry.slice(0, 100)}" is not a registry host.`)
  }
  const secure = new URL(`https://${host}/v2/`)
  const isPlain = isLoopback(secure.hostname) && tls === undefined
  return {
    base: isPlain ? new URL(`http://${host}/v2/`) : secure,
    credentialsOf: registry,
    capabilities: allCapabilities,
    headers: {},
    ...(tls === undefined ? {} : { tls }),
  }
}

function configuredEndpoint(written: ConfiguredEndpoint, common: TlsSettings | undefined): Endpoint {
  const base = new URL(written.url)
  const path = base.pathname.replace(/\/+$/, '')
  base.pathname = written.overridePath === true || path.endsWith('/v2') ? `${path}/` : `${path}/v2/`
  const tls = written.tls ?? common
  return {
    base,
    credentialsOf: base.host,
    capabilities: written.capabilities === undefined ? allCapabilities : new Set(written.capabilities),
    headers: written.headers ?? {},
    ...(tls === undefined ? {} : { tls }),
  }
}

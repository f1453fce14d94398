/** The registry client: repositories as content stores, over one HTTP client and one set of tokens. */

import { createFetcher, type Fetcher, type FetcherOptions, type HttpClient, isLoopback } from '../http/index.ts'
import type { ContentStore } from '../oci/index.ts'
import { invalidAnswer, refusalOf } from './answer.ts'
import { createAuthentication } from './authentication.ts'
import { hasBlob, openBlob, readBlob } from './blobs.ts'
import { checkRepository, type RepositoryContext } from './context.ts'
import type { CredentialSource } from './credentials.ts'
import { type Endpoint, endpointsOf, type HostsConfig, noHosts, type RegistryEndpoints } from './endpoint.ts'
import { deleteManifest, getManifest, putManifest, resolveManifest } from './manifests.ts'
import { listReferrers } from './referrers.ts'
import { noScope } from './scope.ts'
import { listTags } from './tags.ts'
import { createTransport, type Transport } from './transport.ts'
import { putBlob } from './uploads.ts'

export interface RegistryOptions extends Omit<FetcherOptions, 'tlsFor' | 'allowPlainHttp'> {
  readonly credentials: CredentialSource
  readonly hosts?: HostsConfig
  /** Plain HTTP also to registries that are not this machine, where they do not speak TLS. Credentials are not sent over it. */
  readonly allowPlainHttp?: boolean
  /** In place of the client that would be made of these options. */
  readonly fetcher?: Fetcher
  /** Bytes; a blob that is larger goes up in chunks of this size. */
  readonly uploadChunkBytes?: number
}

export interface RepositoryName {
  /** `registry.example.org:5000`, `docker.io`. */
  readonly registry: string
  /** `shop/api`. */
  readonly repository: string
}

export interface Registry {
  repository(name: RepositoryName): ContentStore
  /** `accepted`: it asked and took the credentials. `not-asked`: it answers everybody. Throws REGISTRY_UNAUTHORIZED otherwise. */
  checkLogin(registry: string): Promise<'accepted' | 'not-asked'>
  /** Requests that went out so far, retries, redirects and tokens included. */
  requestCount(): number
  close(): void
}

/**
 * Makes the client; nothing is read or opened before the first request.
 * @example
 * const registry = createRegistry({ environment, log, clock, credentials: dockerCredentials({ environment, home, run }) })
 * const manifest = await registry.repository(parseReference('registry.example.org/shop/api:1.4')).manifest('1.4')
 * registry.close()
 */
export function createRegistry(options: RegistryOptions): Registry {
  return new RegistryClient(options)
}

class RegistryClient implements Registry {
  private readonly options: RegistryOptions
  private readonly hosts: HostsConfig
  private readonly client: HttpClient | undefined
  private readonly transport: Transport
  private readonly known = new Map<string, Promise<RegistryEndpoints>>()
  /** By origin: the settings of every endpoint that was met. */
  private readonly tls = new Map<string, Endpoint>()
  private readonly plain = new Set<string>()

  constructor(options: RegistryOptions) {
    this.options = options
    this.hosts = options.hosts ?? noHosts
    this.client = options.fetcher === undefined ? this.createClient() : undefined
    const fetcher = options.fetcher ?? this.client
    if (fetcher === undefined) throw new TypeError('a registry needs a fetcher')
    this.transport = createTransport(
      fetcher,
      createAuthentication(fetcher, options.credentials, options.clock),
      options.log,
    )
  }

  repository(name: RepositoryName): ContentStore {
    checkRepository(name.repository)
    const { registry, repository } = name
    return contentStore(
      {
        transport: this.transport,
        log: this.options.log,
        registry,
        repository,
        name: `${registry}/${repository}`,
        endpoints: () => this.endpoints(registry),
      },
      this.options.uploadChunkBytes,
    )
  }

  async checkLogin(registry: string): Promise<'accepted' | 'not-asked'> {
    const { server } = await this.endpoints(registry)
    let wasAsked = false
    const response = await this.transport.send(server, {
      method: 'GET',
      path: '',
      scope: noScope,
      onChallenge: () => {
        wasAsked = true
      },
    })
    if (response.status !== 200) throw await refusalOf(response, registry, 'the login')
    await response.discard()
    if (!response.url.href.startsWith(server.base.origin)) throw invalidAnswer(registry, 'a redirect to another host')
    return wasAsked ? 'accepted' : 'not-asked'
  }

  requestCount(): number {
    return this.client?.requestCount() ?? 0
  }

  close(): void {
    this.client?.close()
  }

  private createClient(): HttpClient {
    return createFetcher({
      ...this.options,
      tlsFor: async (url) => this.tls.get(url.origin)?.tls ?? (await this.hosts.configured(url.host))?.tls,
      allowPlainHttp: (url) => this.plain.has(url.origin),
    })
  }

  private endpoints(registry: string): Promise<RegistryEndpoints> {
    const known = this.known.get(registry)
    if (known !== undefined) return known
    const found = this.findEndpoints(registry)
    this.known.set(registry, found)
    // What failed once may go well later: a long-running program asks again.
    found.catch(() => this.known.delete(registry))
    return found
  }

  private async findEndpoints(registry: string): Promise<RegistryEndpoints> {
    const written = await endpointsOf(registry, this.hosts)
    for (const endpoint of [...written.mirrors, written.server]) {
      this.tls.set(endpoint.base.origin, endpoint)
      // Whoever wrote http:// into a hosts.toml has asked for it.
      if (endpoint.base.protocol === 'http:') this.plain.add(endpoint.base.origin)
    }
    return { ...written, server: await this.inItsProtocol(written.server) }
  }

  /**
   * TLS first, also where plain HTTP is allowed: only a host that does not speak it is asked without. This machine is asked without TLS at
   * once, unless a CA is trusted: it may be that of a registry here.
   */
  private async inItsProtocol(server: Endpoint): Promise<Endpoint> {
    const isHere = isLoopback(server.base.hostname)
    const isPlain = server.base.protocol === 'http:'
    if (isHere ? !isPlain || this.options.ca === undefined : isPlain || this.options.allowPlainHttp !== true)
      return server
    const secure = { ...server, base: new URL(server.base.href.replace(/^http:/, 'https:')) }
    if (await this.speaksTls(secure)) return secure
    const plain = { ...server, base: new URL(server.base.href.replace(/^https:/, 'http:')) }
    this.plain.add(plain.base.origin)
    return plain
  }

  private async speaksTls(server: Endpoint): Promise<boolean> {
    try {
      const probe = { method: 'GET', path: '', scope: noScope, retry: false }
      await (await this.transport.send(server, probe)).discard()
      return true
    } catch (error) {
      if (!isWithoutTls(error)) throw error
      return false
    }
  }
}

function isWithoutTls(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'HTTP_NOT_TLS' || code === 'REGISTRY_UNREACHABLE' || code === 'TLS_FAILED'
}

function contentStore(context: RepositoryContext, chunkBytes: number | undefined): ContentStore {
  const upload = chunkBytes === undefined ? {} : { chunkBytes }
  return {
    name: context.name,
    manifest: (target) => getManifest(context, target),
    resolve: (target) => resolveManifest(context, target),
    blob: (descriptor, maxBytes) => readBlob(context, descriptor, maxBytes),
    openBlob: (descriptor) => openBlob(context, descriptor),
    referrers: (digest) => listReferrers(context, digest),
    tags: () => listTags(context),
    hasBlob: (digest) => hasBlob(context, digest),
    putBlob: (descriptor, content, options) => putBlob(context, descriptor, content, { ...options, ...upload }),
    putManifest: (manifest, tag) => putManifest(context, manifest, tag),
    deleteManifest: (target) => deleteManifest(context, target),
  }
}

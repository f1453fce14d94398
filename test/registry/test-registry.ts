/** A small registry in process (distribution-spec 1.1), honest by default; each test spoils what it wants spoiled with `before`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerOptions } from 'node:https'
import { type Digest, digestOf, isDigest } from '../../src/base/index.ts'
import { mediaTypes } from '../../src/oci/index.ts'
import { bodyOf, serve, type TestServer } from '../http/servers.ts'

interface StoredManifest {
  readonly bytes: Buffer
  readonly type: string
}

export interface TestRegistryOptions {
  readonly tls?: ServerOptions
  readonly hasReferrersApi?: boolean
  readonly minimumChunk?: number
  /** Relative Location headers instead of absolute ones. */
  readonly relativeLocations?: boolean
  /** True when it has answered, or will: the registry itself does nothing then. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean | undefined
}

export interface TestRegistry extends TestServer {
  /** `REPOSITORY digest`. */
  readonly blobs: Map<string, Buffer>
  /** `REPOSITORY tag-or-digest`. */
  readonly manifests: Map<string, StoredManifest>
  readonly uploads: Map<string, Buffer>
}

const ROUTE = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/(.*)$/

export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const state = new State(options)
  const server = await serve((request, response) => {
    if (options.before?.(request, response) === true) return
    state.handle(request, response).catch(() => response.destroy())
  }, options.tls)
  return { ...server, blobs: state.blobs, manifests: state.manifests, uploads: state.uploads }
}

class State {
  readonly blobs = new Map<string, Buffer>()
  readonly manifests = new Map<string, StoredManifest>()
  readonly uploads = new Map<string, Buffer>()
  private count = 0
  private readonly options: TestRegistryOptions

  constructor(options: TestRegistryOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://registry')
    if (url.pathname === '/v2/') return reply(response, 200, {}, '{}')
    const [, repository = '', kind, rest = ''] = ROUTE.exec(url.pathname) ?? []
    if (kind === 'manifests') return this.manifest(request, response, repository, rest)
    if (kind === 'tags') return this.tags(response, repository, url)
    if (kind === 'referrers') return this.referrers(response, repository, rest)
    if (kind !== 'blobs') return refuse(response, 404, 'NAME_UNKNOWN')
    if (!rest.startsWith('uploads/')) return this.blob(request, response, `${repository} ${rest}`)
    if (request.method === 'POST') return this.begin(response, repository, url)
    return this.upload(request, response, repository, rest.slice('uploads/'.length), url)
  }

  private async manifest(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    target: string,
  ): Promise<void> {
    const key = `${repository} ${target}`
    const found = this.manifests.get(key)
    if (request.method === 'PUT') return this.putManifest(request, response, repository, target)
    if (found === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN')
    if (request.method === 'DELETE') {
      for (const [other, one] of this.manifests) {
        const isTagOfIt = isDigest(target) && other.startsWith(`${repository} `) && one.bytes.equals(found.bytes)
        if (other === key || isTagOfIt) this.manifests.delete(other)
      }
      return reply(response, 202)
    }
    const digest = isDigest(target) ? target : digestOf(found.bytes)
    return reply(
      response,
      200,
      { 'content-type': found.type, 'docker-content-digest': digest, 'content-length': String(found.bytes.length) },
      request.method === 'HEAD' ? undefined : found.bytes,
    )
  }

  private async putManifest(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    target: string,
  ): Promise<void> {
    const bytes = await bodyOf(request)
    const digest = isDigest(target) ? target : digestOf(bytes)
    if (digestOf(bytes, digest.startsWith('sha512') ? 'sha512' : 'sha256') !== digest)
      return refuse(response, 400, 'DIGEST_INVALID')
    const stored = { bytes, type: request.headers['content-type'] ?? '' }
    this.manifests.set(`${repository} ${target}`, stored)
    this.manifests.set(`${repository} ${digest}`, stored)
    const subject = subjectOf(bytes)
    const said = subject !== undefined && this.options.hasReferrersApi !== false ? { 'oci-subject': subject } : {}
    return reply(response, 201, {
      'docker-content-digest': digest,
      location: `/v2/${repository}/manifests/${digest}`,
      ...said,
    })
  }

  private tags(response: ServerResponse, repository: string, url: URL): void {
    const all = [...this.manifests.keys()]
      .filter((key) => key.startsWith(`${repository} `))
      .map((key) => key.slice(repository.length + 1))
      .filter((target) => !isDigest(target))
      .sort()
    const after = all.filter((tag) => tag > (url.searchParams.get('last') ?? ''))
    const page = after.slice(0, Math.min(2, Number(url.searchParams.get('n') ?? 2)))
    const next = `</v2/${repository}/tags/list?n=2&last=${page.at(-1)}>; rel="next"`
    const link = after.length > page.length ? { link: next } : {}
    reply(
      response,
      200,
      { 'content-type': 'application/json', ...link },
      JSON.stringify({ name: repository, tags: page }),
    )
  }

  private referrers(response: ServerResponse, repository: string, digest: string): undefined {
    if (this.options.hasReferrersApi === false) return refuse(response, 404, 'NOT_FOUND')
    const manifests = new Map<string, object>()
    for (const [key, { bytes, type }] of this.manifests) {
      const own = key.slice(repository.length + 1)
      if (!key.startsWith(`${repository} `) || !isDigest(own) || subjectOf(bytes) !== digest) continue
      const { artifactType, annotations } = JSON.parse(bytes.toString())
      manifests.set(own, { mediaType: type, digest: own, size: bytes.length, artifactType, annotations })
    }
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...manifests.values()] }
    return reply(response, 200, { 'content-type': mediaTypes.index }, JSON.stringify(index))
  }

  private blob(request: IncomingMessage, response: ServerResponse, key: string): undefined {
    const found = this.blobs.get(key)
    if (found === undefined) return refuse(response, 404, 'BLOB_UNKNOWN')
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const part = found.subarray(from)
    const range = from > 0 ? { 'content-range': `bytes ${from}-${found.length - 1}/${found.length}` } : {}
    const headers = { 'content-length': String(part.length), 'content-type': 'application/octet-stream', ...range }
    return reply(response, from > 0 ? 206 : 200, headers, request.method === 'HEAD' ? undefined : part)
  }

  private begin(response: ServerResponse, repository: string, url: URL): undefined {
    const [mount, from] = [url.searchParams.get('mount'), url.searchParams.get('from')]
    const mounted = this.blobs.get(`${from} ${mount}`)
    if (mounted !== undefined && mount !== null) {
      this.blobs.set(`${repository} ${mount}`, mounted)
      return reply(response, 201, { location: `/v2/${repository}/blobs/${mount}`, 'docker-content-digest': mount })
    }
    const id = `u${++this.count}`
    this.uploads.set(id, Buffer.alloc(0))
    const minimum = this.options.minimumChunk
    const headers = minimum === undefined ? {} : { 'oci-chunk-min-length': String(minimum) }
    return reply(response, 202, { location: this.location(response, repository, id), range: '0-0', ...headers })
  }

  private location(response: ServerResponse, repository: string, id: string): string {
    const path = `/v2/${repository}/blobs/uploads/${id}?_state=a%2Fb%3D`
    return this.options.relativeLocations === true ? path : `http://${response.req.headers.host}${path}`
  }

  private async upload(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    id: string,
    url: URL,
  ): Promise<void> {
    const held = this.uploads.get(id)
    if (held === undefined || url.searchParams.get('_state') !== 'a/b=')
      return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN')
    const location = this.location(response, repository, id)
    const status = (length: number): Record<string, string> => ({ location, range: `0-${Math.max(0, length - 1)}` })
    if (request.method === 'GET') return reply(response, 204, status(held.length))
    if (request.method === 'DELETE') {
      this.uploads.delete(id)
      return reply(response, 204)
    }
    const start = /^(\d+)-\d+$/.exec(request.headers['content-range'] ?? '')?.[1]
    if (start !== undefined && Number(start) !== held.length) {
      await bodyOf(request)
      return reply(response, 416, status(held.length))
    }
    const whole = await this.receive(request, id, held)
    if (request.method === 'PATCH') return reply(response, 202, status(whole.length))
    this.uploads.delete(id)
    const digest = url.searchParams.get('digest') ?? ''
    if (!isDigest(digest) || digestOf(whole, digest.startsWith('sha512') ? 'sha512' : 'sha256') !== digest) {
      return refuse(response, 400, 'DIGEST_INVALID')
    }
    this.blobs.set(`${repository} ${digest}`, whole)
    return reply(response, 201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })
  }

  /** Keeps what came when the connection breaks in the middle. */
  private async receive(request: IncomingMessage, id: string, held: Buffer): Promise<Buffer> {
    const parts = [held]
    try {
      for await (const part of request) parts.push(part as Buffer)
    } finally {
      this.uploads.set(id, Buffer.concat(parts))
    }
    return Buffer.concat(parts)
  }
}

function subjectOf(bytes: Buffer): Digest | undefined {
  try {
    return JSON.parse(bytes.toString()).subject?.digest
  } catch {
    return undefined
  }
}

export function reply(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): undefined {
  response.writeHead(status, headers)
  response.end(body)
}

export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message = code.toLowerCase(),
): undefined {
  return reply(
    response,
    status,
    { 'content-type': 'application/json' },
    JSON.stringify({ errors: [{ code, message }] }),
  )
}

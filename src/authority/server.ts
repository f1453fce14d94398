/** Serves the testing authority over plain HTTP: timestamps (RFC 3161 section 3.4), lists (RFC 5280) and OCSP (RFC 6960 appendix A). */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Bytes, concat, forTerminal, type Log, limits, utf8 } from '../base/index.ts'
import { listen, requireLoopback, stop } from '../distribution/index.ts'
import { answerOcsp, answerTimestamp, currentList, type ListName, type Service } from './answers.ts'

export interface AuthorityServerOptions extends Service {
  /** An IP address or `localhost`. */
  readonly address: string
  /** 0: a free one. */
  readonly port: number
  /** Serves an address that is not of the loopback. */
  readonly allowRemote: boolean
  readonly log: Log
  /** After each answer. The target is as it came: escape it before it is shown. */
  readonly onRequest?: (request: { readonly method: string; readonly path: string; readonly status: number }) => void
}

export interface AuthorityServer {
  /** `http://127.0.0.1:3003` */
  readonly url: string
  /** `127.0.0.1:3003` */
  readonly address: string
  /** Ends open connections. */
  close(): Promise<void>
}

/**
 * @throws SERVE_ADDRESS_IN_USE, SERVE_ADDRESS_UNUSABLE, SERVE_ADDRESS_REMOTE
 * @example const server = await serveAuthority({ ...service, address: '127.0.0.1', port: 0, allowRemote: false, log: silentLog })
 */
export async function serveAuthority(options: AuthorityServerOptions): Promise<AuthorityServer> {
  requireLoopback(options.address, options.allowRemote)
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request
    response.once('close', () => options.onRequest?.({ method, path, status: response.statusCode }))
    void respond(request, response, options)
  })
  limitTimes(server)
  const address = await listen(server, options.address, options.port)
  return { url: `http://${address}`, address, close: () => stop(server) }
}

function limitTimes(server: Server): void {
  server.headersTimeout = limits.idleTimeoutMs
  server.requestTimeout = limits.requestTimeoutMs
  server.timeout = limits.requestTimeoutMs
  server.keepAliveTimeout = limits.idleTimeoutMs
  server.maxConnections = limits.servedConnections
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: Bytes
}

async function respond(request: IncomingMessage, response: ServerResponse, options: AuthorityServerOptions) {
  let reply: Reply
  try {
    reply = await replyTo(request, options)
  } catch (error) {
    // One that broke off in the middle is nobody's fault here.
    if (request.complete) options.log.warn(`the authority could not answer: ${forTerminal(String(error))}`)
    reply = text(500, 'The authority failed.')
  }
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': reply.body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // What was not read of a body that is too large is not read now.
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : reply.body)
}

async function replyTo(request: IncomingMessage, service: Service): Promise<Reply> {
  const path = (request.url ?? '').split('?')[0] ?? ''
  if (request.method === 'POST') return await replyToPost(request, path, service)
  if (request.method === 'GET' || request.method === 'HEAD') return await replyToGet(path, service)
  return text(405, 'GET and POST are known here.')
}

const POSTED: ReadonlyMap<string, 'timestamp' | 'ocsp'> = new Map([
  ['/', 'timestamp'],
  ['/timestamp', 'timestamp'],
  ['/ocsp', 'ocsp'],
  ['/ocsp/', 'ocsp'],
])

async function replyToPost(request: IncomingMessage, path: string, service: Service): Promise<Reply> {
  const kind = POSTED.get(path)
  if (kind === undefined) return text(404, PLACES)
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  // It keeps pages in a browser out, too: they cannot send this type to another site without asking.
  const expected = kind === 'ocsp' ? 'application/ocsp-request' : 'application/timestamp-query'
  if (type !== expected) return text(415, `Send ${expected}.`)
  const body = await readBody(request)
  if (body === undefined) return text(413, `A request has at most ${limits.authorityRequestBytes} bytes.`)
  if (kind === 'ocsp') return ocsp(await answerOcsp(body, service))
  return { status: 200, type: 'application/timestamp-reply', body: answerTimestamp(body, service) }
}

async function replyToGet(path: string, service: Service): Promise<Reply> {
  if (path.startsWith('/ocsp/')) {
    const asked = decoded(path.slice('/ocsp/'.length))
    return asked === undefined ? text(400, 'This is no base64.') : ocsp(await answerOcsp(asked, service))
  }
  const list = listName(/^\/crl\/([a-z-]+)\.crl$/.exec(path)?.[1])
  if (list === undefined) return path === '/' ? text(200, PLACES) : text(404, PLACES)
  return { status: 200, type: 'application/pkix-crl', body: await currentList(list, service) }
}

function listName(name: string | undefined): ListName | undefined {
  return name === 'root' || name === 'intermediate' || name === 'tsa-root' ? name : undefined
}

/** Of a path: base64 with or without its "/", "+" and "=" escaped. The size of a path is bounded by Node. */
function decoded(written: string): Bytes | undefined {
  try {
    const base64 = decodeURIComponent(written)
    return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined
  } catch {
    return undefined
  }
}

/** undefined: larger than is read. */
async function readBody(request: IncomingMessage): Promise<Bytes | undefined> {
  const parts: Bytes[] = []
  let length = 0
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Bytes>) {
    length += part.length
    if (length > limits.authorityRequestBytes) return undefined
    parts.push(part)
  }
  return concat(...parts)
}

function ocsp(body: Bytes): Reply {
  return { status: 200, type: 'application/ocsp-response', body }
}

const PLACES = `This is a testing authority, made by "zegel pki init": nothing that it says proves anything to anybody else.
POST / or /timestamp                                   timestamps (RFC 3161)
POST /ocsp, GET /ocsp/BASE64                           OCSP (RFC 6960)
GET /crl/root.crl, intermediate.crl, tsa-root.crl      revocation lists (RFC 5280)
`

function text(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: utf8(body.endsWith('\n') ? body : `${body}\n`) }
}

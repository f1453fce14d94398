/** Servers in process, good and bad, for the tests of `http` and `registry`. */

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import {
  type AddressInfo,
  createServer as createSocketServer,
  type Socket,
  type Server as SocketServer,
} from 'node:net'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface TestServer {
  /** `127.0.0.1:40001`. */
  readonly host: string
  readonly url: string
  /** `METHOD /path`, in the order of arrival. */
  readonly requests: string[]
  readonly headers: IncomingMessage['headers'][]
  close(): Promise<void>
}

export async function serve(handler: Handler, tls?: ServerOptions): Promise<TestServer> {
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    handler(request, response)
  }
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
  const port = await listen(server)
  const host = `${tls === undefined ? '127.0.0.1' : 'localhost'}:${port}`
  return {
    host,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    requests,
    headers,
    close: async () => {
      server.closeAllConnections()
      await closed(server)
    },
  }
}

/** A server below HTTP: whatever is sent or not sent. */
export async function serveSocket(
  handler: (socket: Socket) => void,
): Promise<{ host: string; connections(): number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createSocketServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    handler(socket)
  })
  const port = await listen(server)
  return {
    host: `127.0.0.1:${port}`,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await closed(server)
    },
  }
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createSocketServer()
  const port = await listen(server)
  await closed(server)
  return port
}

export function tlsFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function listen(server: Server | SocketServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function closed(server: Server | SocketServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

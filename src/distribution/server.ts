/** The registry server: listening, its time limits, and its end. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { type Bytes, type Clock, hex, type Log, limits } from '../base/index.ts'
import { budget } from './budget.ts'
import { diskStorage } from './disk-storage.ts'
import { answer } from './dispatch.ts'
import type { Storage } from './driver.ts'
import { errorCode } from './durable-files.ts'
import { distributionFault } from './faults.ts'
import { memoryStorage } from './memory-storage.ts'
import { Repositories } from './repositories.ts'
import { UploadSessions } from './session.ts'

export interface ServedRequest {
  readonly method: string
  /** The request target as it came, with its query: escape it before it is shown. */
  readonly path: string
  /** 0 when the connection ended before an answer. */
  readonly status: number
}

export interface RegistryOptions {
  /** An IP address or `localhost`; 127.0.0.1 when left out. */
  readonly address?: string
  /** 0 or left out: a free one. */
  readonly port?: number
  /** Serves an address that is not of the loopback. There is no authentication: whoever reaches it may read, write and delete. */
  readonly allowRemote?: boolean
  /** The folder that keeps everything; left out: memory. */
  readonly dir?: string
  /** Most bytes of content and unfinished uploads; left out: 2 GiB in memory, no bound on disk. */
  readonly maxBytes?: number
  /** Takes manifests whose blobs or children are not there (sparse images and indexes). */
  readonly allowSparse?: boolean
  readonly log: Log
  readonly clock: Clock
  readonly random: (length: number) => Bytes
  /** After each answer. */
  readonly onRequest?: (request: ServedRequest) => void
}

export interface RegistryServer {
  /** `http://127.0.0.1:5005` */
  readonly url: string
  /** `127.0.0.1:5005`, the registry part of a reference. */
  readonly address: string
  /** Ends open connections and unfinished uploads. */
  close(): Promise<void>
}

/**
 * Serves an OCI registry (distribution-spec 1.1) over plain HTTP, without authentication.
 * @throws SERVE_ADDRESS_IN_USE, SERVE_ADDRESS_UNUSABLE, SERVE_ADDRESS_REMOTE, SERVE_DIR_LOCKED, SERVE_DIR_FOREIGN, SERVE_DIR_UNUSABLE
 * @example
 * const registry = await startRegistry({ log: silentLog, clock: Date.now, random: randomBytes })
 * await copyImage(source, `${registry.address}/shop/api:1.4`)
 * await registry.close()
 */
export async function startRegistry(options: RegistryOptions): Promise<RegistryServer> {
  const { address = '127.0.0.1', port = 0, dir, log } = options
  requireLoopback(address, options.allowRemote === true)
  const storage = dir === undefined ? memoryStorage() : await diskStorage(dir, log)
  try {
    return await serve(options, storage, address, port)
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function serve(
  options: RegistryOptions,
  storage: Storage,
  address: string,
  port: number,
): Promise<RegistryServer> {
  const { log, clock, random } = options
  const mostBytes =
    options.maxBytes ?? (options.dir === undefined ? limits.servedMemoryBytes : Number.POSITIVE_INFINITY)
  const repositories = new Repositories(storage, budget(mostBytes))
  await repositories.restore(log)
  const sessions = new UploadSessions(repositories, clock, () => hex(random(16)))
  const service = { repositories, sessions, clock, allowSparse: options.allowSparse === true }
  const running = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request
    const { onRequest } = options
    if (onRequest !== undefined)
      response.once('close', () => onRequest({ method, path, status: response.headersSent ? response.statusCode : 0 }))
    const work = answer(request, response, service, log).finally(() => running.delete(work))
    running.add(work)
  })
  limitTimes(server)
  const host = await listen(server, address, port)
  return {
    url: `http://${host}`,
    address: host,
    async close() {
      await stop(server)
      await Promise.all(running)
      await sessions.close()
      await storage.close()
    },
  }
}

/** A blob may take as long as it moves; a silent connection, slow headers or an endless idle one may not. */
function limitTimes(server: Server): void {
  server.headersTimeout = limits.idleTimeoutMs
  server.requestTimeout = 0
  server.timeout = limits.requestTimeoutMs
  server.keepAliveTimeout = limits.requestTimeoutMs
  server.maxConnections = limits.servedConnections
}

function listen(server: Server, address: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFault(error, address, port)))
    server.listen({ host: address, port, exclusive: true }, () => resolve(hostOf(server.address(), address)))
  })
}

function hostOf(bound: AddressInfo | string | null, address: string): string {
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

function listenFault(error: Error, address: string, port: number): Error {
  if (errorCode(error) === 'EADDRINUSE') {
    return distributionFault('SERVE_ADDRESS_IN_USE', `${address}:${port} is used by another program.`, {
      cause: error,
      fix: 'Name another port; 0 takes a free one.',
    })
  }
  return distributionFault('SERVE_ADDRESS_UNUSABLE', `${address}:${port} cannot be listened on: ${errorCode(error)}.`, {
    cause: error,
    fix: 'Name an address of this machine and a port that you may use, as 127.0.0.1:5005.',
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function requireLoopback(address: string, allowRemote: boolean): void {
  if (address === 'localhost') return
  const family = isIP(address)
  if (family === 0) {
    throw distributionFault('SERVE_ADDRESS_UNUSABLE', `"${address.slice(0, 100)}" is no IP address.`, {
      fix: 'Name an address of this machine, as 127.0.0.1:5005.',
    })
  }
  if (allowRemote || loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')) return
  throw distributionFault(
    'SERVE_ADDRESS_REMOTE',
    `Others can reach ${address}, and the registry asks nobody who he is.`,
    {
      fix: 'Serve 127.0.0.1, or allow it explicitly where something before the registry keeps others out.',
    },
  )
}

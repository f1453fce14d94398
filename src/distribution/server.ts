/** The registry server: listening, its time limits, and its end. */

import { createServer, type Server } from 'node:http'
import { type Bytes, type Clock, hex, type Log, limits } from '../base/index.ts'
import { budget } from './budget.ts'
import { diskStorage } from './disk-storage.ts'
import { answer } from './dispatch.ts'
import type { Storage } from './driver.ts'
import { listen, requireLoopback, stop } from './listen.ts'
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

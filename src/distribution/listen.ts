/** Where a server of ours listens: on the loopback, unless it was allowed to be reached by others. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { errorCode } from './durable-files.ts'
import { distributionFault } from './faults.ts'

/** @returns `127.0.0.1:5005` @throws SERVE_ADDRESS_IN_USE, SERVE_ADDRESS_UNUSABLE */
export function listen(server: Server, address: string, port: number): Promise<string> {
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

/** Ends open connections, too. */
export function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** @throws SERVE_ADDRESS_REMOTE, SERVE_ADDRESS_UNUSABLE */
export function requireLoopback(address: string, allowRemote: boolean): void {
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
    `Others can reach ${address}, and this server asks nobody who he is.`,
    {
      fix: 'Serve 127.0.0.1, or say --allow-remote where something before it keeps others out.',
    },
  )
}

/**
 * Which addresses a connection may lead to (server-side request forgery): told by the address that is connected to, after every name was looked up, so
 * that a name cannot mean one address when it is checked and another when it is used (DNS rebinding).
 */

import type { LookupAddress, LookupOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** `never`: link-local, the metadata services of clouds, and what is no address of one host. `private`: this machine and private networks. */
export type AddressKind = 'public' | 'private' | 'never'

type Range = readonly [network: string, bits: number]

const NEVER: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  // Metadata of Alibaba, of Oracle, of Azure (its wire server has a public address), of Amazon over IPv6.
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['168.63.129.16', 32],
  ['fd00:ec2::', 32],
  ['224.0.0.0', 3],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // Ways to IPv4 through IPv6 that hide the address that is meant.
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
]

const PRIVATE: readonly Range[] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
  ['fec0::', 10],
]

/** Of an IPv4 or IPv6 address, with or without brackets; IPv4 within IPv6 counts as what it is. What is no address is `never`. */
export function addressKind(address: string): AddressKind {
  const plain = translated(address.replace(/^\[|\]$/g, '').replace(/%.*$/, ''))
  const family = isIP(plain)
  if (family === 0) return 'never'
  const name = family === 4 ? 'ipv4' : 'ipv6'
  lists ??= { never: listOf(NEVER), private: listOf(PRIVATE) }
  if (lists.never.check(plain, name)) return 'never'
  return lists.private.check(plain, name) ? 'private' : 'public'
}

const TRANSLATED = /^\[64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})\]$/

/** The IPv4 address that a network without IPv4 spells as 64:ff9b::/96 (RFC 6052). */
function translated(address: string): string {
  if (isIP(address) !== 6) return address
  const match = TRANSLATED.exec(new URL(`http://[${address}]`).hostname)
  if (match === null) return address
  const [high, low] = [Number.parseInt(match[1] ?? '0', 16), Number.parseInt(match[2] ?? '0', 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

let lists: { readonly never: BlockList; readonly private: BlockList } | undefined

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const [network, bits] of ranges) list.addSubnet(network, bits, isIP(network) === 4 ? 'ipv4' : 'ipv6')
  return list
}

/** @param host as a URL's `hostname` spells it. @param address what is connected to */
export type AllowAddress = (host: string, address: string) => boolean

/** What a refused address ends a connection with. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
}

/** Public addresses for every host, private ones for the named ones, the rest for none. @param hosts names or addresses, without a port */
export function publicOrNamed(hosts: readonly string[]): AllowAddress {
  const named = new Set(hosts.map(plainHost))
  return (host, address) => {
    const kind = addressKind(address)
    return kind === 'public' || (kind === 'private' && named.has(plainHost(host)))
  }
}

function plainHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

/** The address that a URL's host is, where it is one: nothing looks it up then. */
export function literalAddress(hostname: string): string | undefined {
  const plain = hostname.replace(/^\[|\]$/g, '')
  return isIP(plain) === 0 ? undefined : plain
}

/** For the connections of an agent: answers with the allowed addresses of a name, or with none. */
export function guardedLookup(allow: AllowAddress): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, options, (error, found) => {
      const allowed = found.filter(({ address }) => allow(hostname, address))
      const [first] = allowed
      if (error !== null) callback(error, '', 0)
      else if (first === undefined)
        callback(new AddressRefused(`${hostname} is at no address that may be asked.`), '', 0)
      else if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}

/** Whether the name is, as far as this machine can tell, at allowed addresses only: for a proxy, which looks it up itself. */
export function looksAllowed(hostname: string, allow: AllowAddress): Promise<boolean> {
  return new Promise((resolve) => {
    lookUp(hostname, {}, (_, found) => resolve(found.every(({ address }) => allow(hostname, address))))
  })
}

type Found = (error: NodeJS.ErrnoException | null, found: readonly LookupAddress[]) => void

/** All addresses, none with an error. `node:dns` comes with the first name that is looked up. */
function lookUp(hostname: string, options: LookupOptions, tell: Found): void {
  void import('node:dns').then(({ lookup }) => {
    lookup(hostname, { ...options, all: true }, (error, found) => tell(error, error === null ? found : []))
  })
}

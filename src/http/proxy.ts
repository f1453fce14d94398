/** Which requests go through a proxy: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as curl and Go read them; this machine is never asked for through one. */

import { BlockList, isIP } from 'node:net'
import type { Environment } from '../base/index.ts'
import { httpFault } from './faults.ts'
import { isLoopback } from './hosts.ts'

/**
 * The proxy for a URL, or undefined for a direct connection. HTTP_PROXY in capitals counts as well: we are no CGI program.
 * @throws HTTP_PROXY_INVALID
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  if (isLoopback(url.hostname)) return undefined
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const written = environment[variable.toLowerCase()] || environment[variable]
  if (written === undefined || written === '') return undefined
  if (isExcepted(url, environment['no_proxy'] || environment['NO_PROXY'] || '')) return undefined
  return checkedProxy(written, variable)
}

function checkedProxy(written: string, variable: string): string {
  const text = written.includes('://') ? written : `http://${written}`
  if (URL.canParse(text) && /^https?:\/\//i.test(text)) return text
  throw httpFault('HTTP_PROXY_INVALID', `${variable} is not the URL of an HTTP proxy.`, {
    fix: 'Write it as http://proxy.example.org:3128.',
  })
}

/** NO_PROXY: names (with the domains under them), addresses, address ranges such as 10.0.0.0/8, each with or without a port; or `*`. */
function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || covers(entry.toLowerCase(), host, port))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return coversAddress(entry, host)
  const withPort = /^(.*[^:]):([0-9]+)$/.exec(isIP(entry) === 6 ? '' : entry)
  if (withPort !== null && withPort[2] !== port) return false
  const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
  return host === name || (isIP(host) === 0 && name !== '' && host.endsWith(`.${name}`))
}

function coversAddress(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || !/^[0-9]{1,3}$/.test(bits)) return false
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const name = family === 4 ? 'ipv4' : 'ipv6'
  const block = new BlockList()
  block.addSubnet(network, Number(bits), name)
  return block.check(host, name)
}

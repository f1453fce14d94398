/** Which hosts are this machine, and how a URL may be shown. */

const IPV4_LOOPBACK = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/
const IPV4_LINK_LOCAL = /^169\.254\.\d{1,3}\.\d{1,3}$/
const IPV6_LINK_LOCAL = /^\[fe[89ab][0-9a-f]:/
const IPV6_MAPPED = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/

/** `localhost`, 127.0.0.0/8 and ::1, as a URL's normalised `hostname` spells them. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || IPV4_LOOPBACK.test(plainAddress(hostname))
}

/**
 * Addresses that only this machine or its link can mean: what a host elsewhere has no business sending us to (server-side request
 * forgery: 127.0.0.1, the metadata address 169.254.169.254, 0.0.0.0).
 */
export function isMachineLocal(hostname: string): boolean {
  // A name may end in the dot of the root: `localhost.` is localhost to whoever looks it up.
  const host = hostname.replace(/\.$/, '')
  const address = plainAddress(host)
  return (
    isLoopback(host) ||
    IPV4_LINK_LOCAL.test(address) ||
    IPV6_LINK_LOCAL.test(host) ||
    host === '[::]' ||
    address.startsWith('0.') ||
    host.endsWith('.localhost')
  )
}

/** The IPv4 address inside an IPv4-mapped IPv6 one; anything else as it is. */
function plainAddress(hostname: string): string {
  const mapped = IPV6_MAPPED.exec(hostname)
  if (mapped === null) return hostname
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

const SHOWN_PARAMETERS: readonly string[] = [
  'artifactType',
  'digest',
  'from',
  'last',
  'mount',
  'n',
  'ns',
  'scope',
  'service',
]

/** For logs and messages: no userinfo, no fragment, and of the query only what is known to hold no secret. */
export function shownUrl(url: URL): string {
  const query = [...url.searchParams]
    .slice(0, 20)
    .map(([name, value]) => (SHOWN_PARAMETERS.includes(name) ? `${name}=${value}` : `${name}=…`))
  return `${url.protocol}//${url.host}${url.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`
}

/** From what Node throws to one sentence for people, by cause. */

import type { Fault } from '../base/index.ts'
import { type HttpFaultCode, httpFault } from './faults.ts'
import { isLoopback } from './hosts.ts'

type Sentence = readonly [code: HttpFaultCode, sentence: string, fix?: string]

const CA_FIX =
  'If the host uses a private authority, add its certificate to the system’s store, name it in SSL_CERT_FILE, or put it into certs.d as ca.crt.'

const SENTENCES: Readonly<Record<string, (host: string) => Sentence>> = {
  ECONNREFUSED: (host) => [
    'HTTP_UNREACHABLE',
    `Nothing answers at ${host}: the connection was refused.`,
    'Check the host and the port, and that it runs.',
  ],
  ENOTFOUND: (host) => [
    'HTTP_UNREACHABLE',
    `The host name of ${host} is not known.`,
    'Check the spelling of the host, and the DNS of this machine.',
  ],
  EAI_AGAIN: (host) => [
    'HTTP_UNREACHABLE',
    `The name of ${host} could not be looked up: DNS does not answer.`,
    'Check the DNS and the network of this machine.',
  ],
  EHOSTUNREACH: (host) => [
    'HTTP_UNREACHABLE',
    `There is no way to ${host} on the network.`,
    'Check the network, and HTTPS_PROXY if one is needed.',
  ],
  ENETUNREACH: (host) => [
    'HTTP_UNREACHABLE',
    `There is no network on which ${host} can be reached.`,
    'Check the network, and HTTPS_PROXY if one is needed.',
  ],
  ETIMEDOUT: (host) => [
    'HTTP_TIMEOUT',
    `${host} did not take the connection in time.`,
    'Check the network, a firewall, and HTTPS_PROXY if one is needed.',
  ],
  ECONNRESET: (host) => [
    'HTTP_UNREACHABLE',
    `${host} broke the connection.`,
    'Try again; if it stays so, check proxies between here and there.',
  ],
  EPIPE: (host) => [
    'HTTP_UNREACHABLE',
    `${host} broke the connection.`,
    'Try again; if it stays so, check proxies between here and there.',
  ],
  HPE_HEADER_OVERFLOW: (host) => ['HTTP_ANSWER_INVALID', `${host} sent more headers than are read.`],
  ERR_SSL_WRONG_VERSION_NUMBER: (host) => [
    'HTTP_NOT_TLS',
    `${host} does not speak TLS: it seems to speak plain HTTP.`,
    'If that is meant to be so, ask for plain HTTP with --allow-http.',
  ],
  CERT_HAS_EXPIRED: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} has expired.`,
    'Have it renewed there, or check the clock of this machine.',
  ],
  CERT_NOT_YET_VALID: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} is not valid yet.`,
    'Check the clock of this machine.',
  ],
  CERT_REVOKED: (host) => ['TLS_UNTRUSTED', `The certificate of ${host} has been revoked.`],
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => [
    'TLS_UNTRUSTED',
    `The certificate that answers at ${host} is for another name.`,
    'Use the name that the certificate carries, or have one made for this name.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} is signed by itself and not trusted here.`,
    CA_FIX,
  ],
  SELF_SIGNED_CERT_IN_CHAIN: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} comes from an authority that is not trusted here.`,
    CA_FIX,
  ],
  UNABLE_TO_GET_ISSUER_CERT: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} comes from an authority that is not known here.`,
    CA_FIX,
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} comes from an authority that is not known here.`,
    CA_FIX,
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) => [
    'TLS_UNTRUSTED',
    `The certificate of ${host} comes from an authority that is not known here.`,
    CA_FIX,
  ],
  CERT_UNTRUSTED: (host) => ['TLS_UNTRUSTED', `The certificate of ${host} is not trusted here.`, CA_FIX],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: (host) => [
    'TLS_FAILED',
    `${host} asks for a client certificate.`,
    'Put client.cert and client.key into the certs.d folder of that host.',
  ],
  ADDRESS_REFUSED: (host) => ['HTTP_ADDRESS_REFUSED', `${host} is at an address that is not asked from here.`],
  ERR_PROXY_TUNNEL: (host) => [
    'HTTP_PROXY_FAILED',
    `The proxy did not open a connection to ${host}.`,
    'Check HTTPS_PROXY, or name the host in NO_PROXY.',
  ],
  ERR_PROXY_INVALID_CONFIG: () => [
    'HTTP_PROXY_INVALID',
    'HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy.',
    'Write it as http://proxy.example.org:3128.',
  ],
}

/** Causes that may pass by themselves: worth another try when the request may be sent twice. */
const PASSING: readonly string[] = ['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']

export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

export function mayPass(error: unknown): boolean {
  return PASSING.includes(errorCode(error))
}

/** The Fault for an exchange with `url` that ended in `error`; never has a secret in it. */
export function failureOf(error: unknown, url: URL): Fault {
  const host = url.host
  const known = SENTENCES[errorCode(error)]?.(host) ?? guess(error, url)
  const [code, sentence, fix] = known
  return httpFault(code, sentence, { cause: error, facts: { host }, ...(fix === undefined ? {} : { fix }) })
}

function guess(error: unknown, url: URL): Sentence {
  const { host } = url
  const code = errorCode(error)
  const text = error instanceof Error ? error.message : ''
  if (/wrong version number|packet length too long|http request/i.test(text)) {
    return SENTENCES['ERR_SSL_WRONG_VERSION_NUMBER']?.(host) ?? ['HTTP_NOT_TLS', `${host} does not speak TLS.`]
  }
  if (code.startsWith('HPE_')) {
    const sentence = `What answers at ${host} does not speak HTTP as it should.`
    if (!isLoopback(url.hostname)) return ['HTTP_ANSWER_INVALID', sentence]
    return ['HTTP_ANSWER_INVALID', sentence, 'Check the port. If it speaks TLS, trust its CA: --registry-ca FILE.']
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return [
      'TLS_FAILED',
      `No TLS connection with ${host} came about.`,
      'Check which TLS versions it speaks and whether it wants a client certificate.',
    ]
  }
  if (/^(CERT_|UNABLE_TO_|INVALID_|PATH_|HOSTNAME_)/.test(code))
    return ['TLS_UNTRUSTED', `The certificate of ${host} cannot be trusted (${code}).`, CA_FIX]
  return ['HTTP_UNREACHABLE', `The exchange with ${host} failed.`, 'Try again; --debug shows the requests.']
}

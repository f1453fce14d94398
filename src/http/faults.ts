/** The closed list of what can go wrong between us and another host. */

import { faults } from '../base/index.ts'

export const httpFault = faults({
  /** Refused, no such name, connection broken. */
  HTTP_UNREACHABLE: 3,
  HTTP_TIMEOUT: 3,
  /** What answered does not speak HTTP as RFC 9112 says, or sends headers past the bound. */
  HTTP_ANSWER_INVALID: 3,
  /** Plain HTTP where TLS was expected. */
  HTTP_NOT_TLS: 3,
  /** A redirect to where we do not go: plain HTTP, a loopback address, a chain without end. */
  HTTP_REDIRECT_REFUSED: 3,
  /** Plain HTTP to a host that is not this machine, without having been asked for. */
  HTTP_PLAIN_REFUSED: 2,
  /** An address on this machine, in a private network or of a cloud's metadata, which nobody allowed. */
  HTTP_ADDRESS_REFUSED: 3,
  HTTP_URL_INVALID: 2,
  HTTP_PROXY_INVALID: 2,
  HTTP_PROXY_FAILED: 3,
  TLS_UNTRUSTED: 3,
  /** The handshake failed for another reason than trust: versions, a client certificate that is asked for. */
  TLS_FAILED: 3,
  /** NODE_TLS_REJECT_UNAUTHORIZED=0. */
  TLS_CHECKS_OFF: 2,
  TLS_FILE_INVALID: 2,
})

export type HttpFaultCode = keyof typeof httpFault.codes

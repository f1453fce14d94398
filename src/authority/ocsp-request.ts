/** Requests for OCSP answers (RFC 6960 section 4.1), read by a responder: nothing in them is believed, the answer only echoes it. */

import { type Bytes, Fault, limits } from '../base/index.ts'
import { contextTag, DerReader, derTags, readDerSequence } from '../crypto/index.ts'
import { type CertId, readCertId } from '../pki/index.ts'
import { authorityFault } from './faults.ts'
import { oids } from './oids.ts'

export interface OcspRequest {
  readonly asked: readonly AskedCertificate[]
  /** What the extension holds, as it came. */
  readonly nonce: Bytes | undefined
}

export interface AskedCertificate {
  readonly id: CertId
  /** DER, as it came. */
  readonly raw: Bytes
}

const WHAT = 'The OCSP request'

/** @throws REQUEST_MALFORMED */
export function readOcspRequest(bytes: Bytes): OcspRequest {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof Fault && error.code === 'DER_INVALID') throw malformed(error.message)
    throw error
  }
}

function read(bytes: Bytes): OcspRequest {
  const outer = readDerSequence(bytes, WHAT)
  const body = outer.sequence()
  // A signature of the request is of no interest: whoever asks is answered.
  if (outer.peek() === contextTag(0)) outer.next()
  outer.end()
  if (body.peek() === contextTag(0) && body.enter(contextTag(0)).small() !== 0)
    throw malformed(`${WHAT} is of another version.`)
  if (body.peek() === contextTag(1)) body.next()
  const asked = readList(body.sequence())
  const nonce = body.peek() === contextTag(2) ? readNonce(body.enter(contextTag(2)).sequence()) : undefined
  body.end()
  return { asked, nonce }
}

function readList(list: DerReader): readonly AskedCertificate[] {
  const asked: AskedCertificate[] = []
  while (!list.atEnd) {
    if (asked.length === limits.ocspAnswers)
      throw malformed(`${WHAT} asks about more than ${limits.ocspAnswers} certificates.`)
    const request = list.sequence()
    const { raw } = request.next(derTags.sequence)
    if (request.peek() === contextTag(0)) request.next()
    request.end()
    asked.push({ raw, id: readCertId(new DerReader(raw, WHAT)) })
  }
  if (asked.length === 0) throw malformed(`${WHAT} asks about no certificate.`)
  return asked
}

function readNonce(extensions: DerReader): Bytes | undefined {
  let nonce: Bytes | undefined
  while (!extensions.atEnd) {
    const extension = extensions.sequence()
    const oid = extension.oid()
    if (extension.peek() === derTags.boolean) extension.next()
    const value = extension.octets()
    extension.end()
    if (oid === oids.ocspNonce) nonce = value
  }
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > limits.nonceBytes))
    throw malformed(`${WHAT} has a nonce of ${nonce.length} bytes.`)
  return nonce
}

function malformed(message: string): Error {
  return authorityFault('REQUEST_MALFORMED', message)
}

/** What the served authority answers: timestamps (RFC 3161), OCSP (RFC 6960), and the list of each issuer (RFC 5280 section 5). */

import { type Bytes, bufferOf, Fault } from '../base/index.ts'
import { type Certificate, namesCertificate } from '../pki/index.ts'
import type { Issuers } from './authority.ts'
import { type Revocation, writeCrl } from './crl.ts'
import type { Issued } from './issue.ts'
import type { Circumstances } from './member.ts'
import { type OcspAnswer, writeOcspFailure, writeOcspResponse } from './ocsp.ts'
import { type AskedCertificate, type OcspRequest, readOcspRequest } from './ocsp-request.ts'
import { writeTimestampRejection, writeTimestampResponse, writeTimestampToken } from './timestamp.ts'
import { readTimestampRequest, type TimestampFailure } from './timestamp-request.ts'

export interface Service extends Circumstances {
  readonly issuers: Issuers
  /** What was issued: of any other certificate OCSP says that it is unknown. */
  readonly issued: readonly Certificate[]
  /** Asked anew for each answer. */
  readonly revoked: () => Promise<readonly Revocation[]>
  /** How long lists and OCSP answers stay fresh, in milliseconds. */
  readonly freshMs: number
}

const REJECTIONS: Readonly<Record<TimestampFailure, string>> = {
  badAlg: 'Timestamps are given over SHA-256, SHA-384 and SHA-512.',
  badRequest: 'This is no request of version 1 with a nonce of at most 126 bytes.',
  badDataFormat: 'This is no TimeStampReq in DER, or its hash has the wrong length.',
  unacceptedPolicy: 'The policy is not one of this authority.',
  unacceptedExtension: 'Extensions are not known here.',
  systemFailure: 'The authority failed.',
}

/** TimeStampResp, DER. */
export function answerTimestamp(bytes: Bytes, { issuers, clock, random }: Service): Bytes {
  const request = readTimestampRequest(bytes)
  if (typeof request === 'string') return writeTimestampRejection(request, REJECTIONS[request])
  const { imprint, nonce, certReq } = request
  return writeTimestampResponse(
    writeTimestampToken({
      authority: issuers.tsa,
      imprint,
      time: clock(),
      serial: random(16),
      nonce,
      certificates: certReq ? issuers.tsa.chain : [],
    }),
  )
}

/** OCSPResponse, DER: signed by the issuer of the certificates that are asked about. */
export async function answerOcsp(bytes: Bytes, service: Service): Promise<Bytes> {
  const request = ocspRequest(bytes)
  if (request === undefined) return writeOcspFailure('malformedRequest')
  const { asked, nonce } = request
  const issuer = authorities(service).find(({ certificate }) => asked.every(({ id }) => isBelow(id, certificate)))
  if (issuer === undefined) return writeOcspFailure('unauthorized')
  const revoked = await service.revoked()
  const now = service.clock()
  return writeOcspResponse({
    // Its certificate is not sent along: notation (Go) takes one that is sent for a delegate's, which the issuer must have issued.
    responder: issuer,
    producedAt: now,
    answers: asked.map((it) => ({
      certId: it.raw,
      status: statusOf(it, issuer.certificate, service.issued, revoked),
      thisUpdate: now,
      nextUpdate: now + service.freshMs,
    })),
    ...(nonce === undefined ? {} : { nonce }),
  })
}

function ocspRequest(bytes: Bytes): OcspRequest | undefined {
  try {
    return readOcspRequest(bytes)
  } catch (error) {
    if (error instanceof Fault && error.code === 'REQUEST_MALFORMED') return undefined
    throw error
  }
}

function isBelow(id: AskedCertificate['id'], issuer: Certificate): boolean {
  return namesCertificate(id, id, issuer)
}

function statusOf(
  { id }: AskedCertificate,
  issuer: Certificate,
  issued: readonly Certificate[],
  revoked: readonly Revocation[],
): OcspAnswer['status'] {
  const isOurs = issued.some((it) => isIssuedBy(it, issuer) && isSame(it.serial, id.serial))
  if (!isOurs) return 'unknown'
  return revoked.find(({ serial }) => isSame(serial, id.serial)) ?? 'good'
}

/** The three that have lists, by the name of their list. */
export type ListName = 'root' | 'intermediate' | 'tsa-root'

/** The list of one issuer, DER; undefined where none has this name. */
export async function currentList(name: ListName, service: Service): Promise<Bytes> {
  const issuer = issuerNamed(name, service.issuers)
  const own = service.issued.filter((it) => isIssuedBy(it, issuer.certificate))
  const revoked = await service.revoked()
  const now = service.clock()
  return writeCrl({
    issuer,
    revoked: revoked.filter(({ serial }) => own.some((it) => isSame(it.serial, serial))),
    thisUpdate: now,
    nextUpdate: now + service.freshMs,
    // Grows with every second, as long as the clock does.
    number: Math.floor(now / 1000),
  })
}

function issuerNamed(name: ListName, { root, intermediate, tsaRoot }: Issuers): Issued {
  return { root, intermediate, 'tsa-root': tsaRoot }[name]
}

function authorities({ issuers: { root, intermediate, tsaRoot } }: Service): readonly Issued[] {
  return [intermediate, root, tsaRoot]
}

function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return isSame(certificate.issuer.raw, issuer.subject.raw)
}

function isSame(a: Bytes, b: Bytes): boolean {
  return bufferOf(a).equals(b)
}

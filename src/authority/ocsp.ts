/** OCSP answers (RFC 6960 section 4.2), written: by the issuer itself or by a responder that it delegated. */

import type { Bytes } from '../base/index.ts'
import { derWrite, type NamedAlgorithm, signNamed } from '../crypto/index.ts'
import { type Certificate, writeSignatureAlgorithm } from '../pki/index.ts'
import { usualAlgorithm } from './algorithms.ts'
import { crlReasons, type Revocation } from './crl.ts'
import { extension, keyIdentifier, writeExtensions } from './extensions.ts'
import type { Issued } from './issue.ts'
import { oids } from './oids.ts'

/** OCSPResponseStatus. */
export const ocspStatuses = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

export interface OcspAnswer {
  /** CertID, DER: as the request has it. */
  readonly certId: Bytes
  readonly status: 'good' | 'unknown' | Pick<Revocation, 'at' | 'reason'>
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** undefined: newer information is there all the time. */
  readonly nextUpdate: number | undefined
}

export interface OcspOptions {
  /** Who signs: the issuer of the certificates, or a responder that it issued. */
  readonly responder: Issued
  readonly answers: readonly OcspAnswer[]
  readonly producedAt: number
  /** What the request's nonce holds. */
  readonly nonce?: Bytes
  /** How the responder is named; by its key when left out. */
  readonly namedBy?: 'key' | 'name'
  /** Certificates that go with the answer: the responder's, where it is not the issuer. */
  readonly certificates?: readonly Certificate[]
  readonly algorithm?: NamedAlgorithm
}

/** OCSPResponse of status `successful`, DER. */
export function writeOcspResponse(options: OcspOptions): Bytes {
  const { responder, certificates = [] } = options
  const algorithm = options.algorithm ?? usualAlgorithm(responder.key.publicKey)
  const data = responseData(options)
  const basic = derWrite.sequence(
    data,
    writeSignatureAlgorithm(algorithm),
    derWrite.bits(signNamed(responder.key, algorithm, [data])),
    ...(certificates.length === 0
      ? []
      : [derWrite.explicit(0, derWrite.sequence(...certificates.map(({ raw }) => raw)))]),
  )
  const bytes = derWrite.sequence(derWrite.oid(oids.ocspBasic), derWrite.octets(basic))
  return derWrite.sequence(derWrite.enumerated(ocspStatuses.successful), derWrite.explicit(0, bytes))
}

/** An answer that is none, unsigned. */
export function writeOcspFailure(status: Exclude<keyof typeof ocspStatuses, 'successful'>): Bytes {
  return derWrite.sequence(derWrite.enumerated(ocspStatuses[status]))
}

function responseData({ responder, answers, producedAt, nonce, namedBy = 'key' }: OcspOptions): Bytes {
  const { subject, spki } = responder.certificate
  return derWrite.sequence(
    namedBy === 'name' ? derWrite.explicit(1, subject.raw) : derWrite.explicit(2, derWrite.octets(keyIdentifier(spki))),
    derWrite.generalizedTime(producedAt),
    derWrite.sequence(...answers.map(single)),
    ...(nonce === undefined ? [] : [derWrite.explicit(1, writeExtensions([extension(oids.ocspNonce, nonce)]))]),
  )
}

function single({ certId, status, thisUpdate, nextUpdate }: OcspAnswer): Bytes {
  return derWrite.sequence(
    certId,
    statusOf(status),
    derWrite.generalizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [derWrite.explicit(0, derWrite.generalizedTime(nextUpdate))]),
  )
}

function statusOf(status: OcspAnswer['status']): Bytes {
  if (status === 'good') return derWrite.implicit(0, new Uint8Array())
  if (status === 'unknown') return derWrite.implicit(2, new Uint8Array())
  const time = derWrite.generalizedTime(status.at)
  if (status.reason === undefined) return derWrite.implicit(1, time, true)
  const reason = derWrite.explicit(0, derWrite.enumerated(crlReasons[status.reason]))
  return derWrite.implicit(1, Buffer.concat([time, reason]), true)
}

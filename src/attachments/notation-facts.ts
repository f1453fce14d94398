/** What a Notation signature says of itself and of who made it, in the words of a report: read, and believed in nothing. */

import { type Bytes, type Digest, digestOf, Fault, rfc3339 } from '../base/index.ts'
import {
  type NotationAlgorithm,
  type NotationEncoding,
  type NotationEnvelope,
  notationPayloadType,
  parseNotation,
  parseNotationPayload,
} from '../envelope/index.ts'
import { formatName, parseCertificate, parseTimestampToken } from '../pki/index.ts'

/** Times are RFC 3339. */
export interface NotationFacts {
  readonly encoding: NotationEncoding
  readonly algorithm: NotationAlgorithm
  readonly scheme: string
  /** The signer's own word. */
  readonly signingTime?: string
  /** That of a signing authority. */
  readonly authenticSigningTime?: string
  readonly expiry?: string
  readonly contentType: string
  /** What it is about; left out where its content is of another type. */
  readonly artifact?: { readonly mediaType: string; readonly digest: Digest; readonly size: number }
  readonly userMetadata?: Readonly<Record<string, string>>
  /** Signed headers beyond those of the specification. */
  readonly headers?: readonly { readonly name: string; readonly isCritical: boolean }[]
  /** Without it the signature may not be verified. */
  readonly verificationPlugin?: { readonly name: string; readonly minVersion?: string }
  /** Unsigned. */
  readonly signingAgent?: string
  readonly timestamp?: { readonly time: string } | { readonly problem: string }
  /** Leaf first. */
  readonly certificates: readonly CertificateFacts[]
}

export interface CertificateFacts {
  /** SHA-256 of the certificate. */
  readonly fingerprint: Digest
  readonly subject?: string
  readonly issuer?: string
  readonly notBefore?: string
  readonly notAfter?: string
  /** Why nothing of it could be read. */
  readonly problem?: string
}

/** @throws whatever `parseNotation` and `parseNotationPayload` do */
export function notationFacts(bytes: Bytes, mediaType: string): NotationFacts {
  const envelope = parseNotation(bytes, mediaType)
  const { encoding, algorithm, scheme, contentType, extended, verificationPlugin, signingAgent, timestamp } = envelope
  return {
    encoding,
    algorithm,
    scheme,
    ...timesOf(envelope),
    contentType,
    ...contentOf(envelope),
    ...(extended.length === 0
      ? {}
      : { headers: extended.map(({ key, isCritical }) => ({ name: String(key), isCritical })) }),
    ...(verificationPlugin === undefined ? {} : { verificationPlugin }),
    ...(signingAgent === undefined ? {} : { signingAgent }),
    ...(timestamp === undefined ? {} : { timestamp: timestampFacts(timestamp) }),
    certificates: envelope.chain.map(certificateFacts),
  }
}

type Times = Pick<NotationFacts, 'signingTime' | 'authenticSigningTime' | 'expiry'>

function timesOf({ signingTime, authenticSigningTime, expiry }: NotationEnvelope): Times {
  return {
    ...(signingTime === undefined ? {} : { signingTime: rfc3339(signingTime) }),
    ...(authenticSigningTime === undefined ? {} : { authenticSigningTime: rfc3339(authenticSigningTime) }),
    ...(expiry === undefined ? {} : { expiry: rfc3339(expiry) }),
  }
}

function contentOf({ contentType, payload }: NotationEnvelope): Pick<NotationFacts, 'artifact' | 'userMetadata'> {
  if (contentType !== notationPayloadType) return {}
  const { annotations, ...artifact } = parseNotationPayload(payload)
  return { artifact, ...(Object.keys(annotations).length === 0 ? {} : { userMetadata: annotations }) }
}

function timestampFacts(token: Bytes): NonNullable<NotationFacts['timestamp']> {
  return orProblem(() => ({ time: rfc3339(parseTimestampToken(token).info.time) }))
}

function certificateFacts(der: Bytes): CertificateFacts {
  const facts = orProblem(() => {
    const { subject, issuer, notBefore, notAfter } = parseCertificate(der)
    return {
      subject: formatName(subject),
      issuer: formatName(issuer),
      notBefore: rfc3339(notBefore),
      notAfter: rfc3339(notAfter),
    }
  })
  return { fingerprint: digestOf(der), ...facts }
}

/** What cannot be read takes nothing else away. */
function orProblem<T>(read: () => T): T | { readonly problem: string } {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { problem: error.message }
  }
}

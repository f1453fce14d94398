/** Certificate revocation lists (RFC 5280 section 5), written. */

import type { Bytes } from '../base/index.ts'
import { derWrite, type NamedAlgorithm } from '../crypto/index.ts'
import { writeSignatureAlgorithm } from '../pki/index.ts'
import { usualAlgorithm } from './algorithms.ts'
import { authorityKeyIdentifier, extension, type NewExtension, writeExtensions } from './extensions.ts'
import { type Issued, signed } from './issue.ts'
import { oids } from './oids.ts'

/** CRLReason (section 5.3.1). */
export const crlReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type CrlReason = keyof typeof crlReasons

export interface Revocation {
  /** Magnitude of the serial number, big-endian. */
  readonly serial: Bytes
  /** Milliseconds since 1970. */
  readonly at: number
  readonly reason?: CrlReason
  /** From when the key was in wrong hands, milliseconds since 1970. */
  readonly invalidSince?: number
}

export interface CrlOptions {
  readonly issuer: Issued
  readonly revoked: readonly Revocation[]
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** undefined: the list says none. */
  readonly nextUpdate: number | undefined
  readonly number: number
  readonly algorithm?: NamedAlgorithm
  /** Changes the extensions of the list: for lists that must be refused. */
  readonly change?: (extensions: readonly NewExtension[]) => readonly NewExtension[]
}

/** CertificateList version 2, DER. */
export function writeCrl(options: CrlOptions): Bytes {
  const { issuer, revoked, nextUpdate } = options
  const algorithm = options.algorithm ?? usualAlgorithm(issuer.key.publicKey)
  const standard = [
    authorityKeyIdentifier(issuer.key.publicKey),
    extension(oids.crlNumber, derWrite.unsigned(options.number)),
  ]
  return signed(issuer.key, algorithm, [
    derWrite.unsigned(1),
    writeSignatureAlgorithm(algorithm),
    issuer.certificate.subject.raw,
    derWrite.time(options.thisUpdate),
    ...(nextUpdate === undefined ? [] : [derWrite.time(nextUpdate)]),
    // An empty list is left out (section 5.1.2.6).
    ...(revoked.length === 0 ? [] : [derWrite.sequence(...revoked.map(entry))]),
    derWrite.explicit(0, writeExtensions(options.change?.(standard) ?? standard)),
  ])
}

function entry({ serial, at, reason, invalidSince }: Revocation): Bytes {
  const extensions = [
    ...(reason === undefined ? [] : [extension(oids.crlReason, derWrite.enumerated(crlReasons[reason]))]),
    ...(invalidSince === undefined ? [] : [extension(oids.invalidityDate, derWrite.generalizedTime(invalidSince))]),
  ]
  return derWrite.sequence(
    derWrite.unsigned(serial),
    derWrite.time(at),
    ...(extensions.length === 0 ? [] : [writeExtensions(extensions)]),
  )
}

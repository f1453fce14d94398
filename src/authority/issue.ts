/** Issues certificates (RFC 5280 section 4.1). Clock and randomness are the caller's; nothing is remembered. */

import type { Bytes } from '../base/index.ts'
import {
  derWrite,
  type NamedAlgorithm,
  type PrivateKey,
  type PublicKey,
  type Random,
  signNamed,
} from '../crypto/index.ts'
import { type Certificate, parseCertificate, writeSignatureAlgorithm } from '../pki/index.ts'
import { usualAlgorithm } from './algorithms.ts'
import { type NewExtension, writeExtensions } from './extensions.ts'
import { type NamePart, writeName } from './name.ts'
import { type Profile, type ProfileOptions, profileExtensions } from './profiles.ts'

/** A certificate with its private key: what can sign, issue, and answer. */
export interface Issued {
  readonly key: PrivateKey
  readonly certificate: Certificate
}

export interface IssueOptions extends ProfileOptions {
  readonly profile: Profile
  /** The name's parts, or its DER. */
  readonly subject: readonly NamePart[] | Bytes
  readonly key: PublicKey
  /** Who signs. For a root `{ key }`. */
  readonly issuer: Issued | SelfIssuer
  /** Milliseconds since 1970; written in whole seconds. */
  readonly notBefore: number
  readonly notAfter: number
  /** 16 bytes are drawn for the serial number. */
  readonly random: Random
  readonly serial?: Bytes
  readonly algorithm?: NamedAlgorithm
  /** Changes what the profile gives: for certificates that must be refused. */
  readonly change?: (extensions: readonly NewExtension[]) => readonly NewExtension[]
}

/** The key signs its own certificate. */
export interface SelfIssuer {
  readonly key: PrivateKey
  readonly certificate?: undefined
}

/**
 * @example issueCertificate({ profile: 'root', subject: [['CN', 'root']], key: key.publicKey, issuer: { key }, notBefore, notAfter, random })
 */
export function issueCertificate(options: IssueOptions): Certificate {
  const { profile, key, issuer, random } = options
  const subject = options.subject instanceof Uint8Array ? options.subject : writeName(options.subject)
  const issuerKey = issuer.certificate === undefined ? undefined : issuer.key.publicKey
  const standard = profileExtensions(profile, key, issuerKey, options)
  const algorithm = options.algorithm ?? usualAlgorithm(issuer.key.publicKey)
  return parseCertificate(
    signed(issuer.key, algorithm, [
      derWrite.explicit(0, derWrite.unsigned(2)),
      derWrite.unsigned(options.serial ?? random(16)),
      writeSignatureAlgorithm(algorithm),
      issuer.certificate?.subject.raw ?? subject,
      derWrite.sequence(derWrite.time(options.notBefore), derWrite.time(options.notAfter)),
      subject,
      key.spki,
      derWrite.explicit(3, writeExtensions(options.change?.(standard) ?? standard)),
    ]),
    'The new certificate',
  )
}

/** SIGNED (X.509): the SEQUENCE of the members, its algorithm, and its signature. */
export function signed(key: PrivateKey, algorithm: NamedAlgorithm, members: readonly Bytes[]): Bytes {
  const body = derWrite.sequence(...members)
  const signature = signNamed(key, algorithm, [body])
  return derWrite.sequence(body, writeSignatureAlgorithm(algorithm), derWrite.bits(signature))
}

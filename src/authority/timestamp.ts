/** Timestamps (RFC 3161 section 2.4.2, RFC 5816), written: TSTInfo in CMS SignedData (RFC 5652 section 5) with ESSCertIDv2 (RFC 5035). */

import { hash as digestWith } from 'node:crypto'
import { type Bytes, utf8 } from '../base/index.ts'
import {
  contextTag,
  derTags,
  derValue,
  derWrite,
  type HashName,
  type NamedAlgorithm,
  signNamed,
} from '../crypto/index.ts'
import { type Certificate, writeDigestAlgorithm } from '../pki/index.ts'
import { cmsIdentifier, messageHash, usualAlgorithm } from './algorithms.ts'
import type { Issued } from './issue.ts'
import { oids } from './oids.ts'
import { type Imprint, type TimestampFailure, timestampFailures } from './timestamp-request.ts'

export interface TokenOptions {
  readonly authority: Issued
  readonly imprint: Imprint
  /** Milliseconds since 1970; written in whole seconds. */
  readonly time: number
  readonly serial: Bytes
  /** 1 when left out; undefined: the token says none. */
  readonly accuracySeconds?: number | undefined
  readonly policy?: string
  /** INTEGER, DER. */
  readonly nonce?: Bytes | undefined
  /** The bag of the token; left out: the authority's own certificate. */
  readonly certificates?: readonly Certificate[]
  readonly algorithm?: NamedAlgorithm
  /** The certificate that the token names as its signer's. */
  readonly named?: Certificate
  /** Changes the signed attributes: for tokens that must be refused. */
  readonly change?: (attributes: readonly Attribute[]) => readonly Attribute[]
}

/** `oid` and the one value of a signed attribute, DER. */
export interface Attribute {
  readonly oid: string
  readonly value: Bytes
}

/** The imprint of a message. */
export function imprintOf(message: Bytes, hash: HashName): Imprint {
  return { algorithm: writeDigestAlgorithm(hash), digest: digestWith(hash, message, 'buffer') }
}

/** TimeStampToken, DER. */
export function writeTimestampToken(options: TokenOptions): Bytes {
  const { authority } = options
  const { certificates = [authority.certificate], named = authority.certificate } = options
  const algorithm = options.algorithm ?? usualAlgorithm(authority.key.publicKey)
  const info = timestampInfo(options)
  const hash = messageHash(algorithm)
  const standard = standardAttributes(info, hash, options.time, named)
  const attributes = sorted((options.change?.(standard) ?? standard).map(writeAttribute))
  const signer = derWrite.sequence(
    derWrite.unsigned(1),
    derWrite.sequence(named.issuer.raw, derWrite.unsigned(named.serial)),
    writeDigestAlgorithm(hash),
    // Signed as the SET that they are, carried as [0] (RFC 5652 section 5.4).
    derValue(contextTag(0), ...attributes),
    cmsIdentifier(algorithm),
    derWrite.octets(signNamed(authority.key, algorithm, [derValue(derTags.set, ...attributes)])),
  )
  const signedData = derWrite.sequence(
    derWrite.unsigned(3),
    derWrite.set(writeDigestAlgorithm(hash)),
    derWrite.sequence(derWrite.oid(oids.timestampInfo), derWrite.explicit(0, derWrite.octets(info))),
    ...(certificates.length === 0 ? [] : [derValue(contextTag(0), ...sorted(certificates.map(({ raw }) => raw)))]),
    derWrite.set(signer),
  )
  return derWrite.sequence(derWrite.oid(oids.signedData), derWrite.explicit(0, signedData))
}

function timestampInfo({ policy = oids.testingPolicy, imprint, serial, time, nonce, ...options }: TokenOptions): Bytes {
  const accuracy = 'accuracySeconds' in options ? options.accuracySeconds : 1
  return derWrite.sequence(
    derWrite.unsigned(1),
    derWrite.oid(policy),
    derWrite.sequence(imprint.algorithm, derWrite.octets(imprint.digest)),
    derWrite.unsigned(serial),
    derWrite.generalizedTime(time),
    ...(accuracy === undefined ? [] : [derWrite.sequence(derWrite.unsigned(accuracy))]),
    ...(nonce === undefined ? [] : [nonce]),
  )
}

function standardAttributes(info: Bytes, hash: HashName, time: number, named: Certificate): readonly Attribute[] {
  return [
    { oid: oids.contentType, value: derWrite.oid(oids.timestampInfo) },
    { oid: oids.signingTime, value: derWrite.time(time) },
    { oid: oids.messageDigest, value: derWrite.octets(digestWith(hash, info, 'buffer')) },
    signingCertificate(named, 2),
  ]
}

/**
 * Version 2 with SHA-256, which it need not name (RFC 5035 section 4); version 1 with SHA-1 (RFC 2634 section 5.4) is what readers must not take
 * for proof.
 */
export function signingCertificate({ raw, issuer, serial }: Certificate, version: 1 | 2): Attribute {
  const digest = digestWith(version === 2 ? 'sha256' : 'sha1', raw, 'buffer')
  const name = derWrite.sequence(derWrite.explicit(4, issuer.raw))
  const id = derWrite.sequence(derWrite.octets(digest), derWrite.sequence(name, derWrite.unsigned(serial)))
  return {
    oid: version === 2 ? oids.signingCertificateV2 : oids.signingCertificate,
    value: derWrite.sequence(derWrite.sequence(id)),
  }
}

function writeAttribute({ oid, value }: Attribute): Bytes {
  return derWrite.sequence(derWrite.oid(oid), derWrite.set(value))
}

/** Members of a SET OF (X.690 clause 11.6). */
function sorted(members: readonly Bytes[]): readonly Bytes[] {
  return members.toSorted(Buffer.compare)
}

/** TimeStampResp with the token, status `granted`, DER. */
export function writeTimestampResponse(token: Bytes): Bytes {
  return derWrite.sequence(derWrite.sequence(derWrite.unsigned(0)), token)
}

/** TimeStampResp without a token, status `rejection`, DER. */
export function writeTimestampRejection(failure: TimestampFailure, text: string): Bytes {
  const bit = timestampFailures[failure]
  const octets = new Uint8Array(Math.floor(bit / 8) + 1)
  octets[octets.length - 1] = 0x80 >> (bit % 8)
  return derWrite.sequence(
    derWrite.sequence(
      derWrite.unsigned(2),
      derWrite.sequence(derValue(derTags.utf8String, utf8(text))),
      derWrite.bits(octets, 7 - (bit % 8)),
    ),
  )
}

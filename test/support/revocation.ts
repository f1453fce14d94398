/** Makes CRLs and OCSP responses for tests, right ones and ones that no authority would issue: every part can be given as bytes. */

import { hash } from 'node:crypto'
import type { Bytes } from '../../src/base/index.ts'
import { DerReader, derValue, derWrite, type NamedAlgorithm, signNamed } from '../../src/crypto/index.ts'
import { writeSignatureAlgorithm } from '../../src/pki/index.ts'
import { extension, type TestCertificate, usualAlgorithm } from './certificates.ts'

const { sequence, oid, octets, unsigned, explicit, implicit, bits, time, generalizedTime, enumerated, boolean } =
  derWrite

/** The moment of most tests, and a day and a week around it. */
export const now = Date.UTC(2026, 10, 22, 15)
export const day = 86_400_000

export interface RevokedEntry {
  readonly serial: Bytes
  readonly date?: number
  readonly reason?: number
  readonly invalidityDate?: number
  readonly extensions?: readonly Bytes[]
}

export interface CrlParts {
  readonly issuer: TestCertificate
  /** Signs instead of the issuer. */
  readonly signer?: TestCertificate
  readonly issuerName?: Bytes
  readonly thisUpdate?: number
  readonly nextUpdate?: number | 'none'
  readonly revoked?: readonly RevokedEntry[]
  /** Content of revokedCertificates. */
  readonly entries?: Bytes
  readonly number?: number
  readonly extensions?: readonly Bytes[]
  readonly version?: number
  readonly algorithm?: NamedAlgorithm
  readonly innerAlgorithm?: Bytes
}

export function makeCrl(parts: CrlParts): Bytes {
  const signer = parts.signer ?? parts.issuer
  const algorithm = parts.algorithm ?? usualAlgorithm(signer.key)
  const identifier = writeSignatureAlgorithm(algorithm)
  const entries = parts.entries ?? Buffer.concat((parts.revoked ?? []).map(entryOf))
  const number = parts.number === undefined ? [] : [extension('2.5.29.20', unsigned(parts.number))]
  const extensions = [...number, ...(parts.extensions ?? [])]
  const nextUpdate = parts.nextUpdate ?? now + 7 * day
  const version = parts.version ?? 2
  const tbs = sequence(
    ...(version === 1 ? [] : [unsigned(version - 1)]),
    parts.innerAlgorithm ?? identifier,
    parts.issuerName ?? parts.issuer.subject,
    time(parts.thisUpdate ?? now - day),
    ...(nextUpdate === 'none' ? [] : [time(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(entries)]),
    ...(extensions.length === 0 ? [] : [explicit(0, sequence(...extensions))]),
  )
  return sequence(tbs, identifier, bits(signNamed(signer.key, algorithm, [tbs])))
}

function entryOf(entry: RevokedEntry): Bytes {
  const extensions = [...reasonAndDate(entry), ...(entry.extensions ?? [])]
  return sequence(
    unsigned(entry.serial),
    time(entry.date ?? now - 2 * day),
    ...(extensions.length === 0 ? [] : [sequence(...extensions)]),
  )
}

function reasonAndDate({ reason, invalidityDate }: Pick<RevokedEntry, 'reason' | 'invalidityDate'>): readonly Bytes[] {
  return [
    ...(reason === undefined ? [] : [extension('2.5.29.21', enumerated(reason))]),
    ...(invalidityDate === undefined ? [] : [extension('2.5.29.24', generalizedTime(invalidityDate))]),
  ]
}

/** Members of an issuing distribution point. */
export const scope = {
  point: (...names: readonly Bytes[]): Bytes => explicit(0, derValue(0xa0, ...names)),
  relative: (): Bytes => explicit(0, implicit(1, sequence(oid('2.5.4.3'), derWrite.utf8String('x')), true)),
  onlyUsers: (): Bytes => implicit(1, Uint8Array.of(0xff)),
  onlyAuthorities: (): Bytes => implicit(2, Uint8Array.of(0xff)),
  someReasons: (): Bytes => implicit(3, Uint8Array.of(1, 0x60)),
  indirect: (): Bytes => implicit(4, Uint8Array.of(0xff)),
  onlyAttributes: (): Bytes => implicit(5, Uint8Array.of(0xff)),
} as const

export const crlExtension = {
  scope: (...members: readonly Bytes[]): Bytes => extension('2.5.29.28', sequence(...members), true),
  delta: (base: number): Bytes => extension('2.5.29.27', unsigned(base), true),
} as const

export interface SinglePart {
  readonly certificate: TestCertificate
  readonly issuer: TestCertificate
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'md5'
  readonly status?:
    | 'good'
    | 'unknown'
    | { readonly at: number; readonly reason?: number; readonly invalidityDate?: number }
  readonly thisUpdate?: number
  readonly nextUpdate?: number | 'none'
  readonly extensions?: readonly Bytes[]
}

export interface OcspParts {
  readonly signer: TestCertificate
  readonly responder?: 'name' | 'key' | Bytes
  readonly singles: readonly SinglePart[]
  readonly certificates?: readonly Bytes[]
  readonly extensions?: readonly Bytes[]
  readonly producedAt?: number
  readonly algorithm?: NamedAlgorithm
}

export function makeOcsp(parts: OcspParts): Bytes {
  const { signer } = parts
  const algorithm = parts.algorithm ?? usualAlgorithm(signer.key)
  const extensions = parts.extensions ?? []
  const data = sequence(
    responderOf(parts),
    generalizedTime(parts.producedAt ?? now - 3600_000),
    sequence(...parts.singles.map(singleOf)),
    ...(extensions.length === 0 ? [] : [explicit(1, sequence(...extensions))]),
  )
  const certificates = parts.certificates ?? []
  const basic = sequence(
    data,
    writeSignatureAlgorithm(algorithm),
    bits(signNamed(signer.key, algorithm, [data])),
    ...(certificates.length === 0 ? [] : [explicit(0, sequence(...certificates))]),
  )
  return sequence(enumerated(0), explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octets(basic))))
}

export function nonceExtension(nonce: Bytes, isCritical = false): Bytes {
  return extension('1.3.6.1.5.5.7.48.1.2', octets(nonce), isCritical)
}

export function ocspStatus(number: number): Bytes {
  return sequence(enumerated(number))
}

function responderOf({ responder, signer }: OcspParts): Bytes {
  if (responder instanceof Uint8Array) return responder
  return responder === 'key' ? explicit(2, octets(keyHash(signer, 'sha1'))) : explicit(1, signer.subject)
}

const HASHES = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const

function singleOf(part: SinglePart): Bytes {
  const algorithm = part.hash ?? 'sha1'
  const id = sequence(
    sequence(oid(HASHES[algorithm]), derWrite.null()),
    octets(hash(algorithm, part.issuer.subject, 'buffer')),
    octets(keyHash(part.issuer, algorithm)),
    unsigned(serialOf(part.certificate)),
  )
  const status = part.status ?? 'good'
  const invalidity = typeof status === 'string' ? [] : reasonAndDate({ ...dateOf(status) })
  const extensions = [...invalidity, ...(part.extensions ?? [])]
  const nextUpdate = part.nextUpdate ?? now + day
  return sequence(
    id,
    statusOf(status),
    generalizedTime(part.thisUpdate ?? now - 3600_000),
    ...(nextUpdate === 'none' ? [] : [explicit(0, generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [explicit(1, sequence(...extensions))]),
  )
}

function dateOf(status: { readonly invalidityDate?: number }): { readonly invalidityDate?: number } {
  return status.invalidityDate === undefined ? {} : { invalidityDate: status.invalidityDate }
}

function statusOf(status: NonNullable<SinglePart['status']>): Bytes {
  if (status === 'good') return implicit(0, new Uint8Array())
  if (status === 'unknown') return implicit(2, new Uint8Array())
  const reason = status.reason === undefined ? [] : [explicit(0, enumerated(status.reason))]
  return derValue(0xa1, generalizedTime(status.at), ...reason)
}

function keyHash(certificate: TestCertificate, algorithm: string): Bytes {
  const spki = new DerReader(certificate.key.publicKey.spki, 'key').sequence()
  spki.next()
  return hash(algorithm, spki.bits(), 'buffer')
}

/** Magnitude. */
export function serialOf(certificate: TestCertificate): Bytes {
  const tbs = new DerReader(certificate.der, 'certificate').sequence().sequence()
  tbs.next()
  return tbs.unsigned()
}

/** A critical extension that nobody knows. */
export const stranger: Bytes = sequence(oid('1.2.3.4.5'), boolean(true), octets(derWrite.null()))

/** X.509 certificates (RFC 5280 section 4.1): parsed into slices of the original bytes, nothing re-encoded, nothing believed. */

import { type Bytes, baseFault, type Digest, digestOf, limits } from '../base/index.ts'
import { contextTag, DerReader, derTags, type PublicKey, publicKeyFromSpki } from '../crypto/index.ts'
import { type Extension, readExtensions } from './extensions.ts'
import { pkiFault } from './faults.ts'
import { type Name, readName } from './name.ts'
import { readTime } from './time.ts'

export type { Extension } from './extensions.ts'
export type { Name, NameAttribute } from './name.ts'

export interface Certificate {
  /** DER, as it came. */
  readonly raw: Bytes
  /** SHA-256 of `raw`. */
  readonly fingerprint: Digest
  /** The signed part of it (tbsCertificate with its header). */
  readonly tbs: Bytes
  /** Magnitude of the serial number, big-endian. */
  readonly serial: Bytes
  readonly issuer: Name
  readonly subject: Name
  /** Milliseconds since 1970; both ends are part of the validity. */
  readonly notBefore: number
  readonly notAfter: number
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes
  /** AlgorithmIdentifier of the signature, DER: the one outside, which is byte for byte the one inside. */
  readonly signatureAlgorithm: Bytes
  readonly signature: Bytes
  /** By object identifier; no identifier twice. */
  readonly extensions: ReadonlyMap<string, Extension>
  /** Read when it is first asked for. @throws KEY_UNSUPPORTED, KEY_TOO_SMALL, KEY_DAMAGED, DER_INVALID */
  publicKey(): PublicKey
}

/**
 * Holds a certificate to the form of its format; whether anything in it is to be believed, the rules for chains say.
 * @param what names it in messages: "The certificate 2 of the chain"
 * @throws DER_INVALID, CERTIFICATE_INVALID, LIMIT_EXCEEDED
 * @example parseCertificate(der).subject.attributes
 */
export function parseCertificate(der: Bytes, what = 'The certificate'): Certificate {
  if (der.length > limits.certificateBytes)
    throw baseFault('LIMIT_EXCEEDED', `${what} is larger than ${limits.certificateBytes / 1024} KiB.`)
  const outer = new DerReader(der, what)
  const whole = outer.next(derTags.sequence)
  outer.end()
  const body = outer.within(whole)
  const tbs = body.next(derTags.sequence)
  const signatureAlgorithm = body.next(derTags.sequence).raw
  const signature = body.bits()
  body.end()
  const fields = readTbs(body.within(tbs), what)
  if (!equal(fields.signatureAlgorithm, signatureAlgorithm))
    throw invalid(what, 'its signature algorithm is not the same inside and outside of what is signed')
  return new ParsedCertificate(what, { ...fields, raw: der, tbs: tbs.raw, signature })
}

type Fields = Omit<Certificate, 'fingerprint' | 'publicKey'>

class ParsedCertificate implements Certificate {
  readonly raw: Bytes
  readonly tbs: Bytes
  readonly serial: Bytes
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: number
  readonly notAfter: number
  readonly spki: Bytes
  readonly signatureAlgorithm: Bytes
  readonly signature: Bytes
  readonly extensions: ReadonlyMap<string, Extension>
  private readonly what: string
  private digest: Digest | undefined
  private key: PublicKey | undefined

  constructor(what: string, fields: Fields) {
    this.what = what
    this.raw = fields.raw
    this.tbs = fields.tbs
    this.serial = fields.serial
    this.issuer = fields.issuer
    this.subject = fields.subject
    this.notBefore = fields.notBefore
    this.notAfter = fields.notAfter
    this.spki = fields.spki
    this.signatureAlgorithm = fields.signatureAlgorithm
    this.signature = fields.signature
    this.extensions = fields.extensions
  }

  get fingerprint(): Digest {
    this.digest ??= digestOf(this.raw)
    return this.digest
  }

  publicKey(): PublicKey {
    this.key ??= publicKeyFromSpki(this.spki, lowerFirst(this.what))
    return this.key
  }
}

function readTbs(tbs: DerReader, what: string): Omit<Fields, 'raw' | 'tbs' | 'signature'> {
  const version = readVersion(tbs, what)
  const serial = tbs.unsigned()
  const signatureAlgorithm = tbs.next(derTags.sequence).raw
  const issuer = readName(tbs)
  const validity = tbs.sequence()
  const notBefore = readTime(validity, what)
  const notAfter = readTime(validity, what)
  validity.end()
  const subject = readName(tbs)
  const spki = tbs.next(derTags.sequence).raw
  for (const number of [1, 2]) {
    if (tbs.peek() !== contextTag(number, false)) continue
    const [unused = 8] = tbs.next().content
    if (version === 1 || unused > 7) throw invalid(what, 'it has a unique identifier that it must not have')
  }
  const extensions = readTbsExtensions(tbs, version, what)
  tbs.end()
  return { serial, signatureAlgorithm, issuer, notBefore, notAfter, subject, spki, extensions }
}

function readVersion(tbs: DerReader, what: string): number {
  if (tbs.peek() !== contextTag(0)) return 1
  const explicit = tbs.enter(contextTag(0))
  const version = explicit.small() + 1
  explicit.end()
  // DER does not write a default, and there are no others.
  if (version !== 2 && version !== 3) throw invalid(what, 'its version is none that there is')
  return version
}

const NO_EXTENSIONS: ReadonlyMap<string, Extension> = new Map()

function readTbsExtensions(tbs: DerReader, version: number, what: string): ReadonlyMap<string, Extension> {
  if (tbs.peek() !== contextTag(3)) return NO_EXTENSIONS
  if (version !== 3) throw invalid(what, `it is of version ${version} and has extensions`)
  const explicit = tbs.enter(contextTag(3))
  const extensions = readExtensions(explicit, what)
  explicit.end()
  return extensions
}

function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index])
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

function invalid(what: string, problem: string): Error {
  return pkiFault('CERTIFICATE_INVALID', `${what} breaks the format of certificates: ${problem}.`)
}

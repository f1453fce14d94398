/** Makes timestamp tokens for tests (RFC 3161), right ones and ones that no authority would make: every part can be given as bytes. */

import { createHash } from 'node:crypto'
import type { Bytes } from '../../src/base/index.ts'
import {
  derTags,
  derValue,
  derWrite,
  type HashName,
  type NamedAlgorithm,
  type PrivateKey,
  signNamed,
} from '../../src/crypto/index.ts'
import { writeSignatureAlgorithm } from '../../src/pki/index.ts'
import { makeCertificate, type TestCertificate, usual, usualAlgorithm } from './certificates.ts'

const { sequence, set, oid, octets, unsigned, explicit, implicit } = derWrite

export const tstInfo = '1.2.840.113549.1.9.16.1.4'
export const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const
export const hashIds: Readonly<Record<string, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}

export const hashed = (name: string, bytes: Bytes): Bytes => createHash(name).update(bytes).digest()
export const algorithm = (id: string): Bytes => sequence(oid(id), derWrite.null())
export const hashAlgorithm = (name: string): Bytes => algorithm(hashIds[name] ?? name)
export const generalizedTime = (text: string): Bytes => derValue(derTags.generalizedTime, Buffer.from(text, 'latin1'))

export interface Authority {
  readonly root: TestCertificate
  readonly intermediate: TestCertificate
  readonly leaf: TestCertificate
}

/** A timestamp authority that every rule accepts. */
export function makeAuthority(name = 'Time'): Authority {
  const root = makeCertificate({ subject: `${name} root`, extensions: usual.authority() })
  const intermediate = makeCertificate({ subject: `${name} CA`, issuer: root, extensions: usual.authority(0) })
  const leaf = makeCertificate({ subject: name, issuer: intermediate, extensions: usual.timestamping() })
  return { root, intermediate, leaf }
}

export interface InfoParts {
  readonly version?: number
  readonly policy?: string
  readonly imprintHash?: string
  readonly imprint?: Bytes
  readonly time?: string
  /** DER of what follows genTime: accuracy, ordering, nonce, tsa, extensions. */
  readonly rest?: readonly Bytes[]
}

export function makeInfo(message: Bytes, parts: InfoParts = {}): Bytes {
  const hash = parts.imprintHash ?? 'sha256'
  return sequence(
    unsigned(parts.version ?? 1),
    oid(parts.policy ?? '1.2.3.4.1'),
    sequence(hashAlgorithm(hash), octets(parts.imprint ?? hashed(hash, message))),
    unsigned(7),
    generalizedTime(parts.time ?? '20261122143012Z'),
    ...(parts.rest ?? []),
  )
}

export const attribute = (type: string, ...values: readonly Bytes[]): Bytes => sequence(oid(type), set(...values))

/** SigningCertificateV2 of these certificates; SHA-256 is the default and left out. */
export function signingCertificateV2(...certificates: readonly Bytes[]): Bytes {
  return sequence(sequence(...certificates.map((der) => sequence(octets(hashed('sha256', der))))))
}

export interface SignerParts {
  readonly certificate: TestCertificate
  readonly content: Bytes
  /** The key that signs, where it is not the certificate's. */
  readonly key?: PrivateKey
  readonly version?: number
  /** DER of the SignerIdentifier. */
  readonly sid?: Bytes
  readonly digest?: string
  /** What signingCertificateV2 names: the certificate's own DER where nothing is said. */
  readonly named?: readonly Bytes[]
  /** All of the attributes. */
  readonly attributes?: readonly Bytes[]
  /** Beside or instead of the usual ones, by type; undefined leaves one out. */
  readonly changes?: Readonly<Record<string, Bytes | undefined>>
  /** Of the attributes, as they stand: not ordered. */
  readonly rawAttributes?: Bytes
  readonly algorithm?: NamedAlgorithm
  readonly signatureAlgorithm?: Bytes
  readonly signature?: Bytes
}

export function makeSigner(parts: SignerParts): Bytes {
  const { certificate, content, digest = 'sha256' } = parts
  const usualAttributes: Readonly<Record<string, Bytes | undefined>> = {
    [attributeTypes.contentType]: attribute(attributeTypes.contentType, oid(tstInfo)),
    [attributeTypes.messageDigest]: attribute(attributeTypes.messageDigest, octets(hashed(digest, content))),
    [attributeTypes.signingCertificateV2]: attribute(
      attributeTypes.signingCertificateV2,
      signingCertificateV2(...(parts.named ?? [certificate.der])),
    ),
    ...parts.changes,
  }
  const attributes = parts.attributes ?? Object.values(usualAttributes).filter((one) => one !== undefined)
  const list = parts.rawAttributes ?? Buffer.concat(attributes.toSorted(Buffer.compare))
  const key = parts.key ?? certificate.key
  const named = parts.algorithm ?? usualAlgorithm(key)
  return sequence(
    unsigned(parts.version ?? 1),
    parts.sid ?? issuerAndSerial(certificate.der),
    hashAlgorithm(digest),
    implicit(0, list, true),
    parts.signatureAlgorithm ?? writeSignatureAlgorithm(named),
    octets(parts.signature ?? signNamed(key, named, [derValue(derTags.set, list)])),
  )
}

/** Of a certificate of version 3. */
export function issuerAndSerial(der: Bytes): Bytes {
  const tbs = members(members(der)[0] ?? der)
  return sequence(tbs[3] ?? der, tbs[1] ?? der)
}

/** The values in a constructed one. */
export function members(der: Bytes): readonly Bytes[] {
  const [, content] = split(der)
  const found: Bytes[] = []
  for (let rest = content; rest.length > 0; ) {
    const [whole] = split(rest)
    found.push(whole)
    rest = rest.subarray(whole.length)
  }
  return found
}

function split(der: Bytes): readonly [whole: Bytes, content: Bytes] {
  const first = der[1] ?? 0
  const count = first < 0x80 ? 0 : first & 0x7f
  const length = count === 0 ? first : Buffer.from(der).readUIntBE(2, count)
  const from = 2 + count
  return [der.subarray(0, from + length), der.subarray(from, from + length)]
}

export interface MessageParts {
  readonly version?: number
  readonly contentType?: string
  readonly content: Bytes
  /** DER of each member of the bag. */
  readonly bag: readonly Bytes[]
  readonly signers: readonly Bytes[]
  readonly afterBag?: readonly Bytes[]
  readonly digest?: string
}

/** ContentInfo around SignedData. */
export function makeMessage(parts: MessageParts): Bytes {
  const signedData = sequence(
    unsigned(parts.version ?? 3),
    set(hashAlgorithm(parts.digest ?? 'sha256')),
    sequence(oid(parts.contentType ?? tstInfo), explicit(0, octets(parts.content))),
    implicit(0, Buffer.concat(parts.bag), true),
    ...(parts.afterBag ?? []),
    set(...parts.signers),
  )
  return sequence(oid('1.2.840.113549.1.7.2'), explicit(0, signedData))
}

export interface TokenParts extends InfoParts, Omit<SignerParts, 'certificate' | 'content' | 'version' | 'algorithm'> {
  readonly authority: Authority
  readonly message: Bytes
  readonly info?: Bytes
  readonly certificate?: TestCertificate
  readonly bag?: readonly Bytes[]
  readonly signerVersion?: number
  readonly signerAlgorithm?: NamedAlgorithm
  readonly hash?: HashName
}

/** A token that every rule accepts; each part can be changed. */
export function makeToken(parts: TokenParts): Bytes {
  const { authority, message, version, signerVersion, signerAlgorithm, ...rest } = parts
  const content = parts.info ?? makeInfo(message, version === undefined ? rest : { ...rest, version })
  const signer = makeSigner({
    ...rest,
    certificate: parts.certificate ?? authority.leaf,
    content,
    ...(signerVersion === undefined ? {} : { version: signerVersion }),
    ...(signerAlgorithm === undefined ? {} : { algorithm: signerAlgorithm }),
  })
  return makeMessage({
    content,
    bag: parts.bag ?? [authority.leaf.der, authority.intermediate.der],
    signers: [signer],
    ...(parts.digest === undefined ? {} : { digest: parts.digest }),
  })
}

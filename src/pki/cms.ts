/**
 * SignedData of the Cryptographic Message Syntax (RFC 5652 section 5), parsed into slices and not yet believed: as much of it as timestamps and bags
 * of certificates need.
 */

import { type Bytes, baseFault, bufferOf, Fault, limits } from '../base/index.ts'
import { contextTag, type DerReader, type DerValue, derTags, derValue, readDerSequence } from '../crypto/index.ts'
import { type Certificate, parseCertificate } from './certificate.ts'
import { pkiFault } from './faults.ts'

const SIGNED_DATA = '1.2.840.113549.1.7.2'

export interface SignedData {
  readonly version: number
  /** eContentType. */
  readonly contentType: string
  /** eContent; undefined where the message has none. */
  readonly content: Bytes | undefined
  /** Those of the bag that can be read, in its order. */
  readonly certificates: readonly Certificate[]
  /** How many others there are: other formats, and what is malformed. They can't be used for anything. */
  readonly strangers: number
  readonly signers: readonly SignerInfo[]
}

/** Of version 1: the signer's certificate is named by its issuer and serial number. */
export interface SignerInfo {
  /** Name, DER. */
  readonly issuer: Bytes
  /** Magnitude, big-endian. */
  readonly serial: Bytes
  /** AlgorithmIdentifier, DER. */
  readonly digestAlgorithm: Bytes
  /** By type, no type twice; empty where there are none. */
  readonly signedAttributes: ReadonlyMap<string, readonly DerValue[]>
  /** What the signature is over (section 5.4): the signed attributes as the SET that they are; undefined where there are none. */
  readonly signedBytes: Bytes | undefined
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Bytes
  readonly signature: Bytes
}

/**
 * @param der ContentInfo; see `derFromBer` for what is BER
 * @param what names it in messages: "The timestamp"
 * @throws DER_INVALID, CMS_INVALID, CMS_UNSUPPORTED, LIMIT_EXCEEDED
 */
export function parseSignedData(der: Bytes, what: string): SignedData {
  const info = readDerSequence(der, what)
  if (info.oid() !== SIGNED_DATA) throw invalid(what, 'it is not SignedData')
  const explicit = info.enter(contextTag(0))
  info.end()
  const body = explicit.sequence()
  explicit.end()
  const version = body.small()
  body.next(derTags.set)
  const { contentType, content } = readContent(body.sequence())
  const bag =
    body.peek() === contextTag(0) ? readBag(body.enter(contextTag(0)), what) : { certificates: [], strangers: 0 }
  if (body.peek() === contextTag(1)) body.next()
  const signers = readSigners(body.enter(derTags.set), what)
  body.end()
  return { version, contentType, content, ...bag, signers }
}

function readContent(body: DerReader): Pick<SignedData, 'contentType' | 'content'> {
  const contentType = body.oid()
  if (body.atEnd) return { contentType, content: undefined }
  const explicit = body.enter(contextTag(0))
  const content = explicit.octets()
  explicit.end()
  body.end()
  return { contentType, content }
}

function readBag(bag: DerReader, what: string): Pick<SignedData, 'certificates' | 'strangers'> {
  const certificates: Certificate[] = []
  let strangers = 0
  for (let number = 1; !bag.atEnd; number++) {
    if (number > limits.cmsCertificates) throw tooMany(what, limits.cmsCertificates, 'certificates')
    const choice = bag.next()
    const certificate = choice.tag === derTags.sequence ? readable(choice.raw, number, what) : undefined
    if (certificate === undefined) strangers++
    else certificates.push(certificate)
  }
  return { certificates, strangers }
}

/** What cannot be read proves nothing, and hinders nothing. */
function readable(raw: Bytes, number: number, what: string): Certificate | undefined {
  try {
    return parseCertificate(raw, `The certificate ${number} of ${what.slice(0, 1).toLowerCase()}${what.slice(1)}`)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function readSigners(set: DerReader, what: string): readonly SignerInfo[] {
  const signers: SignerInfo[] = []
  while (!set.atEnd) {
    if (signers.length === limits.cmsSigners) throw tooMany(what, limits.cmsSigners, 'signers')
    signers.push(readSigner(set.sequence(), what))
  }
  return signers
}

function readSigner(body: DerReader, what: string): SignerInfo {
  if (body.small() !== 1 || body.peek() !== derTags.sequence)
    throw pkiFault('CMS_UNSUPPORTED', `${what} names its signer by a key identifier, not by issuer and serial number.`)
  const sid = body.sequence()
  const issuer = sid.next(derTags.sequence).raw
  const serial = sid.unsigned()
  sid.end()
  const digestAlgorithm = body.next(derTags.sequence).raw
  const attributes = body.peek() === contextTag(0) ? body.next() : undefined
  const signedAttributes = attributes === undefined ? new Map() : readAttributes(body.within(attributes), what)
  const signedBytes = attributes === undefined ? undefined : asSet(attributes)
  const signatureAlgorithm = body.next(derTags.sequence).raw
  const signature = body.octets()
  if (body.peek() === contextTag(1)) body.next()
  body.end()
  return { issuer, serial, digestAlgorithm, signedAttributes, signedBytes, signatureAlgorithm, signature }
}

/** Section 5.4: the implicit tag [0] is replaced by that of SET OF, the rest stays as it is. */
function asSet({ content }: DerValue): Bytes {
  return derValue(derTags.set, content)
}

function readAttributes(list: DerReader, what: string): ReadonlyMap<string, readonly DerValue[]> {
  const attributes = new Map<string, readonly DerValue[]>()
  let previous: Bytes | undefined
  while (!list.atEnd) {
    const attribute = list.next(derTags.sequence)
    // Signed attributes are DER (section 5.3), and DER orders a SET OF: the same attributes have one encoding.
    if (previous !== undefined && Buffer.compare(bufferOf(previous), bufferOf(attribute.raw)) > 0)
      throw invalid(what, 'its signed attributes are not in the order of DER')
    previous = attribute.raw
    const { type, values } = readAttribute(list.within(attribute))
    if (attributes.has(type)) throw invalid(what, `it has the signed attribute ${type} twice`)
    attributes.set(type, values)
  }
  return attributes
}

function readAttribute(body: DerReader): { readonly type: string; readonly values: readonly DerValue[] } {
  const type = body.oid()
  const set = body.enter(derTags.set)
  body.end()
  const values: DerValue[] = []
  while (!set.atEnd) values.push(set.next())
  return { type, values }
}

function tooMany(what: string, count: number, things: string): Error {
  return baseFault('LIMIT_EXCEEDED', `${what} holds more than ${count} ${things}.`)
}

function invalid(what: string, problem: string): Error {
  return pkiFault('CMS_INVALID', `${what} breaks the format of signed messages (CMS): ${problem}.`)
}

/** Timestamp tokens (RFC 3161 section 2.4.2): CMS SignedData over a TSTInfo, parsed and not yet believed. */

import { type Bytes, baseFault, bufferOf, limits, utf8 } from '../base/index.ts'
import { contextTag, DerReader, derTags, derValue, readDerSequence } from '../crypto/index.ts'
import { derFromBer } from './ber.ts'
import { parseSignedData, type SignedData } from './cms.ts'
import { type Extension, readBoolean, readExtensions } from './extensions.ts'
import { pkiFault } from './faults.ts'
import { readTime } from './time.ts'

/** id-ct-TSTInfo */
export const TST_INFO = '1.2.840.113549.1.9.16.1.4'

const INFO = 'The TSTInfo of the timestamp'

/** ContentInfo, [0], SignedData, encapContentInfo, [0], OCTET STRING. */
export const TOKEN_LEVELS = 5

export interface TimestampToken {
  /** DER: the bytes that came, or what their BER says. */
  readonly der: Bytes
  readonly signedData: SignedData
  /** TSTInfo, DER: what messageDigest is over. */
  readonly content: Bytes
  readonly info: TimestampInfo
}

/** TSTInfo. */
export interface TimestampInfo {
  readonly policy: string
  readonly imprint: MessageImprint
  /** Content octets of the INTEGER. */
  readonly serial: Bytes
  /** Milliseconds since 1970; what is finer is cut off. */
  readonly time: number
  /** Undefined where the authority says nothing. */
  readonly accuracyMicroseconds: number | undefined
  /** Content octets of the INTEGER. */
  readonly nonce: Bytes | undefined
  /** GeneralName, DER: whom the token says it is from. */
  readonly authority: Bytes | undefined
  readonly extensions: ReadonlyMap<string, Extension>
}

export interface MessageImprint {
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Bytes
  readonly digest: Bytes
}

/**
 * @throws DER_INVALID, CMS_INVALID, CMS_UNSUPPORTED, TIMESTAMP_INVALID, LIMIT_EXCEEDED
 * @example parseTimestampToken(bytes).info.time // what the token claims; verifyTimestamp says whether it is true
 */
export function parseTimestampToken(bytes: Bytes): TimestampToken {
  if (bytes.length > limits.timestampBytes)
    throw baseFault('LIMIT_EXCEEDED', `The timestamp is larger than ${limits.timestampBytes / 1024} KiB.`)
  const der = derFromBer(bytes, 'The timestamp', TOKEN_LEVELS)
  const signedData = parseSignedData(der, 'The timestamp')
  const { version, contentType, content } = signedData
  if (contentType !== TST_INFO || content === undefined) throw invalid('it holds no TSTInfo')
  if (version !== 3) throw invalid(`its SignedData is of version ${version}, not 3`)
  return { der, signedData, content, info: readInfo(content) }
}

function readInfo(content: Bytes): TimestampInfo {
  const body = readDerSequence(content, INFO)
  if (body.small() !== 1) throw invalid('its TSTInfo is not of version 1')
  const policy = body.oid()
  const imprint = readImprint(body)
  const serial = readInteger(body)
  const time = readGenTime(body)
  const accuracyMicroseconds = body.peek() === derTags.sequence ? readAccuracy(body.sequence()) : undefined
  if (body.peek() === derTags.boolean) readBoolean(body, INFO)
  const nonce = body.peek() === derTags.integer ? readInteger(body) : undefined
  const authority = body.peek() === contextTag(0) ? readAuthority(body.enter(contextTag(0))) : undefined
  const extensions = readInfoExtensions(body)
  body.end()
  return { policy, imprint, serial, time, accuracyMicroseconds, nonce, authority, extensions }
}

/** MessageImprint. @throws DER_INVALID */
function readImprint(body: DerReader): MessageImprint {
  const imprint = body.sequence()
  const algorithm = imprint.next(derTags.sequence).raw
  const digest = imprint.octets()
  imprint.end()
  return { algorithm, digest }
}

/** Any INTEGER: some authorities count below zero, and a nonce is whatever its asker chose. */
function readInteger(body: DerReader): Bytes {
  const { content } = body.next(derTags.integer)
  const [first, second] = content
  if (first === undefined) throw invalid('it has an empty integer')
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second > 0x7f)))
    throw invalid('it has an integer with needless octets')
  return content
}

/** Accuracy: whole seconds, [0] milliseconds, [1] microseconds, each optional. */
function readAccuracy(body: DerReader): number {
  const seconds = body.peek() === derTags.integer ? body.small() : 0
  const milliseconds = readFraction(body, 0)
  const microseconds = readFraction(body, 1)
  body.end()
  return seconds * 1_000_000 + milliseconds * 1000 + microseconds
}

function readFraction(body: DerReader, number: number): number {
  const tag = contextTag(number, false)
  if (body.peek() !== tag) return 0
  const value = untagged(derTags.integer, body.next(tag).content).small()
  if (value > 999) throw invalid('its accuracy is none')
  return value
}

/** An implicitly tagged value with the tag of its type. */
function untagged(tag: number, content: Bytes): DerReader {
  return new DerReader(derValue(tag, content), INFO)
}

function readAuthority(explicit: DerReader): Bytes {
  const name = explicit.next().raw
  explicit.end()
  return name
}

const NO_EXTENSIONS: ReadonlyMap<string, Extension> = new Map()

/** `[1] IMPLICIT Extensions`. */
function readInfoExtensions(body: DerReader): ReadonlyMap<string, Extension> {
  if (body.peek() !== contextTag(1)) return NO_EXTENSIONS
  return readExtensions(untagged(derTags.sequence, body.next().content), INFO)
}

const GEN_TIME = /^(\d{14})(?:\.(\d{0,9}[1-9]))?Z$/

/** GeneralizedTime as section 2.4.2 has it: with seconds, in Greenwich Mean Time, a fraction without trailing zeros. @returns milliseconds */
function readGenTime(body: DerReader): number {
  const text = bufferOf(body.next(derTags.generalizedTime).content).toString('latin1')
  const [, digits, fraction = '0'] = GEN_TIME.exec(text) ?? []
  if (digits === undefined) throw invalid('its time is not one as RFC 3161 writes it')
  const seconds = readTime(untagged(derTags.generalizedTime, utf8(`${digits}Z`)), INFO)
  return seconds + Number(fraction.slice(0, 3).padEnd(3, '0'))
}

function invalid(problem: string): Error {
  return pkiFault('TIMESTAMP_INVALID', `The timestamp breaks the format of RFC 3161: ${problem}.`)
}

/** OCSP responses (RFC 6960 section 4.2): parsed into slices of the original bytes, nothing re-encoded, nothing believed. */

import { type Bytes, baseFault, formatBytes, limits } from '../base/index.ts'
import { contextTag, type DerReader, derTags, readDerSequence } from '../crypto/index.ts'
import { type Extension, readExtensions } from './extensions.ts'
import { pkiFault } from './faults.ts'
import { type CertId, readCertId } from './ocsp-request.ts'
import { readTime } from './time.ts'

/** OCSPResponseStatus, by number; 4 is not used. */
const statuses = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const

export interface OcspResponse {
  readonly status: Exclude<(typeof statuses)[number], undefined>
  /** There where the status is `successful`, and only there. */
  readonly basic: BasicOcspResponse | undefined
}

export interface BasicOcspResponse {
  /** The signed part of it (tbsResponseData with its header). */
  readonly tbs: Bytes
  /** Who says to have signed it: the Name, DER, or the SHA-1 of the key. */
  readonly responder: { readonly kind: 'name' | 'key'; readonly value: Bytes }
  readonly producedAt: number
  readonly answers: readonly SingleResponse[]
  readonly extensions: ReadonlyMap<string, Extension>
  readonly signatureAlgorithm: Bytes
  readonly signature: Bytes
  /** The certificates that came with it, DER. */
  readonly certificates: readonly Bytes[]
}

export interface SingleResponse {
  readonly id: CertId
  readonly status: 'good' | 'revoked' | 'unknown'
  /** Of `revoked`. */
  readonly revokedAt: number | undefined
  /** CRLReason, by number. */
  readonly reason: number | undefined
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly extensions: ReadonlyMap<string, Extension>
}

const WHAT = 'The OCSP response'
const BASIC = '1.3.6.1.5.5.7.48.1.1'
const NO_EXTENSIONS: ReadonlyMap<string, Extension> = new Map()

/**
 * @throws OCSP_INVALID, OCSP_UNSUPPORTED (another type than the basic one), DER_INVALID, CERTIFICATE_INVALID, LIMIT_EXCEEDED
 * @example parseOcspResponse(bytes).status === 'successful'
 */
export function parseOcspResponse(bytes: Bytes): OcspResponse {
  if (bytes.length > limits.ocspBytes)
    throw baseFault('LIMIT_EXCEEDED', `${WHAT} is larger than the ${formatBytes(limits.ocspBytes)} that are read.`)
  const outer = readDerSequence(bytes, WHAT)
  const status = statuses[enumerated(outer)]
  if (status === undefined) throw invalid('its status is none that there is')
  if (status !== 'successful') return { status, basic: undefined }
  const explicit = outer.enter(contextTag(0))
  outer.end()
  const typed = explicit.sequence()
  explicit.end()
  if (typed.oid() !== BASIC) throw pkiFault('OCSP_UNSUPPORTED', `${WHAT} is of another type than the basic one.`)
  const content = typed.octets()
  typed.end()
  return { status, basic: readBasic(content) }
}

function readBasic(content: Bytes): BasicOcspResponse {
  const body = readDerSequence(content, WHAT)
  const tbs = body.next(derTags.sequence)
  const signatureAlgorithm = body.next(derTags.sequence).raw
  const signature = body.bits()
  const certificates = body.peek() === contextTag(0) ? readCertificates(body.enter(contextTag(0))) : []
  body.end()
  return { tbs: tbs.raw, signatureAlgorithm, signature, certificates, ...readData(body.within(tbs)) }
}

function readCertificates(explicit: DerReader): readonly Bytes[] {
  const list = explicit.sequence()
  explicit.end()
  return many(list, limits.certificateChain, 'certificates', () => list.next(derTags.sequence).raw)
}

/** ResponseData (section 4.2.1). */
function readData(
  data: DerReader,
): Omit<BasicOcspResponse, 'tbs' | 'signatureAlgorithm' | 'signature' | 'certificates'> {
  if (data.peek() === contextTag(0)) readVersion(data.enter(contextTag(0)))
  const responder = readResponder(data)
  const producedAt = readTime(data, WHAT)
  const list = data.sequence()
  const answers = many(list, limits.ocspAnswers, 'answers', () => readSingle(list.sequence()))
  const extensions = readOptionalExtensions(data)
  data.end()
  return { responder, producedAt, answers, extensions }
}

/** Version 1 is the default, which DER does not write; some responders do. */
function readVersion(explicit: DerReader): void {
  if (explicit.small() !== 0) throw invalid('its version is none that there is')
  explicit.end()
}

function readResponder(data: DerReader): BasicOcspResponse['responder'] {
  if (data.peek() === contextTag(1)) {
    const name = data.enter(contextTag(1))
    const { raw } = name.next(derTags.sequence)
    name.end()
    return { kind: 'name', value: raw }
  }
  const key = data.enter(contextTag(2))
  const value = key.octets()
  key.end()
  return { kind: 'key', value }
}

function readSingle(single: DerReader): SingleResponse {
  const id = readCertId(single)
  const state = readState(single)
  const thisUpdate = readTime(single, WHAT)
  const nextUpdate = single.peek() === contextTag(0) ? readExplicitTime(single.enter(contextTag(0))) : undefined
  const extensions = readOptionalExtensions(single)
  single.end()
  return { id, ...state, thisUpdate, nextUpdate, extensions }
}

type State = Pick<SingleResponse, 'status' | 'revokedAt' | 'reason'>

/** CertStatus: good [0] and unknown [2] are NULL under an implicit tag, revoked [1] is RevokedInfo. */
function readState(single: DerReader): State {
  const tag = single.peek()
  if (tag === contextTag(1)) return readRevoked(single.enter(contextTag(1)))
  if (tag !== contextTag(0, false) && tag !== contextTag(2, false)) throw invalid('a status is none that there is')
  if (single.next().content.length > 0) throw invalid('a status has content where none belongs')
  return { status: tag === contextTag(0, false) ? 'good' : 'unknown', revokedAt: undefined, reason: undefined }
}

function readRevoked(info: DerReader): State {
  const revokedAt = readTime(info, WHAT)
  if (info.atEnd) return { status: 'revoked', revokedAt, reason: undefined }
  const explicit = info.enter(contextTag(0))
  info.end()
  const reason = enumerated(explicit)
  explicit.end()
  return { status: 'revoked', revokedAt, reason }
}

function readExplicitTime(explicit: DerReader): number {
  const time = readTime(explicit, WHAT)
  explicit.end()
  return time
}

/** responseExtensions and singleExtensions are both [1], explicit. */
function readOptionalExtensions(reader: DerReader): ReadonlyMap<string, Extension> {
  if (reader.peek() !== contextTag(1)) return NO_EXTENSIONS
  const explicit = reader.enter(contextTag(1))
  const extensions = readExtensions(explicit, WHAT)
  explicit.end()
  return extensions
}

function enumerated(reader: DerReader): number {
  const [number, more] = reader.next(derTags.enumerated).content
  if (number === undefined || more !== undefined) throw invalid('it has a number that is none of its list')
  return number
}

function many<T>(list: DerReader, atMost: number, what: string, read: () => T): readonly T[] {
  const items: T[] = []
  while (!list.atEnd) {
    if (items.length === atMost) throw baseFault('LIMIT_EXCEEDED', `${WHAT} has more than ${atMost} ${what}.`)
    items.push(read())
  }
  return items
}

function invalid(problem: string): Error {
  return pkiFault('OCSP_INVALID', `${WHAT} breaks its format: ${problem}.`)
}

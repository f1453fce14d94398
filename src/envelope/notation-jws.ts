/** Notation signatures as JWS (signature-envelope-jws.md): the flattened JSON serialization of RFC 7515 section 7.2.2. */

import {
  asArray,
  asObject,
  asString,
  type Bytes,
  fromBase64Url,
  type Json,
  type JsonObject,
  limits,
  noFoldedMembers,
  onlyMembers,
  optionalString,
  RawJson,
  readJson,
  utf8,
} from '../base/index.ts'
import { invalid } from './faults.ts'
import { bytesMember } from './fields.ts'
import { type NotationEnvelope, notationAttributes as names } from './notation.ts'
import { HeaderTime, readSignedHeaders, type SignedHeaders, timeAttributes } from './notation-headers.ts'

const WHERE = 'The Notation signature'
const MEMBERS = ['payload', 'protected', 'header', 'signature']
const OWN_HEADERS = ['alg', 'crit', 'cty']
const SIGNED_NAMES: readonly string[] = [
  ...OWN_HEADERS,
  ...timeAttributes,
  names.scheme,
  names.plugin,
  names.pluginMinVersion,
]
const UNSIGNED_NAMES: readonly string[] = ['x5c', names.timestamp, names.agent]

/** @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, BASE64_INVALID, LIMIT_EXCEEDED */
export function parseNotationJws(bytes: Bytes): NotationEnvelope {
  const envelope = asObject(readJson(bytes, { what: WHERE, maxBytes: limits.signatureBytes, maxDepth: 8 }), WHERE)
  onlyMembers(envelope, MEMBERS, WHERE)
  const encodedHeader = asString(envelope['protected'], 'protected')
  const encodedPayload = asString(envelope['payload'], 'payload')
  const signature = fromBase64Url(asString(envelope['signature'], 'signature'), 'signature')
  if (signature.length === 0 || signature.length > limits.signatureValueBytes)
    throw invalid(`${WHERE} has a signature of impossible length.`)
  return {
    encoding: 'jws',
    ...readSignedHeaders(readProtected(fromBase64Url(encodedHeader, 'protected header'))),
    ...readUnprotected(asObject(envelope['header'], 'header')),
    payload: fromBase64Url(encodedPayload, 'payload'),
    signedParts: [utf8(`${encodedHeader}.${encodedPayload}`)],
    signature,
  }
}

function readProtected(bytes: Bytes): SignedHeaders {
  const where = 'The protected header'
  const header = asObject(readJson(bytes, { what: where, maxBytes: limits.signatureBytes, maxDepth: 8 }), where)
  noFoldedMembers(header, [...SIGNED_NAMES, ...UNSIGNED_NAMES], where)
  const misplaced = UNSIGNED_NAMES.find((name) => Object.hasOwn(header, name))
  if (misplaced !== undefined) throw invalid(`${where} has ${misplaced}, which belongs to the unsigned header.`)
  const attributes = new Map<string, unknown>()
  for (const [name, value] of Object.entries(header)) {
    if (OWN_HEADERS.includes(name)) continue
    attributes.set(name, timeAttributes.includes(name) ? timeOf(asString(value, name), name) : plain(value))
  }
  const critical = asArray(header['crit'], 'crit', limits.criticalHeaders)
  return {
    algorithm: asString(header['alg'], 'alg'),
    contentType: asString(header['cty'], 'cty'),
    critical: critical.map((name) => asString(name, 'crit')),
    attributes,
  }
}

function plain(value: Json | undefined): unknown {
  return value instanceof RawJson ? undefined : value
}

// Whole seconds, in the zone of the signer (RFC 3339 section 5.6).
const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:Z|([+-])(\d{2}):(\d{2}))$/

function timeOf(text: string, name: string): HeaderTime {
  const found = TIME.exec(text)
  if (found === null) throw invalid(`The header ${name} is not a time in whole seconds.`)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  const read = new Date(local)
  // What is none (30 February, 24 o'clock) would be read as another day.
  const isDay = read.getUTCMonth() + 1 === month && read.getUTCDate() === day && read.getUTCHours() === hour
  const [offsetHours = 0, offsetMinutes = 0] = [Number(found[8] ?? 0), Number(found[9] ?? 0)]
  if (!isDay || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59 || year < 1000)
    throw invalid(`The header ${name} is a time that does not exist.`)
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000
  return new HeaderTime(found[7] === '-' ? local + offset : local - offset)
}

type Unsigned = Pick<NotationEnvelope, 'chain' | 'timestamp' | 'signingAgent'>

function readUnprotected(header: JsonObject): Unsigned {
  const where = 'The unprotected header'
  noFoldedMembers(header, [...SIGNED_NAMES, ...UNSIGNED_NAMES], where)
  // RFC 7515 section 7.2.1: no name is in both, and what must be signed is not outside.
  const misplaced = Object.keys(header).find((name) => SIGNED_NAMES.includes(name))
  if (misplaced !== undefined) throw invalid(`${where} has ${misplaced}, which must be signed.`)
  const chain = asArray(header['x5c'], 'x5c', limits.certificateChain)
  if (chain.length === 0) throw invalid(`${where} has no certificate.`)
  const agent = optionalString(header[names.agent], names.agent)
  const hasStamp = header[names.timestamp] !== undefined
  return {
    chain: chain.map((_, at) => bytesMember({ x5c: chain[at] }, 'x5c', where, limits.certificateBytes)),
    ...(agent === undefined ? {} : { signingAgent: agent }),
    ...(hasStamp ? { timestamp: bytesMember(header, names.timestamp, where, limits.timestampBytes) } : {}),
  }
}

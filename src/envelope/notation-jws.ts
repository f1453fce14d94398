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
const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/

function timeOf(text: string, name: string): HeaderTime {
  const found = TIME.exec(text)
  const milliseconds = found === null ? Number.NaN : Date.parse(text)
  if (found === null || Number.isNaN(milliseconds)) throw invalid(`The header ${name} is not a time in whole seconds.`)
  // Dates that are none (30 February) would be read as another day.
  const said = new Date(Date.parse(`${found[1]}Z`)).toISOString().slice(0, 19)
  if (said !== found[1]) throw invalid(`The header ${name} is a day that does not exist.`)
  return new HeaderTime(milliseconds)
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

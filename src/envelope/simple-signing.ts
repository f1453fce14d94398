/**
 * Cosign's simple signing payload (cosign specs/SIGNATURE_SPEC.md, "Simple Signing"; containers/image docs/containers-signature.5.md).
 * Stricter than Cosign, which folds the case of keys and does not look at `critical.type`: exact names, the exact type, no other member
 * outside `optional`.
 */

import {
  asString,
  type Bytes,
  type Digest,
  isJsonObject,
  limits,
  parseDigest,
  RawJson,
  readJson,
  textOf,
  utf8,
} from '../base/index.ts'
import { invalid } from './faults.ts'
import { message } from './fields.ts'
import { byUtf8, goString } from './go-json.ts'

export interface SimpleSigning {
  /** What the signer called the image; says nothing of where it is. May be "". */
  readonly dockerReference: string
  readonly manifestDigest: Digest
  /** `optional`: text as it is, any other value as its JSON text. Without a prototype. */
  readonly annotations: Readonly<Record<string, string>>
  /** The signed bytes. */
  readonly raw: Bytes
}

const TYPE = 'cosign container image signature'

/** @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, DIGEST_INVALID, LIMIT_EXCEEDED */
export function parseSimpleSigning(bytes: Bytes): SimpleSigning {
  const where = 'The signature payload'
  const document = readJson(bytes, { what: where, maxBytes: limits.signatureBytes, raw: { optional: true } })
  const payload = message(document, ['critical', 'optional'], where)
  const critical = message(payload['critical'], ['identity', 'image', 'type'], 'critical')
  const identity = message(critical['identity'], ['docker-reference'], 'critical.identity')
  const image = message(critical['image'], ['docker-manifest-digest'], 'critical.image')
  const type = asString(critical['type'], 'critical.type')
  if (type !== TYPE) throw invalid(`${where} has the type "${type.slice(0, 60)}"; it must be "${TYPE}".`)
  return {
    dockerReference: asString(identity['docker-reference'], 'critical.identity.docker-reference'),
    manifestDigest: parseDigest(asString(image['docker-manifest-digest'], 'critical.image.docker-manifest-digest')),
    annotations: readOptional(payload['optional']),
    raw: bytes,
  }
}

function readOptional(value: unknown): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = Object.create(null)
  if (value === undefined || (value instanceof RawJson && value.kind === 'null')) return annotations
  if (!(value instanceof RawJson) || value.kind !== 'object') throw invalid('"optional" must be an object or null.')
  const values = readJson(value.bytes, { what: '"optional"' })
  if (!isJsonObject(values)) return annotations
  const names = Object.keys(values)
  if (names.length > limits.annotations) throw invalid(`"optional" has more than ${limits.annotations} members.`)
  const others = names.filter((name) => typeof values[name] !== 'string')
  const texts = others.length === 0 ? {} : rawMembers(value.bytes, others)
  for (const name of names) {
    const text = values[name]
    annotations[name] = typeof text === 'string' ? text : (texts[name] ?? '')
  }
  return annotations
}

/** The JSON text of some members, as it was signed. */
function rawMembers(bytes: Bytes, names: readonly string[]): Readonly<Record<string, string>> {
  const wanted: Record<string, true> = Object.create(null)
  for (const name of names) wanted[name] = true
  const members = readJson(bytes, { raw: wanted })
  const texts: Record<string, string> = Object.create(null)
  if (!isJsonObject(members)) return texts
  for (const [name, member] of Object.entries(members))
    if (member instanceof RawJson) texts[name] = textOf(member.bytes)
  return texts
}

export interface NewSimpleSigning {
  readonly dockerReference: string
  readonly manifestDigest: Digest
  /** None: `"optional":null`, as Cosign writes it. */
  readonly annotations?: Readonly<Record<string, string>>
}

/** The payload, byte for byte as Cosign writes it for the same values. @throws ENVELOPE_INVALID when a text is not valid Unicode */
export function writeSimpleSigning({ dockerReference, manifestDigest, annotations = {} }: NewSimpleSigning): Bytes {
  const members = Object.entries(annotations).sort(byUtf8)
  for (const text of [dockerReference, ...members.flat()])
    if (!text.isWellFormed()) throw invalid('An annotation or the reference has half of a surrogate pair.')
  const optional =
    members.length === 0 ? 'null' : `{${members.map(([key, text]) => `${goString(key)}:${goString(text)}`).join(',')}}`
  const critical =
    `{"identity":{"docker-reference":${goString(dockerReference)}},` +
    `"image":{"docker-manifest-digest":${goString(manifestDigest)}},"type":"${TYPE}"}`
  return utf8(`{"critical":${critical},"optional":${optional}}`)
}

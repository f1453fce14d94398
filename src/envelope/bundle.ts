/** Reading Sigstore bundles 0.1 to 0.3 (sigstore/protobuf-specs, sigstore_bundle.proto) in Protocol Buffers' JSON mapping. */

import { asArray, asString, type Bytes, type Json, type JsonObject, limits, RawJson, readJson } from '../base/index.ts'
import { type DsseEnvelope, parseDsse } from './dsse.ts'
import { invalid } from './faults.ts'
import { bytesMember, member, message } from './fields.ts'
import { type BundleVersion, isBundleMediaType } from './media-types.ts'
import { type MessageDigest, readMessageSignature } from './message-signature.ts'
import { readTlogEntry, type TlogEntry } from './tlog-entry.ts'

export type BundleContent =
  | { readonly kind: 'dsse'; readonly envelope: DsseEnvelope }
  /** `digest` is a hint that nobody signed; Cosign leaves it out for Ed25519. */
  | { readonly kind: 'message-signature'; readonly digest?: MessageDigest; readonly signature: Bytes }

export type BundleMaterial =
  /** `hint` finds a key (see `keyHint` of crypto), it proves nothing. */
  | { readonly kind: 'public-key'; readonly hint: string }
  /** DER, leaf first. */
  | { readonly kind: 'certificates'; readonly chain: readonly Bytes[] }

export interface SigstoreBundle {
  readonly mediaType: string
  readonly version: BundleVersion
  readonly content: BundleContent
  readonly material: BundleMaterial
  readonly tlogEntries: readonly TlogEntry[]
  /** RFC 3161 TimeStampResp, DER. */
  readonly timestamps: readonly Bytes[]
  /** The bundle as it was read. */
  readonly raw: Bytes
}

const MATERIALS = ['publicKey', 'x509CertificateChain', 'certificate'] as const
const MATERIAL_MEMBERS = [...MATERIALS, 'tlogEntries', 'timestampVerificationData']

/**
 * Parses a bundle, believing nothing in it.
 * @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, BASE64_INVALID, LIMIT_EXCEEDED
 * @example const { content, material } = parseBundle(bytes)
 */
export function parseBundle(bytes: Bytes): SigstoreBundle {
  const where = 'The bundle'
  const document = readJson(bytes, { what: where, maxBytes: limits.attestationBytes, raw: { dsseEnvelope: true } })
  const bundle = message(document, ['mediaType', 'verificationMaterial', 'messageSignature', 'dsseEnvelope'], where)
  const mediaType = asString(bundle['mediaType'], 'mediaType')
  const version = isBundleMediaType(mediaType)
  if (version === undefined)
    throw invalid(`"${mediaType.slice(0, 100)}" is no bundle version that is read here (0.1, 0.2 and 0.3 are).`)
  const material = message(bundle['verificationMaterial'], MATERIAL_MEMBERS, 'verificationMaterial')
  const tlogEntries = readEntries(material, version)
  return {
    mediaType,
    version,
    content: readContent(bundle),
    material: readMaterial(material, version),
    tlogEntries,
    timestamps: readTimestamps(material),
    raw: bytes,
  }
}

function readContent(bundle: JsonObject): BundleContent {
  const dsse = member(bundle, 'dsseEnvelope')
  const signature = member(bundle, 'messageSignature')
  if ((dsse === undefined) === (signature === undefined))
    throw invalid('A bundle holds either a dsseEnvelope or a messageSignature.')
  if (!(dsse instanceof RawJson)) return { kind: 'message-signature', ...readMessageSignature(signature) }
  const envelope = parseDsse(dsse.bytes)
  // sigstore_bundle.proto: "The envelope MUST contain exactly one signature"; readers that take the first would disagree.
  if (envelope.signatures.length !== 1) throw invalid("A bundle's envelope has exactly one signature.")
  return { kind: 'dsse', envelope }
}

function readMaterial(material: JsonObject, version: BundleVersion): BundleMaterial {
  const present = MATERIALS.filter((name) => member(material, name) !== undefined)
  const [name] = present
  if (name === undefined || present.length > 1)
    throw invalid('A bundle names either a public key or a certificate as its verification material.')
  const where = `verificationMaterial.${name}`
  if (name === 'publicKey') {
    const hint = member(message(material[name], ['hint'], where), 'hint')
    const text = hint === undefined ? '' : asString(hint, `${where}.hint`)
    if (text.length > limits.keyIdBytes) throw invalid(`${where}.hint is too long.`)
    return { kind: 'public-key', hint: text }
  }
  if (name === 'certificate') return { kind: 'certificates', chain: [readCertificate(material[name], where)] }
  if (version === '0.3') throw invalid('A bundle of version 0.3 carries one certificate, not a chain.')
  const chain = asArray(
    message(material[name], ['certificates'], where)['certificates'],
    `${where}.certificates`,
    limits.certificateChain,
  )
  if (chain.length === 0) throw invalid(`${where} is empty.`)
  return { kind: 'certificates', chain: chain.map((item, at) => readCertificate(item, `${where}[${at}]`)) }
}

function readCertificate(value: Json | undefined, where: string): Bytes {
  return bytesMember(message(value, ['rawBytes'], where), 'rawBytes', where, limits.certificateBytes)
}

/** sigstore_bundle.proto: 0.1 demands the promise of each entry, later versions its proof with a checkpoint. */
function readEntries(material: JsonObject, version: BundleVersion): readonly TlogEntry[] {
  const value = member(material, 'tlogEntries')
  if (value === undefined) return []
  const entries = asArray(value, 'tlogEntries', limits.bundleEntries).map((entry, at) =>
    readTlogEntry(entry, `tlogEntries[${at}]`),
  )
  for (const [at, entry] of entries.entries()) {
    if (version === '0.1' && entry.inclusionPromise === undefined)
      throw invalid(`tlogEntries[${at}] lacks its inclusion promise, which bundle version 0.1 demands.`)
    if (version !== '0.1' && (entry.inclusionProof === undefined || entry.inclusionProof.checkpoint === ''))
      throw invalid(`tlogEntries[${at}] lacks its inclusion proof with a checkpoint.`)
  }
  return entries
}

function readTimestamps(material: JsonObject): readonly Bytes[] {
  const data = member(material, 'timestampVerificationData')
  if (data === undefined) return []
  const list = member(message(data, ['rfc3161Timestamps'], 'timestampVerificationData'), 'rfc3161Timestamps')
  if (list === undefined) return []
  return asArray(list, 'rfc3161Timestamps', limits.bundleEntries).map((value, at) => {
    const where = `rfc3161Timestamps[${at}]`
    return bytesMember(message(value, ['signedTimestamp'], where), 'signedTimestamp', where, limits.timestampBytes)
  })
}

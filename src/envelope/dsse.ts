/** DSSE envelopes (Dead Simple Signing Envelope 1.0.2, envelope.md) and what is signed in them (protocol.md, "PAE"). */

import {
  asArray,
  asString,
  type Bytes,
  bufferOf,
  type Json,
  limits,
  optionalString,
  readJson,
  utf8,
  withHeader,
} from '../base/index.ts'
import { invalid } from './faults.ts'
import { bytesMember, message } from './fields.ts'

export interface DsseSignature {
  /** Unsigned and without meaning for trust; "" where there is none. */
  readonly keyid: string
  readonly sig: Bytes
}

export interface DsseEnvelope {
  readonly payloadType: string
  readonly payload: Bytes
  readonly signatures: readonly DsseSignature[]
  /** The envelope as it was read. */
  readonly raw: Bytes
}

/**
 * Parses an envelope, believing nothing in it. The payload is decoded from its place in the document, without a string of it.
 * @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, BASE64_INVALID, LIMIT_EXCEEDED
 */
export function parseDsse(bytes: Bytes): DsseEnvelope {
  const where = 'The DSSE envelope'
  const document = readJson(bytes, { what: where, maxBytes: limits.attestationBytes, raw: { payload: true } })
  const envelope = message(document, ['payload', 'payloadType', 'signatures'], where)
  const payloadType = asString(envelope['payloadType'], 'payloadType')
  if (payloadType === '' || payloadType.length > limits.payloadTypeBytes)
    throw invalid(`${where} has a payloadType of impossible length.`)
  const signatures = asArray(envelope['signatures'], 'signatures', limits.envelopeSignatures)
  if (signatures.length === 0) throw invalid(`${where} has no signature.`)
  return {
    payloadType,
    payload: bytesMember(envelope, 'payload', 'envelope', limits.attestationBytes),
    signatures: signatures.map((signature, at) => readSignature(signature, `signatures[${at}]`)),
    raw: bytes,
  }
}

function readSignature(value: Json, where: string): DsseSignature {
  const signature = message(value, ['keyid', 'sig'], where)
  const keyid = optionalString(signature['keyid'], `${where}.keyid`) ?? ''
  if (keyid.length > limits.keyIdBytes) throw invalid(`${where}.keyid is too long.`)
  return { keyid, sig: bytesMember(signature, 'sig', where, limits.signatureValueBytes) }
}

/**
 * The pre-authentication encoding as parts: a header, then the payload's own bytes, or both in one piece where that takes no copy. Lengths count bytes, also of the type's UTF-8.
 * @example verifyParts(key, scheme, paeParts(envelope.payloadType, [envelope.payload]), signature)
 */
export function paeParts(payloadType: string, payload: readonly Bytes[]): readonly Bytes[] {
  const type = utf8(payloadType)
  let length = 0
  for (const part of payload) length += part.length
  const header = utf8(`DSSEv1 ${type.length} ${payloadType} ${length} `)
  const [only] = payload
  const whole = only === undefined || payload.length > 1 ? undefined : withHeader(header, only)
  return whole === undefined ? [header, ...payload] : [whole]
}

export interface DsseContent {
  readonly payloadType: string
  /** In parts; they are not copied before they are encoded. */
  readonly payload: readonly Bytes[]
  readonly signatures: readonly { readonly keyid?: string; readonly sig: Bytes }[]
}

/** The envelope as Cosign writes it: no white space, `keyid` only where there is one. The parts are one document. */
export function writeDsse({ payloadType, payload, signatures }: DsseContent): readonly Bytes[] {
  const list = signatures.map(({ keyid, sig }) => ({
    ...(keyid === undefined || keyid === '' ? {} : { keyid }),
    sig: bufferOf(sig).toString('base64'),
  }))
  const tail = `","payloadType":${JSON.stringify(payloadType)},"signatures":${JSON.stringify(list)}}`
  return [utf8('{"payload":"'), base64OfParts(payload), utf8(tail)]
}

/** A multiple of three, so that the pieces join to the base64 of the whole; small, so that no string outlives its turn. */
const ENCODE_CHUNK = 3 * 16 * 1024

/** Base64 of the concatenation: one buffer of the final size. */
function base64OfParts(parts: readonly Bytes[]): Bytes {
  let total = 0
  for (const part of parts) total += part.length
  const out = Buffer.allocUnsafeSlow(Math.ceil(total / 3) * 4)
  let written = 0
  let carry: Bytes = new Uint8Array()
  const put = (bytes: Bytes): void => {
    written += out.write(bufferOf(bytes).toString('base64'), written, 'latin1')
  }
  for (const part of parts) {
    let at = 0
    if (carry.length > 0) {
      at = Math.min(3 - carry.length, part.length)
      carry = Buffer.concat([carry, part.subarray(0, at)])
      if (carry.length < 3) continue
      put(carry)
      carry = new Uint8Array()
    }
    const whole = part.length - ((part.length - at) % 3)
    for (; at < whole; at += ENCODE_CHUNK) put(part.subarray(at, Math.min(whole, at + ENCODE_CHUNK)))
    carry = part.subarray(whole)
  }
  put(carry)
  return out
}

/**
 * Rekor's proof as Cosign's legacy signatures carry it (cosign specs/SIGNATURE_SPEC.md, annotation `dev.sigstore.cosign/bundle`), and the
 * timestamp annotation beside it.
 */

import { asCount, asString, type Bytes, type Json, limits, readJson } from '../base/index.ts'
import { invalid } from './faults.ts'
import { bytesMember, message } from './fields.ts'

export interface RekorBundle {
  readonly signedEntryTimestamp: Bytes
  /** The canonical body of the log entry. */
  readonly body: Bytes
  /** Seconds since 1970. */
  readonly integratedTime: number
  readonly logIndex: number
  readonly logId: Bytes
}

const LOG_ID = /^[0-9a-f]{64}$/

/** The text of the annotation. @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, BASE64_INVALID */
export function parseRekorBundle(bytes: Bytes): RekorBundle {
  return readRekorBundle(readJson(bytes, { what: 'The Rekor bundle', maxBytes: limits.signatureBytes }), 'rekorBundle')
}

export function readRekorBundle(value: Json | undefined, where: string): RekorBundle {
  const bundle = message(value, ['SignedEntryTimestamp', 'Payload'], where)
  const payload = message(bundle['Payload'], ['body', 'integratedTime', 'logIndex', 'logID'], `${where}.Payload`)
  const logId = asString(payload['logID'], `${where}.Payload.logID`)
  if (!LOG_ID.test(logId)) throw invalid(`${where}.Payload.logID is no log identifier (64 hex digits).`)
  return {
    signedEntryTimestamp: bytesMember(bundle, 'SignedEntryTimestamp', where, limits.signatureValueBytes),
    body: bytesMember(payload, 'body', `${where}.Payload`, limits.signatureBytes),
    integratedTime: asCount(payload['integratedTime'], `${where}.Payload.integratedTime`),
    logIndex: asCount(payload['logIndex'], `${where}.Payload.logIndex`),
    logId: Buffer.from(logId, 'hex'),
  }
}

/** The annotation `dev.sigstore.cosign/rfc3161timestamp`: a TimeStampResp, DER. */
export function parseTimestampAnnotation(bytes: Bytes): Bytes {
  const where = 'The timestamp annotation'
  const document = readJson(bytes, { what: where, maxBytes: limits.signatureBytes })
  const annotation = message(document, ['SignedRFC3161Timestamp'], where)
  return bytesMember(annotation, 'SignedRFC3161Timestamp', where, limits.timestampBytes)
}

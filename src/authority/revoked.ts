/** What the testing authority has revoked: a JSON file of its own, read again for each answer. */

import {
  asArray,
  asObject,
  asString,
  type Bytes,
  baseFault,
  bufferOf,
  hex,
  type Json,
  limits,
  onlyMembers,
  optionalString,
  readJson,
  rfc3339,
  utf8,
} from '../base/index.ts'
import type { Certificate } from '../pki/index.ts'
import { type CrlReason, crlReasons, type Revocation } from './crl.ts'
import { authorityFault } from './faults.ts'

const WHAT = 'The list of revoked certificates'

/** @example {"revoked":[{"serial":"0f31…","at":"2026-11-23T08:00:00Z","reason":"keyCompromise"}]} */
export function writeRevoked(revoked: readonly Revocation[]): Bytes {
  const entries = revoked.map(({ serial, at, reason }) => ({ serial: hex(serial), at: rfc3339(at), reason }))
  return utf8(`${JSON.stringify({ revoked: entries }, null, 2)}\n`)
}

/** @throws JSON_INVALID, JSON_SHAPE, LIMIT_EXCEEDED */
export function readRevoked(bytes: Bytes): readonly Revocation[] {
  const file = asObject(readJson(bytes, { what: WHAT, maxBytes: limits.keyFileBytes }), WHAT)
  onlyMembers(file, ['revoked'], WHAT)
  return asArray(file['revoked'], WHAT, limits.revokedCertificates).map(readEntry)
}

function readEntry(value: Json): Revocation {
  const entry = asObject(value, WHAT)
  onlyMembers(entry, ['serial', 'at', 'reason'], WHAT)
  const serial = asString(entry['serial'], 'serial')
  const at = Date.parse(asString(entry['at'], 'at'))
  const reason = optionalString(entry['reason'], 'reason')
  if (!/^(?:[0-9a-f]{2}){1,20}$/.test(serial)) throw baseFault('JSON_SHAPE', `${WHAT} has a serial that is none.`)
  if (Number.isNaN(at)) throw baseFault('JSON_SHAPE', `${WHAT} has a time that is none.`)
  if (reason !== undefined && !isReason(reason)) throw baseFault('JSON_SHAPE', `${WHAT} has an unknown reason.`)
  return { serial: Buffer.from(serial, 'hex'), at, ...(reason === undefined ? {} : { reason }) }
}

function isReason(text: string): text is CrlReason {
  return Object.hasOwn(crlReasons, text)
}

/**
 * The certificate that a serial number names.
 * @param serial hex, with or without colons
 * @throws SERIAL_UNKNOWN
 */
export function findIssued(serial: string, issued: readonly Certificate[]): Certificate {
  const wanted = significant(Buffer.from(serial.replaceAll(':', ''), 'hex'))
  const found = issued.find((it) => significant(bufferOf(it.serial)).equals(wanted))
  if (found !== undefined) return found
  throw authorityFault('SERIAL_UNKNOWN', `No certificate of this authority has the serial number ${serial}.`, {
    fix: 'Write the serial number in hex, or name the file of the certificate. "openssl x509 -noout -serial" shows it.',
  })
}

function significant(serial: Buffer): Buffer {
  const start = serial.findIndex((octet) => octet !== 0)
  return start < 0 ? Buffer.alloc(0) : serial.subarray(start)
}

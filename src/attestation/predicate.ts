/** A predicate from the bytes that a tool wrote, in the form its type asks for; JSON bytes are kept exactly. */

import { isUtf8 } from 'node:buffer'
import { type Bytes, bufferOf, Fault, limits, type RawJson, readJson, rfc3339, utf8 } from '../base/index.ts'
import { attestationFault } from './faults.ts'
import type { PredicateForm } from './predicate-types.ts'

const ESCAPE_CHUNK = 4 * 1024 * 1024

/**
 * The JSON bytes of the predicate, as parts.
 * @param now milliseconds; only the custom form carries it
 * @throws PREDICATE_INVALID
 */
export function preparePredicate(bytes: Bytes, form: PredicateForm, now: number): readonly Bytes[] {
  switch (form) {
    case 'object':
      return [jsonObject(bytes)]
    case 'text':
      return jsonString(bytes)
    case 'custom':
      return [utf8('{"Data":'), ...jsonString(bytes), utf8(`,"Timestamp":"${rfc3339(now)}"}`)]
  }
}

/** Without the white space around it; syntax checked as a verifier will check it, so that nothing unreadable is signed. */
function jsonObject(bytes: Bytes): Bytes {
  const trimmed = trim(bytes)
  try {
    readJson(trimmed, { what: 'The predicate', maxBytes: limits.attestationBytes, validateOnly: true })
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw attestationFault('PREDICATE_INVALID', cause.message, {
      cause,
      fix: 'Give a file that holds one JSON object.',
    })
  }
  if (trimmed[0] !== 0x7b) {
    throw attestationFault('PREDICATE_INVALID', 'The predicate is not a JSON object.', {
      fix: 'Give a file that holds one JSON object; for plain text use --type custom or spdx.',
    })
  }
  return trimmed
}

function trim(bytes: Bytes): Bytes {
  const isSpace = (byte: number | undefined): boolean =>
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
  let start = 0
  let end = bytes.length
  while (start < end && isSpace(bytes[start])) start++
  while (end > start && isSpace(bytes[end - 1])) end--
  return bytes.subarray(start, end)
}

/** A JSON string of UTF-8 text, escaped piece by piece: no string of the whole is made. */
function jsonString(bytes: Bytes): readonly Bytes[] {
  if (!isUtf8(bytes)) throw attestationFault('PREDICATE_INVALID', 'The predicate is not UTF-8 text.')
  const parts: Bytes[] = [utf8('"')]
  for (let at = 0; at < bytes.length; ) {
    const end = characterBoundary(bytes, Math.min(at + ESCAPE_CHUNK, bytes.length))
    parts.push(utf8(JSON.stringify(bufferOf(bytes).toString('utf8', at, end)).slice(1, -1)))
    at = end
  }
  parts.push(utf8('"'))
  return parts
}

function characterBoundary(bytes: Bytes, end: number): number {
  let at = end
  while (at < bytes.length && at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--
  return at
}

/** The bytes of a predicate as the tool that made it wrote them: the text of a text form, the JSON of the others. */
export function predicateContent(predicate: RawJson, form: PredicateForm): Bytes {
  if (form === 'text' && predicate.kind === 'string')
    return utf8(String(readJson(predicate.bytes, { what: 'The predicate' })))
  return predicate.bytes
}

/**
 * Distinguished names that people write into trust policies (RFC 4514; Notary Project trust policy, "Trusted identities"): `C=US, ST=WA, O=ACME`.
 * A name that could be read in two ways, or that names less than the specification demands, is refused.
 */

import { type Bytes, limits } from '../base/index.ts'
import { attributeName, attributeOid } from './attribute-types.ts'
import { pkiFault } from './faults.ts'
import { nameAttributes } from './format-name.ts'
import type { Name } from './name.ts'

/** Texts by the object identifier of their type: one each. */
export type DistinguishedName = ReadonlyMap<string, string>

const REQUIRED = ['C', 'ST', 'O'] as const

/**
 * @throws DISTINGUISHED_NAME_INVALID
 * @example parseDistinguishedName('C=US, ST=WA, O=ACME\\, Inc., CN=release')
 */
export function parseDistinguishedName(text: string): DistinguishedName {
  if (Buffer.byteLength(text) > limits.distinguishedNameBytes)
    throw invalid(text, `is longer than ${limits.distinguishedNameBytes} bytes`)
  const found = new Map<string, string>()
  for (const part of splitParts(text)) {
    const [oid, value] = readPart(part, text)
    if (found.has(oid)) throw invalid(text, `has ${attributeName(oid) ?? oid} twice`)
    found.set(oid, value)
  }
  for (const name of REQUIRED) {
    if (!found.has(attributeOid(name) ?? '')) throw invalid(text, `does not say ${name}`)
  }
  return found
}

/** Whether a certificate's name has every attribute of the identity, exactly once and exactly so. */
export function matchesIdentity(identity: DistinguishedName, name: Name): boolean {
  const attributes = nameAttributes(name)
  return (
    identity.size > 0 &&
    [...identity].every(([oid, wanted]) => {
      const texts = attributes.get(oid)
      return texts !== undefined && texts.length === 1 && texts[0] === wanted
    })
  )
}

/** Split at commas that no backslash stands before. */
function splitParts(text: string): readonly string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === ',') {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}

function readPart(part: string, whole: string): readonly [oid: string, value: string] {
  const equals = part.indexOf('=')
  if (equals < 0) throw invalid(whole, `has "${part.trim()}", which is no TYPE=value`)
  const type = part.slice(0, equals).trim()
  const oid = attributeOid(type)
  if (oid === undefined) throw invalid(whole, `has the type "${type}", which is not known${hint(type)}`)
  const written = trim(part.slice(equals + 1))
  if (written === '') throw invalid(whole, `has no value for ${type}`)
  if (written.startsWith('#')) throw invalid(whole, `has a hexadecimal value for ${type}, which is not compared`)
  return [oid, unescaped(written, whole)]
}

function hint(type: string): string {
  const upper = type.toUpperCase()
  return attributeOid(upper) === undefined ? '' : `: write ${upper}`
}

/** Without the spaces around it; the last one stays where it is escaped. */
function trim(value: string): string {
  const start = value.replace(/^ +/, '')
  const end = start.replace(/ +$/, '')
  const backslashes = /\\*$/.exec(end)?.[0].length ?? 0
  return end.length < start.length && backslashes % 2 === 1 ? `${end} ` : end
}

/** An escaped special character, an escaped octet, or a run that needs no escape (section 3). */
const PIECES = /\\([ "#+,;<=>\\])|\\([0-9A-Fa-f]{2})|([^\\"+;<>\0]+)/gy

function unescaped(written: string, whole: string): string {
  const octets: Bytes[] = []
  PIECES.lastIndex = 0
  while (PIECES.lastIndex < written.length) {
    const at = PIECES.lastIndex
    const piece = PIECES.exec(written)
    if (piece === null) throw invalid(whole, complaint(written[at]))
    octets.push(piece[2] === undefined ? Buffer.from(piece[1] ?? piece[3] ?? '') : Buffer.from(piece[2], 'hex'))
  }
  return utf8(Buffer.concat(octets), whole)
}

function complaint(character: string | undefined): string {
  if (character === '+') return 'has a "+": several values in one relative name are not compared'
  if (character === '\\') return 'has a backslash that escapes nothing'
  return `has an unescaped ${JSON.stringify(character ?? '')}`
}

function utf8(bytes: Bytes, whole: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw invalid(whole, 'has escapes that are not UTF-8', cause)
  }
}

function invalid(text: string, problem: string, cause?: unknown): Error {
  return pkiFault('DISTINGUISHED_NAME_INVALID', `The distinguished name "${text.slice(0, 200)}" ${problem}.`, {
    cause,
    fix: 'Write it as the certificate has it, with C, ST and O at least: C=US, ST=WA, O=ACME\\, Inc., CN=release',
  })
}

/** Distinguished names of new certificates (RFC 5280 section 4.1.2.4 and the upper bounds of appendix A). */

import type { Bytes } from '../base/index.ts'
import { derWrite } from '../crypto/index.ts'
import { attributeName, attributeOid, parseDistinguishedName } from '../pki/index.ts'
import { authorityFault } from './faults.ts'

/** The type as people write it, `CN`, or its object identifier. */
export type NamePart = readonly [type: string, text: string]

/**
 * One attribute for each relative name, in the order given: the most general one first, as certificates have it.
 * @throws NAME_UNUSABLE
 * @example writeName([['C', 'NL'], ['ST', 'Utrecht'], ['O', 'Example'], ['CN', 'release']])
 */
export function writeName(parts: readonly NamePart[]): Bytes {
  return derWrite.sequence(...parts.map((part) => derWrite.set(derWrite.sequence(...attribute(part)))))
}

function attribute([type, text]: NamePart): readonly [oid: Bytes, value: Bytes] {
  const oid = attributeOid(type)
  if (oid === undefined) throw unusable(`The type "${type}" is not known.`)
  return [derWrite.oid(oid), valueBytes(type, text)]
}

function valueBytes(type: string, text: string): Bytes {
  if (type === 'C') return derWrite.printableString(text)
  return type === 'E' || type === 'DC' ? derWrite.ia5String(text) : derWrite.utf8String(text)
}

const GENERAL_FIRST = ['C', 'ST', 'L', 'O', 'OU']
const LONGEST: Readonly<Record<string, number>> = { ST: 128, L: 128, STREET: 128, E: 255, DC: 63 }

/**
 * The name that a person wrote, as a trust policy would name it: with C, ST and O, in any order.
 * @throws DISTINGUISHED_NAME_INVALID, NAME_UNUSABLE
 * @example subjectName('CN=release,O=Example,ST=Utrecht,C=NL')
 */
export function subjectName(written: string): readonly NamePart[] {
  const parts = [...parseDistinguishedName(written)].map(([oid, text]): NamePart => [attributeName(oid) ?? oid, text])
  for (const [type, text] of parts) {
    if (type === 'C' && !/^[A-Z]{2}$/.test(text)) throw unusable('C is a country of two capital letters.')
    if (/\p{Cc}/u.test(text)) throw unusable(`${type} has a control character.`)
    if ([...text].length > (LONGEST[type] ?? 64)) throw unusable(`${type} is longer than ${LONGEST[type] ?? 64}.`)
    if ((type === 'E' || type === 'DC') && /[^ -~]/.test(text)) throw unusable(`${type} is not of ASCII letters.`)
  }
  return parts.toSorted(([a], [b]) => rank(a) - rank(b))
}

function rank(type: string): number {
  const at = GENERAL_FIRST.indexOf(type)
  return at < 0 ? GENERAL_FIRST.length : at
}

function unusable(problem: string): Error {
  return authorityFault('NAME_UNUSABLE', `A certificate cannot have this name: ${problem}`, {
    fix: 'Write it as CN=release,O=Example,ST=Utrecht,C=NL.',
  })
}

/** Distinguished names as text (RFC 4514), in the spelling of Go's `pkix.Name`, which notation prints and compares. */

import { hex } from '../base/index.ts'
import { attributeName, ORDERED_TYPES } from './attribute-types.ts'
import type { Name, NameAttribute } from './name.ts'

/**
 * The usual attributes from the most specific on, several of one type joined by "+", then the rest from the last on. Unlike Go, types such as
 * emailAddress have their name; what has none, or no text, is `OID=#hex`. Control characters are escaped, direction marks are not:
 * escape for the terminal as any foreign text.
 * @example formatName(certificate.subject) // 'CN=release,OU=Build,O=ACME\\, Inc.,ST=WA,C=US'
 */
export function formatName(name: Name): string {
  const usual = ORDERED_TYPES.map(([oid]) => name.attributes.filter((attribute) => attribute.oid === oid))
  const isUsual = new Set(ORDERED_TYPES.map(([oid]) => oid))
  const rest = name.attributes.filter(({ oid }) => !isUsual.has(oid)).toReversed()
  return [...usual.filter((group) => group.length > 0), ...rest.map((attribute) => [attribute])]
    .map((group) => group.map(formatAttribute).join('+'))
    .join(',')
}

/** The texts of a name by the object identifier of their type, in their order: several where the name has several, undefined where one is no text. */
export function nameAttributes(name: Name): ReadonlyMap<string, readonly (string | undefined)[]> {
  const found = new Map<string, (string | undefined)[]>()
  for (const { oid, text } of name.attributes) {
    const texts = found.get(oid)
    if (texts === undefined) found.set(oid, [text])
    else texts.push(text)
  }
  return found
}

function formatAttribute({ oid, text, raw }: NameAttribute): string {
  const name = attributeName(oid)
  return name === undefined || text === undefined ? `${name ?? oid}=#${hex(raw)}` : `${name}=${escapeValue(text)}`
}

/** RFC 4514 section 2.4. */
export function escapeValue(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]|(?<!^) $/g, '\\$&')
    .replace(/[\0-\x1f\x7f]/g, (control) => `\\${control.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
}

/** Distinguished names (RFC 5280 section 4.1.2.4): their attributes as text, from the string types that certificates have. */

import { type Bytes, bufferOf } from '../base/index.ts'
import { type DerReader, type DerValue, derTags } from '../crypto/index.ts'

/** A distinguished name. Two names are the same when their bytes are. */
export interface Name {
  readonly raw: Bytes
  /** In the order of the certificate: the most general one first. Several attributes in one set share `rdn`. */
  readonly attributes: readonly NameAttribute[]
}

export interface NameAttribute {
  /** Which relative distinguished name it belongs to, from 0. */
  readonly rdn: number
  readonly oid: string
  /** Undefined where the value is of a type that is no text, or is not valid in it. */
  readonly text: string | undefined
  /** DER of the value. */
  readonly raw: Bytes
}

/** @throws DER_INVALID */
export function readName(reader: DerReader): Name {
  const value = reader.next(derTags.sequence)
  return { raw: value.raw, attributes: readAttributes(reader.within(value)) }
}

function readAttributes(list: DerReader): readonly NameAttribute[] {
  const attributes: NameAttribute[] = []
  for (let rdn = 0; !list.atEnd; rdn++) {
    const set = list.enter(derTags.set)
    do {
      const pair = set.sequence()
      const oid = pair.oid()
      const value = pair.next()
      pair.end()
      attributes.push({ rdn, oid, text: readText(value), raw: value.raw })
    } while (!set.atEnd)
  }
  return attributes
}

const NUMERIC_STRING = 0x12
// With * and &, which are not in the type but in real names; Go's reader takes them as well.
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/
const NUMERIC = /^[0-9 ]*$/
const ASCII = /^[\0-\x7f]*$/
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined where the value is no text, or is not valid in its type. */
export function readText({ tag, content }: DerValue): string | undefined {
  switch (tag) {
    case derTags.utf8String:
      return utf8Text(content)
    case derTags.printableString:
      return matching(content, PRINTABLE)
    case derTags.ia5String:
      return matching(content, ASCII)
    case NUMERIC_STRING:
      return matching(content, NUMERIC)
    case derTags.teletexString:
      // T.61 by its letter, ISO 8859-1 by what everybody writes into it.
      return bufferOf(content).toString('latin1')
    case derTags.bmpString:
      return bmpText(content)
    default:
      return undefined
  }
}

function matching(content: Bytes, form: RegExp): string | undefined {
  const text = bufferOf(content).toString('latin1')
  return form.test(text) ? text : undefined
}

function utf8Text(content: Bytes): string | undefined {
  const text = matching(content, ASCII)
  if (text !== undefined) return text
  try {
    return strictUtf8.decode(content)
  } catch {
    return undefined
  }
}

/** Two octets a character; there are no surrogate pairs in it. */
export function bmpText(content: Bytes): string | undefined {
  if (content.length % 2 !== 0) return undefined
  const units: string[] = []
  for (let at = 0; at < content.length; at += 2) {
    const unit = (content[at] ?? 0) * 256 + (content[at + 1] ?? 0)
    if (unit >= 0xd800 && unit <= 0xdfff) return undefined
    units.push(String.fromCharCode(unit))
  }
  return units.join('')
}

/**
 * The list of revoked certificates within a CRL (RFC 5280 sections 5.1.2.6 and 5.3): walked over its bytes without an object for each entry, since a
 * list may hold a million of them.
 */

import type { Bytes } from '../base/index.ts'
import { derTags } from '../crypto/index.ts'
import { pkiFault } from './faults.ts'

/** One entry as offsets into the list; the same object for every entry of a walk. */
interface EntryView {
  serialFrom: number
  serialTo: number
  from: number
  to: number
}

/** Last octet of the identifiers 2.5.29.x of entry extensions. */
const REASON_CODE = 0x15
const INVALIDITY_DATE = 0x18
const CERTIFICATE_ISSUER = 0x1d

/**
 * Holds the whole list to its form, and to the entry extensions that are understood: a critical one that is not makes all of the list unusable
 * (section 5.3), and a certificate issuer of its own makes it an indirect CRL.
 * @throws CRL_INVALID, CRL_UNSUPPORTED
 */
export function checkEntries(list: Bytes): void {
  walk(list, () => false, true)
}

/** The entries of one serial number, each as its DER: mostly none or one. @throws CRL_INVALID */
export function entriesOf(list: Bytes, serial: Bytes): readonly Bytes[] {
  const wanted = integerContent(serial)
  const found: Bytes[] = []
  walk(
    list,
    (view) => {
      if (sameRange(list, view.serialFrom, view.serialTo, wanted)) found.push(list.subarray(view.from, view.to))
      return found.length >= MOST_OF_ONE_SERIAL
    },
    false,
  )
  return found
}

/** A hold, its removal and a revocation, some times over: more is no list that anybody means. */
const MOST_OF_ONE_SERIAL = 64

/** The content octets of an INTEGER with this magnitude. */
function integerContent(magnitude: Bytes): Bytes {
  const first = magnitude[0]
  if (first !== undefined && first < 0x80) return magnitude
  const content = new Uint8Array(magnitude.length + 1)
  content.set(magnitude, 1)
  return content
}

function sameRange(list: Bytes, from: number, to: number, wanted: Bytes): boolean {
  if (to - from !== wanted.length) return false
  // The last octets differ most.
  for (let index = wanted.length - 1; index >= 0; index--) if (list[from + index] !== wanted[index]) return false
  return true
}

function walk(list: Bytes, visit: (view: EntryView) => boolean, isThorough: boolean): void {
  const header = new Header(list)
  const view: EntryView = { serialFrom: 0, serialTo: 0, from: 0, to: 0 }
  let at = 0
  while (at < list.length) {
    view.from = at
    header.read(at, list.length, derTags.sequence)
    const end = header.to
    header.read(header.from, end, derTags.integer)
    view.serialFrom = header.from
    view.serialTo = header.to
    if (isThorough) checkRest(header, list, end)
    view.to = end
    if (visit(view)) return
    at = end
  }
}

/** What follows the header that was read last: the serial number's own form, the date, the extensions. */
function checkRest(header: Header, list: Bytes, end: number): void {
  checkInteger(list, header.from, header.to)
  const tag = list[header.to]
  if (tag !== derTags.utcTime && tag !== derTags.generalizedTime) throw invalid('an entry has no date')
  header.read(header.to, end, tag)
  if (header.to === end) return
  header.read(header.to, end, derTags.sequence)
  if (header.to !== end) throw invalid('an entry has more after its end')
  checkExtensions(header, list, header.from, end)
}

function checkInteger(list: Bytes, from: number, to: number): void {
  const first = list[from]
  const second = list[from + 1]
  if (to === from || first === undefined) throw invalid('a serial number is empty')
  if (to - from > 1 && second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second > 0x7f)))
    throw invalid('a serial number has needless octets')
}

function checkExtensions(header: Header, list: Bytes, from: number, end: number): void {
  if (from === end) throw invalid('an entry has an empty list of extensions')
  for (let at = from; at < end; ) {
    header.read(at, end, derTags.sequence)
    const next = header.to
    header.read(header.from, next, derTags.oid)
    const kind = entryExtension(list, header.from, header.to)
    let isCritical = false
    if (list[header.to] === derTags.boolean) {
      header.read(header.to, next, derTags.boolean)
      isCritical = list[header.from] !== 0
    }
    header.read(header.to, next, derTags.octetString)
    if (header.to !== next) throw invalid('an entry extension has more after its end')
    if (kind === CERTIFICATE_ISSUER)
      throw pkiFault('CRL_UNSUPPORTED', 'The CRL is an indirect one: it lists certificates of other issuers.')
    if (isCritical && kind !== REASON_CODE && kind !== INVALIDITY_DATE)
      throw pkiFault('CRL_UNSUPPORTED', 'The CRL has a critical entry extension that is not understood.')
    at = next
  }
}

/** x of 2.5.29.x, 0 for any other identifier. */
function entryExtension(list: Bytes, from: number, to: number): number {
  return to - from === 3 && list[from] === 0x55 && list[from + 1] === 0x1d ? (list[from + 2] ?? 0) : 0
}

/** The header read last: where its content begins and ends. */
class Header {
  from = 0
  to = 0
  private readonly list: Bytes

  constructor(list: Bytes) {
    this.list = list
  }

  /** @throws CRL_INVALID */
  read(at: number, end: number, tag: number): void {
    const { list } = this
    const first = list[at + 1]
    if (list[at] !== tag || first === undefined) throw invalid('an entry is not built as entries are')
    let length = first
    let from = at + 2
    if (first > 0x7f) {
      const count = first & 0x7f
      if (count === 0 || count > 4) throw invalid('an entry has a length that DER does not allow')
      length = 0
      for (let index = 0; index < count; index++) length = length * 256 + (list[from + index] ?? 0)
      if (length < 0x80 || length < 256 ** (count - 1)) throw invalid('an entry has a length with needless octets')
      from += count
    }
    if (from + length > end) throw invalid('an entry is longer than what holds it')
    this.from = from
    this.to = from + length
  }
}

function invalid(problem: string): Error {
  return pkiFault('CRL_INVALID', `The CRL breaks its format: ${problem}.`)
}

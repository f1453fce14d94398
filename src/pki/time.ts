/** Times of certificates and revocation lists (RFC 5280 sections 4.1.2.5 and 5.1.2.4). */

import { bufferOf } from '../base/index.ts'
import { type DerReader, derTags } from '../crypto/index.ts'
import { pkiFault } from './faults.ts'

const DIGITS = /^\d+Z$/

/**
 * UTCTime `YYMMDDHHMMSSZ` (1950 to 2049) or GeneralizedTime `YYYYMMDDHHMMSSZ`: with seconds, without fractions, in Greenwich Mean Time.
 * GeneralizedTime is taken for any year: authorities must not write it before 2050, but readers must be able to read it.
 * @returns milliseconds since 1970
 * @throws DER_INVALID, CERTIFICATE_INVALID
 */
export function readTime(reader: DerReader, what = 'The list'): number {
  const { tag, content } = reader.next()
  const isShort = tag === derTags.utcTime
  if (!isShort && tag !== derTags.generalizedTime) throw invalid(what)
  const text = bufferOf(content).toString('latin1')
  if (text.length !== (isShort ? 13 : 15) || !DIGITS.test(text)) throw invalid(what)
  const at = isShort ? 2 : 4
  const number = (from: number): number => Number(text.slice(from, from + 2))
  const year = isShort ? shortYear(number(0)) : Number(text.slice(0, 4))
  return instant(year, number(at), number(at + 2), [number(at + 4), number(at + 6), number(at + 8)], what)
}

function shortYear(year: number): number {
  return year < 50 ? 2000 + year : 1900 + year
}

function instant(year: number, month: number, day: number, clock: readonly [number, number, number], what: string) {
  const [hour, minute, second] = clock
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  // Date.UTC carries 31 June into July, and reads the years 0 to 99 as 1900 to 1999.
  const isReal = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
  if (!isReal || hour > 23 || minute > 59 || second > 59) throw invalid(what)
  return time
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function invalid(what: string): Error {
  return pkiFault('CERTIFICATE_INVALID', `${what} has a time that is not one as RFC 5280 writes it.`)
}

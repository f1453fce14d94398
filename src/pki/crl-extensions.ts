/** The extensions of a CRL itself (RFC 5280 section 5.2): number, delta indicator, issuing distribution point, freshest CRL. */

import { type Bytes, sameBytes } from '../base/index.ts'
import { contextTag, DerReader } from '../crypto/index.ts'
import { type Extension, readExtensions } from './extensions.ts'
import { pkiFault } from './faults.ts'
import { readDistributionPoints, readPointName } from './revocation-pointers.ts'

/** IssuingDistributionPoint, as far as it is handled: what is not is refused while reading. */
export interface CrlScope {
  /** The value of the extension, DER: a delta CRL must have the same. */
  readonly raw: Bytes
  /** Each GeneralName of its distribution point, DER; undefined where it names none. */
  readonly names: readonly Bytes[] | undefined
  readonly onlyUsers: boolean
  readonly onlyAuthorities: boolean
}

export interface CrlExtensions {
  readonly number: Bytes | undefined
  readonly baseNumber: Bytes | undefined
  readonly scope: CrlScope | undefined
  readonly freshest: readonly string[]
}

const CRL_NUMBER = '2.5.29.20'
const DELTA_CRL_INDICATOR = '2.5.29.27'
const ISSUING_DISTRIBUTION_POINT = '2.5.29.28'
const FRESHEST_CRL = '2.5.29.46'
const HANDLED: readonly string[] = [CRL_NUMBER, DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT, FRESHEST_CRL]

/** @param wrapped what is within crlExtensions [0], undefined where there is none. @throws CRL_UNSUPPORTED, CRL_INVALID, DER_INVALID */
export function readCrlExtensions(wrapped: DerReader | undefined): CrlExtensions {
  const extensions = wrapped === undefined ? new Map<string, Extension>() : readExtensions(wrapped, 'The CRL')
  for (const { oid, isCritical } of extensions.values()) {
    if (isCritical && !HANDLED.includes(oid))
      throw pkiFault('CRL_UNSUPPORTED', `The CRL has a critical extension ${oid} that is not understood.`)
  }
  const valueAt = (oid: string): Bytes | undefined => extensions.get(oid)?.value
  const scope = valueAt(ISSUING_DISTRIBUTION_POINT)
  const freshest = valueAt(FRESHEST_CRL)
  return {
    number: readNumber(valueAt(CRL_NUMBER)),
    baseNumber: readNumber(valueAt(DELTA_CRL_INDICATOR)),
    scope: scope === undefined ? undefined : readScope(scope),
    freshest: freshest === undefined ? [] : freshestUrls(freshest),
  }
}

function readNumber(value: Bytes | undefined): Bytes | undefined {
  if (value === undefined) return undefined
  const reader = new DerReader(value, 'The number of the CRL')
  const number = reader.unsigned()
  reader.end()
  return number
}

/** A delta CRL somewhere that cannot be told is a delta CRL all the same: an empty text stands for it, which no source knows. */
function freshestUrls(value: Bytes): readonly string[] {
  const urls = readDistributionPoints(value, 'The freshest CRL').flatMap((point) => point.urls)
  return urls.length === 0 ? [''] : urls
}

function readScope(value: Bytes): CrlScope {
  const outer = new DerReader(value, 'The issuing distribution point')
  const body = outer.sequence()
  outer.end()
  const names = body.peek() === contextTag(0) ? readPointName(body.enter(contextTag(0))) : undefined
  const onlyUsers = flag(body, 1)
  const onlyAuthorities = flag(body, 2)
  if (body.peek() === contextTag(3, false)) throw unsupported('covers only some reasons')
  if (flag(body, 4)) throw unsupported('is an indirect one: it lists certificates of other issuers')
  if (flag(body, 5)) throw unsupported('is about attribute certificates only')
  body.end()
  if (names?.length === 0) throw unsupported('names its distribution point relative to its issuer')
  if (onlyUsers && onlyAuthorities) throw pkiFault('CRL_INVALID', 'The CRL excludes every certificate from its scope.')
  return { raw: value, names, onlyUsers, onlyAuthorities }
}

/** A BOOLEAN DEFAULT FALSE under an implicit tag. */
function flag(body: DerReader, number: number): boolean {
  if (body.peek() !== contextTag(number, false)) return false
  const { content } = body.next()
  return content.length !== 1 || content[0] !== 0
}

function unsupported(what: string): Error {
  return pkiFault('CRL_UNSUPPORTED', `The CRL ${what}.`)
}

export function sameScope(one: CrlScope | undefined, other: CrlScope | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return sameBytes(one.raw, other.raw)
}

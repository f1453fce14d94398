/** The signed headers of a Notation envelope, whichever encoding they came in, held to the rules of signature-specification.md, "Signed Attributes". */

import { rfc3339 } from '../base/index.ts'
import { invalid } from './faults.ts'
import {
  type ExtendedAttribute,
  isNotationAlgorithm,
  type NotationEnvelope,
  notationAttributes as names,
  notationSchemes as schemes,
} from './notation.ts'

/** Years have four digits. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59)

/** A moment as its encoding writes it, already read. */
export class HeaderTime {
  /** Milliseconds since 1970. */
  readonly milliseconds: number

  constructor(milliseconds: number) {
    this.milliseconds = milliseconds
  }
}

export interface SignedHeaders {
  readonly algorithm: string
  readonly contentType: string
  readonly critical: readonly string[]
  /** All other signed headers by name; those of time as `HeaderTime`. */
  readonly attributes: Attributes
}

type Attributes = ReadonlyMap<string | number, unknown>

type Signed = Pick<
  NotationEnvelope,
  | 'algorithm'
  | 'contentType'
  | 'scheme'
  | 'signingTime'
  | 'authenticSigningTime'
  | 'expiry'
  | 'critical'
  | 'extended'
  | 'verificationPlugin'
>

export const timeAttributes: readonly string[] = [names.signingTime, names.authenticSigningTime, names.expiry]

/** Critical wherever they are there; the scheme is always. */
const CRITICAL = [names.scheme, names.authenticSigningTime, names.expiry, names.plugin, names.pluginMinVersion] as const
const KNOWN: readonly (string | number)[] = [...CRITICAL, names.signingTime]

/** @throws ENVELOPE_INVALID */
export function readSignedHeaders(headers: SignedHeaders): Signed {
  const { algorithm, contentType, critical, attributes } = headers
  if (!isNotationAlgorithm(algorithm))
    throw invalid(`The envelope is signed with "${algorithm.slice(0, 40)}", which Notation does not allow.`)
  checkCritical(critical, attributes)
  const scheme = text(attributes, names.scheme)
  if (scheme === undefined) throw invalid('The envelope names no signing scheme.')
  const times = {
    ...time(attributes, names.signingTime, 'signingTime'),
    ...time(attributes, names.authenticSigningTime, 'authenticSigningTime'),
    ...time(attributes, names.expiry, 'expiry'),
  }
  checkTimes(scheme, times)
  return {
    algorithm,
    contentType,
    scheme,
    critical,
    ...times,
    extended: extendedOf(critical, attributes),
    ...pluginOf(attributes),
  }
}

/** RFC 7515 section 4.1.11, RFC 9052 section 3.1: not empty, no name twice, and only names that are there. */
function checkCritical(critical: readonly string[], attributes: Attributes): void {
  if (critical.length === 0) throw invalid('The envelope marks no header as critical.')
  if (new Set(critical).size !== critical.length) throw invalid('The envelope marks a header as critical twice.')
  const absent = critical.find((name) => !attributes.has(name))
  if (absent !== undefined)
    throw invalid(`The envelope marks "${absent.slice(0, 100)}" as critical, which is not among its signed headers.`)
  const unmarked = CRITICAL.find((name) => attributes.has(name) && !critical.includes(name))
  if (unmarked !== undefined || !critical.includes(names.scheme))
    throw invalid(`The envelope does not mark ${unmarked ?? names.scheme} as critical.`)
}

type Times = Pick<Signed, 'signingTime' | 'authenticSigningTime' | 'expiry'>

/** Each scheme has a time of its own, never the other's, and what expires does so after it. */
function checkTimes(scheme: string, { signingTime, authenticSigningTime, expiry }: Times): void {
  const isAuthority = scheme === schemes.authority
  const own = isAuthority ? authenticSigningTime : signingTime
  const other = isAuthority ? signingTime : authenticSigningTime
  if (other !== undefined)
    throw invalid(`The envelope has a time that does not belong to the scheme ${scheme.slice(0, 100)}.`)
  if (own === undefined && (isAuthority || scheme === schemes.x509))
    throw invalid(`The envelope has the scheme ${scheme} and does not say when it was signed.`)
  if (own !== undefined && expiry !== undefined && expiry <= own)
    throw invalid('The envelope expires no later than it was signed.')
}

function time<K extends string>(attributes: Attributes, name: string, key: K): Partial<Record<K, number>> {
  const value = attributes.get(name)
  if (value === undefined) return {}
  if (!(value instanceof HeaderTime) || value.milliseconds > LAST) throw invalid(`The header ${name} is not a time.`)
  const found: Partial<Record<K, number>> = {}
  found[key] = value.milliseconds
  return found
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name)
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`The header ${name} is not a text.`)
}

function pluginOf(attributes: Attributes): Pick<Signed, 'verificationPlugin'> {
  const name = text(attributes, names.plugin)
  const minVersion = text(attributes, names.pluginMinVersion)
  if (name === undefined && minVersion === undefined) return {}
  if (name === undefined) throw invalid('The envelope demands a version of a plugin and names none.')
  return { verificationPlugin: { name, ...(minVersion === undefined ? {} : { minVersion }) } }
}

function extendedOf(critical: readonly string[], attributes: Attributes): readonly ExtendedAttribute[] {
  return [...attributes]
    .filter(([key]) => !KNOWN.includes(key))
    .map(([key, value]) => ({
      key,
      value: plain(value),
      isCritical: typeof key === 'string' && critical.includes(key),
    }))
}

/** A time is written as JSON would have it. */
function plain(value: unknown): unknown {
  return value instanceof HeaderTime ? rfc3339(value.milliseconds) : value
}

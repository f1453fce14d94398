/** Members of a trust policy, read so that a refusal names the statement, the member and what to write. */

import { asArray, asString, type Json, type JsonObject, limits, nearest } from '../base/index.ts'
import { trustFault } from './faults.ts'

/** @param place the file, and the statement in it */
export function invalid(place: string, problem: string, fix: string, cause?: unknown): Error {
  return trustFault('TRUST_POLICY_INVALID', `${place}: ${problem}.`, { fix, cause })
}

/** notation passes over what it does not know, and takes names in any case: a typing error is never seen there. Here it is. */
export function onlyKnown(object: JsonObject, known: readonly string[], place: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const folded = known.find((name) => name.toLowerCase() === unknown.toLowerCase())
  const meant = folded ?? nearest(unknown, known)
  const fix = meant === undefined ? `It can have: ${known.join(', ')}.` : `Write "${meant}".`
  throw invalid(place, `"${unknown.slice(0, 60)}" is no member of it`, fix)
}

/** An absent list is an empty one, as is the null that Go writes for it. */
export function textsOf(value: Json | undefined, member: string, place: string): readonly string[] {
  if (value === undefined || value === null) return []
  return asArray(value, `${place}, ${member}`, limits.trustEntries).map((text) => asString(text, `${place}, ${member}`))
}

/** What stands in a list for the second time. */
export function repeated(texts: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return texts.find((text) => seen.size === seen.add(text).size)
}

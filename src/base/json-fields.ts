/** Reading members of strict JSON by name and type; every refusal says where. */

import { type Bytes, base64BytesToBytes, bufferOf, fromBase64, textOf } from './bytes.ts'
import { baseFault } from './fault.ts'
import { type Json, type JsonObject, RawJson } from './json.ts'

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson)
}

/** @throws JSON_SHAPE */
export function asObject(value: Json | undefined, where: string): JsonObject {
  if (isJsonObject(value)) return value
  throw wrong(where, 'an object', value)
}

/** @throws JSON_SHAPE */
export function asArray(value: Json | undefined, where: string, atMost: number): readonly Json[] {
  if (!Array.isArray(value)) throw wrong(where, 'an array', value)
  if (value.length > atMost)
    throw baseFault('LIMIT_EXCEEDED', `${where} has ${value.length} items; at most ${atMost} are read.`)
  return value
}

/** @throws JSON_SHAPE */
export function asString(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value
  throw wrong(where, 'a string', value)
}

export function optionalString(value: Json | undefined, where: string): string | undefined {
  return value === undefined ? undefined : asString(value, where)
}

/** A whole number of zero or more. @throws JSON_SHAPE */
export function asCount(value: Json | undefined, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw wrong(where, 'a whole number', value)
}

/** Standard base64, as a string or as a raw member. @throws JSON_SHAPE, BASE64_INVALID */
export function asBase64(value: Json | undefined, where: string): Bytes {
  if (value instanceof RawJson && value.kind === 'string') {
    // Some writers escape "/" and "+".
    if (bufferOf(value.bytes).includes(0x5c)) return fromBase64(JSON.parse(textOf(value.bytes)) as string, where)
    return base64BytesToBytes(value.bytes.subarray(1, -1), where)
  }
  return fromBase64(asString(value, where), where)
}

/** Members that are all strings: annotations, digests. @throws JSON_SHAPE */
export function asStringMap(value: Json | undefined, where: string, atMost: number): Readonly<Record<string, string>> {
  const members = Object.entries(asObject(value, where))
  if (members.length > atMost)
    throw baseFault('LIMIT_EXCEEDED', `${where} has ${members.length} members; at most ${atMost} are read.`)
  const map: Record<string, string> = Object.create(null)
  for (const [key, member] of members) map[key] = asString(member, `${where}.${key}`)
  return map
}

/** Refuses members that the format does not have. @throws JSON_SHAPE */
export function onlyMembers(object: JsonObject, allowed: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((key) => !allowed.includes(key))
  if (unknown !== undefined)
    throw baseFault('JSON_SHAPE', `${where} has a member "${unknown.slice(0, 60)}" that this format does not have.`)
}

/** Refuses `Subject` beside or instead of `subject`: readers that fold case (Go's do) would see another document. */
export function noFoldedMembers(object: JsonObject, known: readonly string[], where: string): void {
  const folded = Object.keys(object).find((key) => !known.includes(key) && known.includes(foldedMember(key, known)))
  if (folded === undefined) return
  throw baseFault(
    'JSON_SHAPE',
    `${where} has a member "${folded.slice(0, 60)}" that differs from a known one only in its letters' case.`,
  )
}

/** Go folds the long s and the Kelvin sign too (encoding/json, fold.go). */
function foldedMember(key: string, known: readonly string[]): string {
  const fold = (text: string): string => text.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase()
  return known.find((name) => fold(name) === fold(key)) ?? ''
}

function wrong(where: string, expected: string, value: Json | undefined): Error {
  return baseFault(
    'JSON_SHAPE',
    value === undefined ? `${where} is missing; it must be ${expected}.` : `${where} must be ${expected}.`,
  )
}

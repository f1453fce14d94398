/** Members of signed JSON with the bounds of this room. Protocol Buffers' JSON mapping: a null member is one that is not there. */

import {
  asBase64,
  asObject,
  type Bytes,
  formatBytes,
  type Json,
  type JsonObject,
  onlyMembers,
  RawJson,
} from '../base/index.ts'
import { invalid } from './faults.ts'

/** The member, undefined where it is absent or null. */
export function member(object: JsonObject, name: string): Json | undefined {
  const value = object[name]
  return value === null || (value instanceof RawJson && value.kind === 'null') ? undefined : value
}

/**
 * An object with no other members than these. Unknown members are refused, as sigstore-go's parser does, because another reader could
 * take its answer from what this one skips.
 */
export function message(value: Json | undefined, allowed: readonly string[], where: string): JsonObject {
  const object = asObject(value, where)
  onlyMembers(object, allowed, where)
  return object
}

/** Base64 of 1 to `atMost` bytes. */
export function bytesMember(object: JsonObject, name: string, where: string, atMost: number): Bytes {
  const bytes = asBase64(member(object, name), `${where}.${name}`)
  if (bytes.length === 0) throw invalid(`${where}.${name} is empty.`)
  if (bytes.length > atMost)
    throw invalid(`${where}.${name} has ${formatBytes(bytes.length)}; at most ${formatBytes(atMost)} are read.`)
  return bytes
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** An int64 as the JSON mapping writes it, a decimal string, or a number; from 0 to 2^53 - 1. Absent is 0. */
export function int64Member(object: JsonObject, name: string, where: string): number {
  const value = member(object, name)
  if (value === undefined) return 0
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw invalid(`${where}.${name} is not a whole number of zero or more.`)
}

/** One header of a tar archive: ustar (POSIX.1-1988), the pax extensions (POSIX.1-2001 "pax Interchange Format") and GNU's long names and sizes. */

import { type Bytes, bufferOf } from '../base/index.ts'

export const BLOCK = 512

export interface TarHeader {
  /** As written, before any pax record. */
  readonly name: string
  readonly size: number
  /** The type flag: `0` a file, `2` a symbolic link, `x` a pax header … */
  readonly type: string
  readonly linkName: string
}

/** Undefined when the checksum or a number is wrong: this is no header. */
export function readTarHeader(block: Bytes): TarHeader | undefined {
  const buffer = bufferOf(block)
  const size = readNumber(buffer.subarray(124, 136))
  if (size === undefined || !hasChecksum(buffer)) return undefined
  const type = String.fromCharCode(buffer[156] ?? 0)
  const name = textUntilNul(buffer.subarray(0, 100))
  const isUstar = buffer.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? textUntilNul(buffer.subarray(345, 500)) : ''
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: type === '\0' ? '0' : type,
    linkName: textUntilNul(buffer.subarray(157, 257)),
  }
}

export function isZeroBlock(block: Bytes): boolean {
  return block.every((byte) => byte === 0)
}

/** The sum of all bytes with the checksum's own field as spaces; old tars summed signed bytes. */
function hasChecksum(block: Buffer): boolean {
  const written = readNumber(block.subarray(148, 156))
  let unsigned = 0
  let signed = 0
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0)
    unsigned += byte
    signed += byte > 0x7f ? byte - 0x100 : byte
  }
  return written === unsigned || written === signed
}

/** Octal digits, or GNU's base-256 with the top bit set. */
function readNumber(field: Buffer): number | undefined {
  const first = field[0] ?? 0
  if (first >= 0x80) return readBase256(field, first)
  const text = textUntilNul(field).trim()
  if (text === '') return 0
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}

function readBase256(field: Buffer, first: number): number | undefined {
  if (first !== 0x80) return undefined
  let value = 0n
  for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined
}

export function textUntilNul(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

/** `LENGTH KEYWORD=VALUE\n` records; undefined when they are malformed. */
export function readPaxRecords(bytes: Bytes): ReadonlyMap<string, string> | undefined {
  const buffer = bufferOf(bytes)
  const records = new Map<string, string>()
  for (let at = 0; at < buffer.length; ) {
    const space = buffer.indexOf(0x20, at)
    const digits = space < 0 ? '' : buffer.toString('latin1', at, Math.min(space, at + 12))
    if (!/^[1-9][0-9]*$/.test(digits)) return undefined
    const end = at + Number(digits)
    if (end > buffer.length || end < space + 3 || buffer[end - 1] !== 0x0a) return undefined
    const record = buffer.toString('utf8', space + 1, end - 1)
    const equals = record.indexOf('=')
    if (equals < 1) return undefined
    const keyword = record.slice(0, equals)
    if (records.has(keyword)) return undefined
    records.set(keyword, record.slice(equals + 1))
    at = end
  }
  return records
}

/** Bytes and their plain encodings. Decoders are strict: one value has one accepted spelling. */

import { timingSafeEqual } from 'node:crypto'
import { baseFault } from './fault.ts'

export type Bytes = Uint8Array

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A Buffer over the same memory: no copy. */
export function bufferOf(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function utf8(text: string): Bytes {
  return Buffer.from(text, 'utf8')
}

/** Throws a TypeError on invalid UTF-8; keeps a byte order mark. */
export function textOf(bytes: Bytes): string {
  return utf8Decoder.decode(bytes)
}

export function hex(bytes: Bytes): string {
  return bufferOf(bytes).toString('hex')
}

export function toBase64(bytes: Bytes): string {
  return bufferOf(bytes).toString('base64')
}

/**
 * Standard base64 with its padding and nothing else (RFC 4648 section 4): no white space, no URL alphabet, no stray bits.
 * @throws BASE64_INVALID
 */
export function fromBase64(text: string, what = 'value'): Bytes {
  return decodeExactly(text, 'base64', what)
}

/**
 * base64url without padding and nothing else (RFC 7515 section 2): one value has one spelling.
 * @throws BASE64_INVALID
 */
export function fromBase64Url(text: string, what = 'value'): Bytes {
  return decodeExactly(text, 'base64url', what)
}

export function toBase64Url(bytes: Bytes): string {
  return bufferOf(bytes).toString('base64url')
}

/** Node passes over what it does not know: only what it would write itself was read as it stands. Quicker than a regular expression. */
function decodeExactly(text: string, encoding: 'base64' | 'base64url', what: string): Bytes {
  const bytes = Buffer.from(text, encoding)
  if (bytes.toString(encoding) === text) return bytes
  throw baseFault('BASE64_INVALID', `The ${what} is not valid ${encoding}.`)
}

/** Up to here a string is the quicker way. */
const SHORT = 16 * 1024
const SEXTETS = new Int32Array(256).fill(-1)
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  SEXTETS[letter.charCodeAt(0)] = value

/** Free bytes before what was decoded from a long text, for `withHeader`. */
const ROOM = 512
const roomy = new WeakSet<ArrayBufferLike>()

/** As `fromBase64`, of ASCII bytes: for payloads of a hundred megabytes, without a string of them. */
export function base64BytesToBytes(ascii: Bytes, what = 'value'): Bytes {
  if (ascii.length <= SHORT || ascii.length % 4 !== 0) return fromBase64(bufferOf(ascii).toString('latin1'), what)
  const groups = ascii.length - 4
  const last = fromBase64(bufferOf(ascii).toString('latin1', groups), what)
  const out = Buffer.allocUnsafeSlow(ROOM + (groups / 4) * 3 + last.length).subarray(ROOM)
  roomy.add(out.buffer)
  let at = 0
  let all = 0
  for (let from = 0; from < groups; from += 4) {
    const group =
      (sextet(ascii, from) << 18) |
      (sextet(ascii, from + 1) << 12) |
      (sextet(ascii, from + 2) << 6) |
      sextet(ascii, from + 3)
    // What is no letter is -1: its sign stays.
    all |= group
    out[at] = group >> 16
    out[at + 1] = group >> 8
    out[at + 2] = group
    at += 3
  }
  if (all < 0) throw baseFault('BASE64_INVALID', `The ${what} is not valid base64.`)
  out.set(last, at)
  return out
}

function sextet(ascii: Bytes, at: number): number {
  return SEXTETS[ascii[at] as number] as number
}

/**
 * The two as one piece of memory without a copy, for schemes that take no parts (Ed25519); undefined where `base64BytesToBytes` left no room
 * before the bytes. It holds until the next call with the same bytes.
 */
export function withHeader(header: Bytes, bytes: Bytes): Bytes | undefined {
  if (!roomy.has(bytes.buffer) || bytes.byteOffset !== ROOM || header.length > ROOM) return undefined
  const whole = new Uint8Array(bytes.buffer, ROOM - header.length, header.length + bytes.length)
  whole.set(header)
  return whole
}

export function concat(...parts: readonly Bytes[]): Bytes {
  return Buffer.concat(parts)
}

export function sameBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** "1 B", "2.1 KiB", "130 MiB": for people. */
export function formatBytes(count: number): string {
  let value = count
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1024 || unit === 'GiB')
      return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`
    value /= 1024
  }
  return `${count} B`
}

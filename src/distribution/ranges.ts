/** Byte ranges: `Range` of a blob (RFC 9110 section 14.2) and `Content-Range` of a chunk (distribution-spec 1.1, "Pushing a blob in chunks"). */

export interface ByteRange {
  readonly first: number
  /** Inclusive. */
  readonly last: number
}

const RANGE = /^bytes=[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*$/i
const CHUNK = /^(?:bytes[= ])?([0-9]{1,15})-([0-9]{1,15})(?:\/(?:[0-9]+|\*))?$/

/** Undefined: the whole is sent (no range, another unit, several ranges: a server may ignore those). */
export function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : RANGE.exec(header)
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  if (from === '') return suffix(Number(to), size)
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return first >= size || first > last ? 'unsatisfiable' : { first, last }
}

function suffix(length: number, size: number): ByteRange | 'unsatisfiable' {
  if (length === 0 || size === 0) return 'unsatisfiable'
  return { first: Math.max(0, size - length), last: size - 1 }
}

/** `0-1023`; undefined when it is no range. */
export function readChunkRange(header: string): ByteRange | undefined {
  const match = CHUNK.exec(header)
  if (match === null) return undefined
  const first = Number(match[1])
  const last = Number(match[2])
  return first > last ? undefined : { first, last }
}

/** What an upload has so far; `0-0` also while it has nothing, as every registry writes it. */
export function receivedRange(received: number): string {
  return `0-${Math.max(0, received - 1)}`
}

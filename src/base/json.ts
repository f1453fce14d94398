/**
 * The strict JSON reader (RFC 8259, I-JSON RFC 7493) for every signed or foreign format: duplicate keys, deep nesting, invalid UTF-8,
 * lone surrogates and numbers that lose value are refused, so that no two readers can see two documents. Large members can be kept as
 * slices of the original bytes instead of values.
 */

import { isUtf8 } from 'node:buffer'
import { type Bytes, bufferOf, formatBytes } from './bytes.ts'
import { baseFault } from './fault.ts'
import { limits } from './limits.ts'

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

/** A member whose syntax was checked but that was not turned into values: its exact bytes, quotes included. */
export class RawJson {
  readonly kind: JsonKind
  readonly bytes: Bytes

  constructor(kind: JsonKind, bytes: Bytes) {
    this.kind = kind
    this.bytes = bytes
  }
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject | RawJson
/** Without a prototype: `__proto__` is a key as any other. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** Which members stay raw: `{ dsseEnvelope: { payload: true } }`. */
export interface RawMembers {
  readonly [key: string]: true | RawMembers
}

export interface JsonOptions {
  /** Named in messages: "The bundle". */
  readonly what?: string
  readonly maxBytes?: number
  readonly maxDepth?: number
  readonly raw?: RawMembers
  /** The syntax is checked and null returned: no value of a large document is built. */
  readonly validateOnly?: boolean
}

/**
 * Reads one JSON document.
 * @throws JSON_INVALID with the byte offset; LIMIT_EXCEEDED when it is larger than allowed, or has more values or names than are kept
 * @example readJson(bytes, { what: 'The statement', raw: { predicate: true } })
 */
export function readJson(bytes: Bytes, options: JsonOptions = {}): Json {
  const what = options.what ?? 'The document'
  const maxBytes = options.maxBytes ?? limits.jsonBytes
  if (bytes.length > maxBytes) {
    throw baseFault(
      'LIMIT_EXCEEDED',
      `${what} has ${formatBytes(bytes.length)}; at most ${formatBytes(maxBytes)} are read.`,
    )
  }
  if (!isUtf8(bytes)) throw baseFault('JSON_INVALID', `${what} is not valid UTF-8.`)
  return new Reader(bufferOf(bytes), what, options.maxDepth ?? limits.jsonDepth).document(
    options.validateOnly !== true,
    options.raw,
  )
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Bytes of a string that need a look: this table makes a payload of a hundred megabytes four times as quick to pass. */
const NOT_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte > 0x7f || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
)
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

class Reader {
  private at = 0
  /** Values that were built, and names that are kept of the objects that are open: a hostile document is made of the smallest ones. */
  private values = 0
  private names = 0
  private readonly bytes: Buffer
  private readonly what: string
  private readonly maxDepth: number

  constructor(bytes: Buffer, what: string, maxDepth: number) {
    this.bytes = bytes
    this.what = what
    this.maxDepth = maxDepth
  }

  document(build: boolean, raw: RawMembers | undefined): Json {
    this.space()
    const value = this.value(1, build, raw)
    this.space()
    if (this.at !== this.bytes.length) this.refuse('has more after its end')
    return value
  }

  /** With `build` false the syntax is checked and null is returned. */
  private value(depth: number, build: boolean, raw: RawMembers | undefined): Json {
    if (depth > this.maxDepth) this.refuse(`is nested deeper than ${this.maxDepth} levels`)
    if (build && ++this.values > limits.jsonValues) this.exceeds(`more than ${limits.jsonValues} values`)
    switch (this.bytes[this.at]) {
      case 0x7b:
        return this.object(depth, build, raw)
      case 0x5b:
        return this.array(depth, build)
      case QUOTE:
        return build ? this.string() : this.skipString()
      case 0x74:
        return this.word('true', true)
      case 0x66:
        return this.word('false', false)
      case 0x6e:
        return this.word('null', null)
      default:
        return this.number(build)
    }
  }

  private object(depth: number, build: boolean, raw: RawMembers | undefined): Json {
    const members: Record<string, Json> = Object.create(null)
    const seen = build ? undefined : new Set<string>()
    this.at++
    this.space()
    if (this.bytes[this.at] === 0x7d) {
      this.at++
      return members
    }
    for (;;) {
      if (this.bytes[this.at] !== QUOTE) this.refuse('has an object whose member has no name')
      const key = this.string()
      if (seen === undefined ? key in members : seen.has(key)) {
        this.refuse(`has the member ${JSON.stringify(key.slice(0, 60))} twice in one object`)
      }
      this.space()
      this.expect(0x3a, '":"')
      this.space()
      const rule = raw?.[key]
      if (rule === true) members[key] = this.rawValue(depth + 1)
      else {
        const value = this.value(depth + 1, build, rule)
        if (seen === undefined) members[key] = value
        else if (++this.names > limits.jsonNames) this.exceeds(`more than ${limits.jsonNames} names in its objects`)
        else seen.add(key)
      }
      this.space()
      if (this.bytes[this.at] === 0x2c) {
        this.at++
        this.space()
        continue
      }
      this.expect(0x7d, '"," or "}"')
      this.names -= seen?.size ?? 0
      return members
    }
  }

  private rawValue(depth: number): RawJson {
    const start = this.at
    const kind = kindOf(this.bytes[start])
    this.value(depth, false, undefined)
    return new RawJson(kind, this.bytes.subarray(start, this.at))
  }

  private array(depth: number, build: boolean): Json {
    const items: Json[] = []
    this.at++
    this.space()
    if (this.bytes[this.at] === 0x5d) {
      this.at++
      return items
    }
    for (;;) {
      const item = this.value(depth + 1, build, undefined)
      if (build) items.push(item)
      this.space()
      if (this.bytes[this.at] === 0x2c) {
        this.at++
        this.space()
        continue
      }
      this.expect(0x5d, '"," or "]"')
      return items
    }
  }

  private string(): string {
    const start = this.at
    const shape = this.scanString()
    if (shape === 'plain') return this.bytes.toString('latin1', start + 1, this.at - 1)
    const text =
      shape === 'escaped'
        ? (JSON.parse(this.bytes.toString('utf8', start, this.at)) as string)
        : this.bytes.toString('utf8', start + 1, this.at - 1)
    if (!text.isWellFormed()) this.refuse('has a string with half of a surrogate pair', start)
    return text
  }

  private skipString(): null {
    this.scanString()
    return null
  }

  private scanString(): 'plain' | 'utf8' | 'escaped' {
    const bytes = this.bytes
    const end = bytes.length
    let at = this.at + 1
    let high = false
    let escaped = false
    for (;;) {
      while (at < end && NOT_PLAIN[bytes[at] as number] === 0) at++
      const byte = bytes[at]
      if (byte === undefined) this.refuse('ends inside a string')
      if (byte === QUOTE) break
      if (byte === BACKSLASH) {
        escaped = true
        at = this.skipEscape(at)
        continue
      }
      if (byte < 0x20) this.refuse('has a control character inside a string', at)
      high = true
      at++
    }
    this.at = at + 1
    return escaped ? 'escaped' : high ? 'utf8' : 'plain'
  }

  private skipEscape(at: number): number {
    switch (this.bytes[at + 1]) {
      case 0x22:
      case 0x5c:
      case 0x2f:
      case 0x62:
      case 0x66:
      case 0x6e:
      case 0x72:
      case 0x74:
        return at + 2
      case 0x75:
        if (/^[0-9a-fA-F]{4}$/.test(this.bytes.toString('latin1', at + 2, at + 6))) return at + 6
    }
    return this.refuse('has an escape that JSON does not know', at)
  }

  private number(build: boolean): number | null {
    const start = this.at
    while (isNumberByte(this.bytes[this.at])) this.at++
    const text = this.bytes.toString('latin1', start, this.at)
    if (text.length > 400 || !NUMBER.test(text)) this.refuse('has something that is no JSON value', start)
    if (!build) return null
    const value = Number(text)
    const isInteger = !/[.eE]/.test(text)
    if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) {
      this.refuse('has a number that is too large to be kept exactly', start)
    }
    return value
  }

  private word<T extends Json>(word: string, value: T): T {
    if (this.bytes.toString('latin1', this.at, this.at + word.length) !== word)
      this.refuse('has something that is no JSON value')
    this.at += word.length
    return value
  }

  private space(): void {
    for (;;) {
      const byte = this.bytes[this.at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.at++
    }
  }

  private expect(byte: number, name: string): void {
    if (this.bytes[this.at] !== byte) this.refuse(`lacks ${name}`)
    this.at++
  }

  private exceeds(bound: string): never {
    throw baseFault('LIMIT_EXCEEDED', `${this.what} has ${bound}, which is more than is read.`)
  }

  private refuse(problem: string, at = this.at): never {
    throw baseFault('JSON_INVALID', `${this.what} is not strict JSON: it ${problem} (byte ${at}).`)
  }
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return (
    (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45
  )
}

function kindOf(first: number | undefined): JsonKind {
  switch (first) {
    case 0x7b:
      return 'object'
    case 0x5b:
      return 'array'
    case QUOTE:
      return 'string'
    case 0x74:
    case 0x66:
      return 'boolean'
    case 0x6e:
      return 'null'
    default:
      return 'number'
  }
}

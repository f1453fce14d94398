/** JSON output that holds documents of other people: their bytes are printed as they are, and are neither values nor strings on the way. */

import type { Bytes } from '../base/index.ts'

class Verbatim {
  readonly bytes: Bytes

  constructor(bytes: Bytes) {
    this.bytes = bytes
  }
}

/** @param bytes one JSON object that the strict reader has read; it stands where this value stands */
export function verbatimJson(bytes: Bytes): Readonly<Record<string, unknown>> {
  return new Verbatim(bytes) as object as Readonly<Record<string, unknown>>
}

/**
 * The document as indented JSON, in pieces.
 * @param mark cannot be guessed by whoever wrote what is printed: it stands in the text where bytes go
 */
export function* jsonPieces(document: object, mark: string): Iterable<string | Bytes> {
  const kept: Bytes[] = []
  const replace = (_: string, value: unknown): unknown =>
    value instanceof Verbatim ? `${mark}:${kept.push(value.bytes) - 1}` : value
  const pieces = JSON.stringify(document, replace, 2).split(new RegExp(`"${mark}:(\\d+)"`))
  for (const [at, piece] of pieces.entries()) yield at % 2 === 0 ? piece : (kept[Number(piece)] ?? piece)
}

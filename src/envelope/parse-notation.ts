/** Reads a Notation signature of either encoding, which the media type of its layer names. */

import type { Bytes } from '../base/index.ts'
import { invalid } from './faults.ts'
import { type NotationEnvelope, notationMediaTypes } from './notation.ts'
import { parseNotationCose } from './notation-cose.ts'
import { parseNotationJws } from './notation-jws.ts'

/** @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, BASE64_INVALID, LIMIT_EXCEEDED */
export function parseNotation(bytes: Bytes, mediaType: string): NotationEnvelope {
  if (mediaType === notationMediaTypes.jws) return parseNotationJws(bytes)
  if (mediaType === notationMediaTypes.cose) return parseNotationCose(bytes)
  throw invalid(
    `A Notation signature is ${notationMediaTypes.jws} or ${notationMediaTypes.cose}, not ${mediaType.slice(0, 100)}.`,
  )
}

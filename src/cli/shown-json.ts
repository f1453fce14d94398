/** JSON on standard output: our own never moves a cursor, and that of others moves none on a terminal. */

import { type Bytes, bufferOf, jsonForTerminal, textOf } from '../base/index.ts'
import type { Output } from './io.ts'

/** Bytes that others wrote are exact wherever no terminal shows them: signers sign SBOMs whose words come from anywhere. */
export async function writeJson(output: Output, json: string | Bytes): Promise<void> {
  if (typeof json === 'string') await output.write(jsonForTerminal(json))
  else await output.write(output.isTerminal ? jsonForTerminal(textOf(json)) : json)
}

/** One line a document: line ends stand between the tokens of JSON only, so that a space in their place changes nothing. */
export async function writeJsonLine(output: Output, json: Bytes): Promise<void> {
  if (output.isTerminal) await writeJson(output, withoutLineEnds(json))
  else {
    // In pieces: a second statement of 100 MB would be one too many.
    for (let at = 0; at < json.length; at += PIECE) await output.write(withoutLineEnds(json.subarray(at, at + PIECE)))
  }
  await output.write('\n')
}

const PIECE = 1024 * 1024

function withoutLineEnds(json: Bytes): Bytes {
  const bytes = bufferOf(json)
  if (!bytes.includes(0x0a) && !bytes.includes(0x0d)) return json
  return bytes.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte))
}

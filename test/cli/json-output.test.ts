/** JSON output with other people's documents in it, byte for byte. */

import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { jsonPieces, verbatimJson } from '../../src/cli/json-output.ts'

function printed(document: object): string {
  return [...jsonPieces(document, 'c0ffee')]
    .map((piece) => (typeof piece === 'string' ? piece : Buffer.from(piece).toString('utf8')))
    .join('')
}

describe('jsonPieces', () => {
  it('puts bytes in as they are: their white space, their numbers, their escapes', () => {
    const bytes = utf8('{ "a":1.0,\n"b":"\\u0041" }')
    expect(printed({ one: 1, list: [verbatimJson(bytes), verbatimJson(utf8('{}'))] })).toBe(
      '{\n  "one": 1,\n  "list": [\n    { "a":1.0,\n"b":"\\u0041" },\n    {}\n  ]\n}',
    )
  })

  it('is ordinary JSON without any', () => {
    const document = { text: 'a "quoted" word', nothing: undefined, null: null }
    expect(printed(document)).toBe(JSON.stringify(document, null, 2))
  })

  it('a text that guesses at another mark stays a text', () => {
    const document = { text: 'deadbeef:0', statement: verbatimJson(utf8('{"x":1}')) }
    expect(JSON.parse(printed(document))).toEqual({ text: 'deadbeef:0', statement: { x: 1 } })
  })
})

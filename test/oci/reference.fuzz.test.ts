/** Any text is a reference or is refused; what is a reference has one normal form. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatReference, parseImageSource, parseReference } from '../../src/oci/index.ts'
import { fuzzOptions, outcome } from '../support/fuzz.ts'

const piece = fc.constantFrom(
  'a',
  'Z',
  '0',
  '.',
  '_',
  '-',
  '/',
  ':',
  '@',
  '[',
  ']',
  '::1',
  'localhost',
  'docker.io',
  'library',
  ':5000',
  '@sha256:',
  'ab'.repeat(32),
  'oci:',
  'sha512:',
  ' ',
  '\n',
  'ä',
  '\u202e',
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
)

test('normal forms are fixed points', () => {
  fc.assert(
    fc.property(text, (written) => {
      const result = outcome(() => parseReference(written))
      if ('code' in result) return
      const normal = formatReference(result.value)
      expect(formatReference(parseReference(normal))).toBe(normal)
      expect(parseReference(normal)).toEqual(result.value)
      expect(normal).toMatch(/^[\x21-\x7e]+$/)
      expect(URL.canParse(`https://${result.value.registry}/v2/${result.value.repository}/`)).toBe(true)
    }),
    fuzzOptions(5000),
  )
})

test('sources', () => {
  fc.assert(
    fc.property(text, (written) => {
      const result = outcome(() => parseImageSource(written))
      if ('value' in result && result.value.kind !== 'registry') expect(result.value.path).not.toBe('')
    }),
    fuzzOptions(3000),
  )
})

/** Drawn lines on narrow terminals. */

import { describe, expect, test } from 'vitest'
import { fold } from '../../src/cli/terminal/fold.ts'

const WIDTH = 40
const digest = `sha256:${'7d'.repeat(32)}`

describe('lines on a terminal', () => {
  test.each([
    ['a child of a tree keeps the bar', '├── ✓ passed  Sigstore bundle, image signature', '│     signature'],
    ['the last child has none', '└── ✓ passed  Sigstore bundle, image signature', '      signature'],
    ['a check hangs below itself', '│       ✗ signature: Not made with release.pub', '│         release.pub'],
    ['a label keeps its column', '  why     The one signature that was found fails', '          found fails'],
  ])('%s', (_, line, below) => {
    const lines = fold(line, WIDTH).split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toBe(below)
    expect(lines.every((it) => it.length <= WIDTH)).toBe(true)
  })

  test('a digest is never broken', () => {
    expect(fold(`  digest  ${digest}`, WIDTH)).toBe(`  digest  ${digest}`)
  })

  test('colours take no room', () => {
    const line = `\u001b[32m✓ passed\u001b[39m  ${'x'.repeat(WIDTH - 10)}`
    expect(fold(line, WIDTH)).toBe(line)
  })

  test.each([undefined, 10])('width %s: as it is', (width) => {
    const line = 'word '.repeat(40)
    expect(fold(line, width)).toBe(line)
  })
})

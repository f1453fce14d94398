/** The plan of the house holds: floors, doors, circles, packages, deeds and sizes, for the sources and for fixtures that break each rule. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspect } from './architecture/inspect.ts'
import { type Plan, plan } from './architecture/plan.ts'

const { files, violations } = inspect(join(import.meta.dirname, '../src'), plan)

const rules = [
  'room',
  'floor',
  'door',
  'separate',
  'package',
  'circle',
  'deed',
  'header',
  'unresolved',
  'size',
] as const

describe('the sources', () => {
  it.each(rules)('break no rule of: %s', (rule) => {
    expect(violations.filter((violation) => violation.rule === rule).map(({ chain }) => chain)).toEqual([])
  })

  it('are there', () => {
    expect(files.length).toBeGreaterThan(100)
  })
})

/** Three rooms, so that a fixture needs only the files that break its rule. */
const small: Plan = {
  rooms: {
    low: { floor: 1, adapters: { 'adapter.ts': ['Date.now'] } },
    same: { floor: 1 },
    high: { floor: 2, packages: ['allowed', '@scope/allowed'], separate: ['left', 'right'] },
    top: { floor: 3, composes: true },
  },
  sizes: { median: 30, ninetieth: 40, largest: 50 },
}

const fixtures = join(import.meta.dirname, 'fixtures/architecture')

/** Each fixture is a folder of rooms with `expected.txt`: the lines `rule: chain` that it must bring, in order; none for a sound one. */
describe('a fixture', () => {
  it.each(readdirSync(fixtures))('%s', (name) => {
    const expected = readFileSync(join(fixtures, name, 'expected.txt'), 'utf8').trim()
    const found = inspect(join(fixtures, name), small).violations.map(({ rule, chain }) => `${rule}: ${chain}`)
    expect(found.join('\n')).toBe(expected)
  })

  it('stands for every rule', () => {
    const texts = readdirSync(fixtures).map((name) => readFileSync(join(fixtures, name, 'expected.txt'), 'utf8'))
    for (const rule of rules) expect(texts.join('\n')).toContain(`${rule}: `)
  })
})

/** The table of one benchmark, as text and as Markdown alike. */

import type { Measured } from './measure.ts'

export interface Demand {
  /** What is demanded, in a few words. */
  readonly what: string
  readonly found: number
  readonly atMost?: number
  readonly atLeast?: number
}

export function printTable(
  title: string,
  rows: readonly Measured[],
  against: string,
  notes: readonly string[] = [],
): void {
  const base = rows.find(({ name }) => name === against)
  console.log(`\n### ${title}\n`)
  console.log(`| | wall ms | × ${against} | CPU ms | peak MB | × ${against} |`)
  console.log('|---|---:|---:|---:|---:|---:|')
  for (const { name, wall, cpu, peak } of rows) {
    const cells = [fixed(wall, 1), times(wall, base?.wall), fixed(cpu, 0), fixed(peak, 0), times(peak, base?.peak)]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  for (const note of notes) console.log(`\n${note}`)
}

/** @returns whether all that was demanded was found */
export function printDemands(demands: readonly Demand[]): boolean {
  console.log('')
  let isMet = true
  for (const { what, found, atMost, atLeast } of demands) {
    const isOne = (atMost === undefined || found <= atMost) && (atLeast === undefined || found >= atLeast)
    isMet &&= isOne
    const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`
    console.log(`- ${isOne ? 'met' : 'NOT MET'}: ${what}: ${fixed(found, 2)} (${bound})`)
  }
  return isMet
}

export function ratio(
  rows: readonly Measured[],
  name: string,
  against: string,
  what: 'wall' | 'peak' = 'wall',
): number {
  const one = rows.find((row) => row.name === name)?.[what]
  const other = rows.find((row) => row.name === against)?.[what]
  return one === undefined || other === undefined ? Number.NaN : one / other
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits)
}

function times(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined ? '–' : (value / base).toFixed(2)
}

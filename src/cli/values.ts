/** Turns what a person wrote for a flag into its value. */

import { cliFault } from './faults.ts'
import { nearest } from './suggest.ts'
import type { Flag } from './table/types.ts'

export type Value = boolean | number | string

const TRUE = ['1', 'true', 'yes', 'on']
const FALSE = ['0', 'false', 'no', 'off']

/**
 * @param where how the flag was given, for messages: `--threshold`, `ZEGEL_THRESHOLD`
 * @throws USAGE_VALUE_INVALID, USAGE_VALUE_MISSING
 */
export function readValue(flag: Flag, written: string, where: string): Value {
  if (flag.kind === 'switch') return readSwitch(written, where)
  if (written === '') {
    throw cliFault('USAGE_VALUE_MISSING', `${where} has an empty value.`, {
      fix: `Give it a value${flag.value === undefined ? '' : ` (${flag.value})`}; an unset variable of the shell may be the reason.`,
    })
  }
  if (flag.choices !== undefined && !flag.choices.includes(written)) throw notOneOf(flag.choices, written, where)
  if (flag.kind === 'count') return readCount(written, where)
  if (flag.kind === 'duration') return readDuration(written, where)
  if (flag.kind === 'time') return readTime(written, where)
  return written
}

export function readSwitch(written: string, where: string): boolean {
  const word = written.toLowerCase()
  if (TRUE.includes(word)) return true
  if (FALSE.includes(word)) return false
  throw invalid(where, written, 'true or false')
}

const CENTURY_MS = 36_500 * 86_400_000

/** Written as Go programs read it, too: `1h30m`, `90s`, `500ms`; and in days. */
export function readDuration(written: string, where: string): number {
  const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  const pattern = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/
  if (!pattern.test(written)) throw invalid(where, written, 'a duration such as 30s, 5m or 1h30m')
  let total = 0
  for (const [, number, unit] of written.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    total += Number(number) * (units[unit ?? ''] ?? 0)
  }
  if (total <= 0 || total > CENTURY_MS) throw invalid(where, written, 'a duration between 1ms and 36500d')
  return Math.ceil(total)
}

function readCount(written: string, where: string): number {
  const count = Number(written)
  if (/^[0-9]+$/.test(written) && count >= 1 && count <= 1_000_000) return count
  throw invalid(where, written, 'a whole number, 1 or more')
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2}))?$/

function readTime(written: string, where: string): number {
  const moment = RFC3339.test(written) ? new Date(written.replace(' ', 'T').toUpperCase()).getTime() : Number.NaN
  if (!Number.isNaN(moment)) return moment
  throw invalid(where, written, 'a moment such as 2026-11-23T08:00:00Z')
}

function notOneOf(choices: readonly string[], written: string, where: string): Error {
  const meant = nearest(written, choices)
  return cliFault('USAGE_VALUE_INVALID', `"${written.slice(0, 60)}" is not a value of ${where}.`, {
    fix: `${meant === undefined ? '' : `Did you mean "${meant}"? `}It is one of: ${choices.join(', ')}.`,
  })
}

function invalid(where: string, written: string, expected: string): Error {
  return cliFault('USAGE_VALUE_INVALID', `"${written.slice(0, 60)}" is not a value of ${where}.`, {
    fix: `Write ${expected}.`,
  })
}

/** docs/errors.md holds every code of every room, with its exit status, and no other (house, law 8). */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const source = new URL('../../src/', import.meta.url)
const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

/** Sections by the word before the colon; `verification: findings` by the whole heading. */
const sections = page.split(/^## /m).slice(1)

interface Row {
  readonly code: string
  readonly cells: readonly string[]
}

function rowsOf(heading: (title: string) => boolean): readonly Row[] {
  return sections
    .filter((section) => heading(section.split('\n')[0] ?? ''))
    .flatMap((section) => section.split('\n').filter((line) => line.startsWith('| `')))
    .map((line) => {
      const cells = line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim())
      return { code: (cells[0] ?? '').replaceAll('`', ''), cells }
    })
}

const roomsWithFaults = readdirSync(source).flatMap((room) => {
  const file = ['faults.ts', 'fault.ts'].find((name) => existsSync(new URL(`${room}/${name}`, source)))
  return file === undefined ? [] : [[room, new URL(`${room}/${file}`, source).href] as const]
})

async function codesOf(file: string): Promise<Readonly<Record<string, number>>> {
  const exported: unknown[] = Object.values((await import(file)) as Record<string, unknown>)
  const factories = exported.filter((value) => typeof value === 'function' && 'codes' in value)
  return Object.assign({}, ...factories.map((factory) => (factory as { codes: Record<string, number> }).codes))
}

describe('faults', () => {
  test.each(roomsWithFaults)('of %s', async (room, file) => {
    const codes = await codesOf(file)
    const rows = rowsOf((title) => title.startsWith(`${room}: `)).filter(({ cells }) => cells.length === 4)
    expect(Object.fromEntries(rows.map(({ code, cells }) => [code, Number(cells[1])]))).toEqual({ ...codes })
    expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length)
    for (const { code, cells } of rows) for (const cell of cells) expect(cell, code).not.toBe('')
    expect(unused(Object.keys(codes))).toEqual([])
  })
})

/** Every file of the sources: a code that nobody writes any more is no promise. */
const written = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(new URL(name, source), 'utf8'))
  .join('\n')

function unused(codes: readonly string[]): readonly string[] {
  return codes.filter((code) => !new RegExp(`(?<!^ {2})'${code}'`, 'm').test(written))
}

const lists: readonly (readonly [heading: string, file: string, list: string])[] = [
  ['verification: findings', 'verification/codes.ts', 'findingCodes'],
  ['verification: reasons', 'verification/codes.ts', 'reasonCodes'],
  ['pki: timestamps', 'pki/timestamp-codes.ts', 'timestampCodes'],
  ['trust: policy notes', 'trust/policy-note.ts', 'policyNoteCodes'],
  ['pki: revocation', 'pki/revocation-answer.ts', 'revocationCodes'],
]

describe('lists', () => {
  test.each(lists.filter(([, file]) => existsSync(new URL(file, source))))('%s', async (heading, file, list) => {
    const exported = (await import(new URL(file, source).href)) as Record<string, unknown>
    const rows = rowsOf((title) => title === heading)
    expect(rows.map(({ code }) => code).toSorted()).toEqual([...(exported[list] as readonly string[])].toSorted())
    for (const { code, cells } of rows) expect(cells[1], code).not.toBe('')
    expect(unused(rows.map(({ code }) => code))).toEqual([])
  })
})

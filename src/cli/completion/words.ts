/** What every shell needs to know: the first words, the next words of each group, the flags of each command. */

import { allFlags } from '../flags.ts'
import type { Argument, CommandSpec, Flag } from '../table/types.ts'

export interface Word {
  readonly word: string
  readonly help: string
}

/** Commands and groups; aliases work and are not offered. */
export function firstWords(specs: readonly CommandSpec[]): readonly Word[] {
  const words = new Map<string, string>()
  for (const { name, summary } of specs) {
    const [first = '', second] = name.split(' ')
    if (!words.has(first)) words.set(first, second === undefined ? summary : groupHelp(first, specs))
  }
  return [...words].map(([word, help]) => ({ word, help }))
}

function groupHelp(group: string, specs: readonly CommandSpec[]): string {
  return nextWords(group, specs)
    .map(({ word }) => word)
    .join(', ')
}

/** `trust` and `trust policy`, of `trust policy init`. */
export function groupsOf(specs: readonly CommandSpec[]): readonly string[] {
  const groups = specs.flatMap(({ name }) => {
    const words = name.split(' ')
    return words.slice(1).map((_, at) => words.slice(0, at + 1).join(' '))
  })
  return [...new Set(groups)]
}

/** Commands and groups in a group. */
export function nextWords(group: string, specs: readonly CommandSpec[]): readonly Word[] {
  const words = new Map<string, string>()
  for (const { name, summary } of specs) {
    if (!name.startsWith(`${group} `)) continue
    const [word = '', ...rest] = name.slice(group.length + 1).split(' ')
    if (!words.has(word)) words.set(word, rest.length === 0 ? summary : groupHelp(`${group} ${word}`, specs))
  }
  return [...words].map(([word, help]) => ({ word, help }))
}

export interface FlagWord extends Word {
  readonly flag: Flag
  readonly name: string
}

export function flagWords(spec: CommandSpec): readonly FlagWord[] {
  return allFlags(spec).map(([name, flag]) => ({ word: `--${name}`, help: flag.help, flag, name }))
}

/** What the value can be: a list, files, folders, or anything. */
export function valuesOf(what: Flag | Argument): readonly string[] | 'file' | 'folder' | undefined {
  return what.choices ?? what.completes
}

/** What every shell needs to know: the first words, the second words of each group, the flags of each command. */

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
  return secondWords(group, specs)
    .map(({ word }) => word)
    .join(', ')
}

export function groupsOf(specs: readonly CommandSpec[]): readonly string[] {
  const groups = specs.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0] ?? '')
  return [...new Set(groups)]
}

export function secondWords(group: string, specs: readonly CommandSpec[]): readonly Word[] {
  return specs
    .filter(({ name }) => name.startsWith(`${group} `))
    .map(({ name, summary }) => ({ word: name.slice(group.length + 1), help: summary }))
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

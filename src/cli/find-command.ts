/** Finds which command a line of words asks for, before anything of it is loaded (nor what only errors need). */

import type { Command } from './command.ts'
import { nearest } from './suggest.ts'
import { globalFlags } from './table/common.ts'
import type { Flags } from './table/types.ts'

export type Found =
  | { readonly kind: 'command'; readonly command: Command; readonly calledAs: string; readonly rest: readonly string[] }
  /** Help was asked for: of everything, of a group ("key"), or of a command. */
  | { readonly kind: 'help'; readonly words: readonly string[] }
  | { readonly kind: 'version'; readonly rest: readonly string[] }
  /** No command, or a group alone: help on standard error, status 2, so that an empty variable in a pipeline never passes. */
  | { readonly kind: 'nothing'; readonly words: readonly string[] }
  | { readonly kind: 'unknown'; readonly written: string; readonly meant: string | undefined }

export function findCommand(argv: readonly string[], commands: readonly Command[]): Found {
  const { before, after } = splitGlobals(argv)
  if (isHelp(before.at(-1))) return { kind: 'help', words: [] }
  if (before.at(-1) === '--version') return { kind: 'version', rest: [...before.slice(0, -1), ...after] }
  const first = after[0]
  if (first === undefined) return { kind: 'nothing', words: [] }
  const found = match(after, commands)
  if (found !== undefined) {
    const rest = [...before, ...found.rest]
    const untilDashes = rest.indexOf('--') < 0 ? rest : rest.slice(0, rest.indexOf('--'))
    if (untilDashes.some(isHelp)) return { kind: 'help', words: found.command.spec.name.split(' ') }
    return { kind: 'command', ...found, rest }
  }
  return inGroup(after, commands)
}

/** `zegel trust policy`: the longest beginning that is a group. */
function inGroup(after: readonly string[], commands: readonly Command[]): Found {
  const names = commands.map(({ spec }) => spec.name)
  const size = [2, 1].find((length) => after.length >= length && isGroup(after.slice(0, length), names)) ?? 0
  const words = after.slice(0, size)
  const next = after[size]
  if (size === 0) return unknown(next ?? '', namesOf(commands))
  if (next === undefined) return { kind: 'nothing', words }
  if (isHelp(next)) return { kind: 'help', words }
  const group = words.join(' ')
  const members = names.filter((name) => name.startsWith(`${group} `))
  const groups = members.map((name) => name.split(' ').slice(0, -1).join(' ')).filter((name) => name !== group)
  return unknown(`${group} ${next}`, [...members, ...groups])
}

function isGroup(words: readonly string[], names: readonly string[]): boolean {
  return names.some((name) => name.startsWith(`${words.join(' ')} `))
}

function match(
  words: readonly string[],
  commands: readonly Command[],
): { command: Command; calledAs: string; rest: readonly string[] } | undefined {
  for (const length of [3, 2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = words.length < length ? undefined : commands.find(({ spec }) => namesOfOne(spec).includes(name))
    if (command !== undefined) return { command, calledAs: name, rest: words.slice(length) }
  }
  return undefined
}

function namesOfOne(spec: Command['spec']): readonly string[] {
  return [spec.name, ...Object.keys(spec.aliases ?? {})]
}

/** Every word that may stand first or be meant: names, aliases, and groups. */
function namesOf(commands: readonly Command[]): readonly string[] {
  const visible = commands.filter(({ spec }) => spec.isHidden !== true)
  const names = visible.flatMap(({ spec }) => namesOfOne(spec))
  return [...new Set([...names, ...names.map((name) => name.split(' ')[0] ?? name)])]
}

function unknown(written: string, known: readonly string[]): Found {
  return { kind: 'unknown', written, meant: nearest(written, known) }
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h'
}

/** Global flags may stand before the command, as in `zegel --debug verify`. */
function splitGlobals(argv: readonly string[]): { before: readonly string[]; after: readonly string[] } {
  let at = 0
  for (; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-') break
    if (isHelp(word) || word === '--version') return { before: argv.slice(0, at + 1), after: argv.slice(at + 1) }
    if (takesNext(word)) at++
  }
  return { before: argv.slice(0, at), after: argv.slice(at) }
}

function takesNext(word: string): boolean {
  return Object.entries(globalFlags.flags satisfies Flags).some(
    ([name, flag]) =>
      flag.kind !== 'switch' && (word === `--${name}` || ('short' in flag && word === `-${flag.short}`)),
  )
}

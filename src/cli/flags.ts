/** What can be asked of the flags of a command: all of them in one list, their variables, their names in code. */

import { globalFlags } from './table/common.ts'
import type { CommandSpec, Flag, FlagGroup } from './table/types.ts'

/** The command's own flags, then shared ones, then those of every command. */
export function flagGroups(spec: CommandSpec): readonly FlagGroup[] {
  return [{ title: 'Flags', flags: spec.flags }, ...(spec.groups ?? []), globalFlags].filter(
    ({ flags }) => Object.keys(flags).length > 0,
  )
}

export function allFlags(spec: CommandSpec): readonly (readonly [name: string, flag: Flag])[] {
  return flagGroups(spec).flatMap(({ flags }) => Object.entries(flags))
}

/** `ZEGEL_MAX_CONCURRENCY` for `--max-concurrency`. */
export function variableOf(name: string, flag: Flag): string {
  return flag.variable ?? `ZEGEL_${name.toUpperCase().replaceAll('-', '_')}`
}

/** `maxConcurrency` for `--max-concurrency`. */
export function optionOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `-o, --output FORMAT`. */
export function flagTerm(name: string, flag: Flag): string {
  const short = flag.short === undefined ? '' : `-${flag.short}, `
  const value = flag.value === undefined ? '' : ` ${flag.value}`
  return `${short}--${name}${value}`
}

/** `sign [flags] IMAGE...`. */
export function usageOf(spec: CommandSpec): string {
  const words = (spec.arguments ?? []).map(({ name, isMany, isOptional }) => {
    const word = isMany === true ? `${name}...` : name
    return isOptional === true ? `[${word}]` : word
  })
  return ['zegel', spec.name, '[flags]', ...words].join(' ')
}

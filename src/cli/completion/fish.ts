/** Completion for fish. */

import type { CommandSpec } from '../table/types.ts'
import { firstWords, flagWords, groupsOf, nextWords, valuesOf } from './words.ts'

export function fishScript(specs: readonly CommandSpec[]): string {
  const first = firstWords(specs)
  const all = first.map(({ word }) => word).join(' ')
  return `${[
    '# fish completion of zegel. Save it with: zegel completion fish > ~/.config/fish/completions/zegel.fish',
    'complete -c zegel -f',
    ...first.map(
      ({ word, help }) => `complete -c zegel -n 'not __fish_seen_subcommand_from ${all}' -a ${word} -d ${quote(help)}`,
    ),
    ...groupsOf(specs).flatMap((group) => groupLines(group, specs)),
    ...specs.flatMap(flagLines),
  ].join('\n')}\n`
}

function groupLines(group: string, specs: readonly CommandSpec[]): readonly string[] {
  const seconds = nextWords(group, specs)
  const none = `not __fish_seen_subcommand_from ${seconds.map(({ word }) => word).join(' ')}`
  const within = group.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
  return seconds.map(
    ({ word, help }) => `complete -c zegel -n '${[...within, none].join('; and ')}' -a ${word} -d ${quote(help)}`,
  )
}

function flagLines(spec: CommandSpec): readonly string[] {
  const condition = spec.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
  const when = `-n '${condition.join('; and ')}'`
  const words = (spec.arguments ?? []).flatMap((argument) => {
    const values = valuesOf(argument)
    if (values === undefined) return []
    return [`complete -c zegel ${when} ${typeof values === 'string' ? '-F' : `-a '${values.join(' ')}'`}`]
  })
  const flags = flagWords(spec).map(({ name, help, flag }) => {
    const short = flag.short === undefined ? '' : ` -s ${flag.short}`
    const values = valuesOf(flag)
    const value = values === undefined || typeof values === 'string' ? '' : ` -a '${values.join(' ')}'`
    const needs =
      flag.kind === 'switch' ? '' : values === undefined ? ' -x' : typeof values === 'string' ? ' -r -F' : ' -x'
    return `complete -c zegel ${when} -l ${name}${short}${needs}${value} -d ${quote(help)}`
  })
  return [...words, ...flags]
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

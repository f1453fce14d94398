/** Completion for zsh. */

import type { Argument, CommandSpec, Flag } from '../table/types.ts'
import { firstWords, flagWords, groupsOf, nextWords, valuesOf, type Word } from './words.ts'

export function zshScript(specs: readonly CommandSpec[]): string {
  return `#compdef zegel
# zsh completion of zegel. Load it with: source <(zegel completion zsh)
_zegel() {
  local command="\${words[2]}"
  if (( CURRENT == 2 )); then
    local -a commands=(${described(firstWords(specs))})
    _describe command commands
    return
  fi
${[1, 2].map((depth) => groupCases(depth, specs)).join('\n')}
  shift words; (( CURRENT-- ))
  case "$command" in
${specs.map(commandCase).join('\n')}
  esac
}
compdef _zegel zegel
`
}

/** Groups of one word, then those within them: after each the words are one fewer. */
function groupCases(depth: number, specs: readonly CommandSpec[]): string {
  const groups = groupsOf(specs).filter((group) => group.split(' ').length === depth)
  if (groups.length === 0) return ''
  return `  case "$command" in
${groups
  .map(
    (group) => `    ${quote(group)})
      if (( CURRENT == 3 )); then
        local -a commands=(${described(nextWords(group, specs))})
        _describe command commands
        return
      fi
      command="$command \${words[3]}"
      shift words; (( CURRENT-- )) ;;`,
  )
  .join('\n')}
  esac`
}

function described(words: readonly Word[]): string {
  return words.map(({ word, help }) => quote(`${word}:${help.replaceAll(':', '\\:')}`)).join(' ')
}

function commandCase(spec: CommandSpec): string {
  const flags = flagWords(spec).flatMap(({ word, help, flag }) => {
    const repeat = flag.kind === 'list' ? '*' : ''
    const value = flag.kind === 'switch' ? '' : `:${flag.value ?? 'value'}:${action(flag)}`
    const names = [word, ...(flag.short === undefined ? [] : [`-${flag.short}`])]
    return names.map((name) => quote(`${repeat}${name}[${bracketed(help)}]${value}`))
  })
  const words = (spec.arguments ?? []).map((argument, at) =>
    quote(`${argument.isMany === true ? '*' : at + 1}:${argument.name}:${action(argument)}`),
  )
  return `    ${quote(spec.name)}) _arguments ${[...flags, ...words, quote('--help[Explain it]')].join(' ')} ;;`
}

function action(what: Flag | Argument): string {
  const values = valuesOf(what)
  if (values === 'file') return '_files'
  if (values === 'folder') return '_files -/'
  return values === undefined ? ' ' : `(${values.join(' ')})`
}

function bracketed(help: string): string {
  return help.replace(/[[\]:\\]/g, (character) => `\\${character}`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

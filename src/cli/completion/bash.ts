/** Completion for bash 4 and newer. */

import type { Argument, CommandSpec, Flag } from '../table/types.ts'
import { firstWords, flagWords, groupsOf, nextWords, valuesOf } from './words.ts'

export function bashScript(specs: readonly CommandSpec[]): string {
  const groups = groupsOf(specs)
  return `# bash completion of zegel. Load it with: source <(zegel completion bash)
_zegel() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *)
        case "$command" in
          "") command="$word" ;;
          ${groups.map((group) => `"${group}"`).join(' | ') || 'no-group'}) command="$command $word" ;;
          *) break ;;
        esac ;;
    esac
  done
  case "$command" in
    "") COMPREPLY=($(compgen -W "${wordsOf(firstWords(specs))} --help --version" -- "$current")); return ;;
${groups.map((group) => `    "${group}") COMPREPLY=($(compgen -W "${wordsOf(nextWords(group, specs))} --help" -- "$current")); return ;;`).join('\n')}
  esac
  case "$command $previous" in
${specs.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${specs.map(commandCase).join('\n')}
  esac
}
complete -F _zegel zegel
`
}

function wordsOf(words: readonly { readonly word: string }[]): string {
  return words.map(({ word }) => word).join(' ')
}

function valueCases(spec: CommandSpec): readonly string[] {
  return flagWords(spec)
    .filter(({ flag }) => flag.kind !== 'switch')
    .map(({ word, flag }) => {
      const short = flag.short === undefined ? '' : ` | "${spec.name} -${flag.short}"`
      return `    "${spec.name} ${word}"${short}) ${reply(flag)} return ;;`
    })
}

function reply(what: Flag | Argument): string {
  const values = valuesOf(what)
  if (values === 'file') return 'COMPREPLY=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null;'
  if (values === 'folder') return 'COMPREPLY=($(compgen -d -- "$current")); compopt -o filenames 2>/dev/null;'
  return values === undefined ? '' : `COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$current"));`
}

function commandCase(spec: CommandSpec): string {
  const argument = spec.arguments?.[0]
  const flags = `COMPREPLY=($(compgen -W "${wordsOf(flagWords(spec))} --help" -- "$current"))`
  const words = argument === undefined ? '' : reply(argument)
  return `    "${spec.name}") if [[ "$current" == -* ]]; then ${flags}; else ${words === '' ? ':;' : words} fi ;;`
}

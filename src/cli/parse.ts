/** Reads the flags and arguments of one command. Commander is given only this command, made from its description. */

import { Argument, Command, CommanderError, Option } from 'commander'
import type { Environment } from '../base/index.ts'
import { cliFault } from './faults.ts'
import { allFlags, optionOf, usageOf, variableOf } from './flags.ts'
import { nearest } from './suggest.ts'
import { foreignFlagAdvice } from './table/foreign-flags.ts'
import type { CommandSpec, Flag } from './table/types.ts'
import { readSwitch, readValue, type Value } from './values.ts'

export interface Parsed {
  readonly options: Readonly<Record<string, unknown>>
  readonly words: readonly string[]
}

type NamedFlag = readonly [name: string, flag: Flag]
type Given = Map<string, Value[]>

/**
 * @param presets values that flags have by default under the name that the command was called by
 * @throws USAGE_… before any work begins
 */
export function parseCommand(
  spec: CommandSpec,
  rest: readonly string[],
  environment: Environment,
  presets: Readonly<Record<string, string>> = {},
): Parsed {
  const flags = allFlags(spec)
  const given: Given = new Map()
  const parser = makeParser(spec, flags, given)
  try {
    parser.parse(withoutSwitchValues(rest, flags, given), { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) throw asFault(error, spec, flags)
    throw error
  }
  const options = Object.fromEntries(
    flags.map(([name, flag]) => [optionOf(name), optionValue(name, flag, given, environment, presets)]),
  )
  checkRequired(spec, flags, options)
  return { options, words: checkedWords(spec, parser.args) }
}

function makeParser(spec: CommandSpec, flags: readonly NamedFlag[], given: Given): Command {
  const parser = new Command(spec.name)
  parser.exitOverride().helpOption(false).showSuggestionAfterError(false)
  parser.configureOutput({ writeOut: () => {}, writeErr: () => {} })
  for (const { name, isMany, isOptional } of spec.arguments ?? []) {
    const word = isMany === true ? `${name}...` : name
    parser.addArgument(new Argument(isOptional === true ? `[${word}]` : `<${word}>`))
  }
  for (const [name, flag] of flags) {
    for (const long of [name, ...(flag.aliases ?? [])]) addFlag(parser, name, long, flag, flags, given)
  }
  return parser
}

function addFlag(
  parser: Command,
  name: string,
  long: string,
  flag: Flag,
  flags: readonly NamedFlag[],
  given: Given,
): void {
  const short = flag.short === undefined || long !== name ? '' : `-${flag.short}, `
  const isSwitch = flag.kind === 'switch'
  const option = new Option(`${short}--${long}${isSwitch ? '' : ' <value>'}`)
  if (!isSwitch) {
    option.argParser((written: string) => {
      if (looksLikeFlag(written, flags)) throw missingValue(`--${long}`, flag)
      add(given, name, readValue(flag, written, `--${long}`))
    })
  }
  parser.addOption(option)
  if (isSwitch) parser.on(`option:${option.name()}`, () => add(given, name, true))
}

function add(given: Given, name: string, value: Value): void {
  given.set(name, [...(given.get(name) ?? []), value])
}

/** `--key --threshold 2` forgot the key; `--key -` is standard input. */
function looksLikeFlag(written: string, flags: readonly NamedFlag[]): boolean {
  const long = written.split('=')[0] ?? ''
  return flags.some(
    ([name, flag]) => long === `--${name}` || (flag.short !== undefined && written === `-${flag.short}`),
  )
}

/** `--upload=false`, as programs in Go take it: switches with a value are read here and taken out. */
function withoutSwitchValues(rest: readonly string[], flags: readonly NamedFlag[], given: Given): string[] {
  const end = rest.indexOf('--')
  return rest.filter((word, at) => {
    const written = end >= 0 && at > end ? null : /^--([a-z0-9-]+)=(.*)$/s.exec(word)
    const found = flags.find(
      ([name, flag]) => flag.kind === 'switch' && namesOf(name, flag).includes(written?.[1] ?? ''),
    )
    if (written === null || found === undefined) return true
    add(given, found[0], readSwitch(written[2] ?? '', `--${written[1]}`))
    return false
  })
}

function namesOf(name: string, flag: Flag): readonly string[] {
  return [name, ...(flag.aliases ?? [])]
}

/** The command line, else our variable, else other tools' variables, else the default. */
function optionValue(
  name: string,
  flag: Flag,
  given: Given,
  environment: Environment,
  presets: Readonly<Record<string, string>>,
): Value | readonly Value[] | undefined {
  const values = given.get(name) ?? fromEnvironment(name, flag, environment)
  if (flag.kind === 'list') return values ?? []
  const written = presets[name] ?? flag.default
  const fallback = written === undefined ? undefined : readValue(flag, written, `--${name}`)
  return values?.at(-1) ?? fallback ?? (flag.kind === 'switch' ? false : undefined)
}

/** An empty variable is one that isn't set. A list has one value a line. */
function fromEnvironment(name: string, flag: Flag, environment: Environment): readonly Value[] | undefined {
  for (const variable of [variableOf(name, flag), ...(flag.otherVariables ?? [])]) {
    const written = environment[variable]
    if (written === undefined || written === '') continue
    const lines = flag.kind === 'list' ? written.split('\n').filter((line) => line !== '') : [written]
    return lines.map((line) => readValue(flag, line, variable))
  }
  return undefined
}

function checkRequired(
  spec: CommandSpec,
  flags: readonly NamedFlag[],
  options: Readonly<Record<string, unknown>>,
): void {
  for (const [name, flag] of flags) {
    if (flag.isRequired !== true || options[optionOf(name)] !== undefined) continue
    throw cliFault('USAGE_FLAG_MISSING', `"zegel ${spec.name}" needs --${name} ${flag.value ?? ''}: ${flag.help}.`, {
      fix: `Write --${name} ${flag.value ?? ''}, or set ${variableOf(name, flag)}.`,
    })
  }
}

function checkedWords(spec: CommandSpec, words: readonly string[]): readonly string[] {
  const described = spec.arguments ?? []
  for (const [at, word] of words.entries()) {
    const argument = described[Math.min(at, described.length - 1)]
    if (argument === undefined) continue
    const flag: Flag = {
      kind: 'text',
      help: '',
      ...(argument.choices === undefined ? {} : { choices: argument.choices }),
    }
    readValue({ ...flag, value: argument.name }, word, argument.name)
  }
  return words
}

function missingValue(written: string, flag: Flag): Error {
  return cliFault('USAGE_VALUE_MISSING', `${written} needs a value.`, {
    fix: `Write ${written} ${flag.value ?? 'VALUE'}.`,
  })
}

function asFault(error: CommanderError, spec: CommandSpec, flags: readonly NamedFlag[]): Error {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownFlag(quoted, spec, flags)
    case 'commander.optionMissingArgument': {
      const long = /--([a-z0-9-]+)/.exec(quoted)?.[1] ?? quoted
      const flag = flags.find(([name, it]) => namesOf(name, it).includes(long))?.[1]
      return missingValue(`--${long}`, flag ?? { kind: 'text', help: '' })
    }
    case 'commander.missingArgument':
      return cliFault('USAGE_ARGUMENT_MISSING', `"zegel ${spec.name}" needs ${aOr(quoted)}.`, {
        fix: `Write: ${usageOf(spec)}`,
      })
    default:
      return cliFault('USAGE_ARGUMENT_EXCESS', `"zegel ${spec.name}" was given more than it takes.`, {
        fix: `Write: ${usageOf(spec)}`,
      })
  }
}

function aOr(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`
}

function unknownFlag(written: string, spec: CommandSpec, flags: readonly NamedFlag[]): Error {
  const name = (written.split('=')[0] ?? '').replace(/^-+/, '')
  const known = flags.flatMap(([long, flag]) => namesOf(long, flag))
  const meant = written.startsWith('--') ? nearest(name, known) : undefined
  const suggestion = meant === undefined ? undefined : `Did you mean --${meant}?`
  return cliFault('USAGE_FLAG_UNKNOWN', `"zegel ${spec.name}" has no flag ${written.slice(0, 60)}.`, {
    fix: foreignFlagAdvice(name) ?? suggestion ?? `See its flags: zegel ${spec.name} --help`,
  })
}

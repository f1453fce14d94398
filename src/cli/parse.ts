/** Reads the flags and arguments of one command, as its description says; Node's own `parseArgs` takes the words apart. */

import { parseArgs } from 'node:util'
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
  const { words, unknown } = takeApart(withoutSwitchValues(rest, flags, given), flags, given)
  if (unknown !== undefined) throw unknownFlag(unknown, spec, flags)
  checkCount(spec, words)
  const options = Object.fromEntries(
    flags.map(([name, flag]) => [optionOf(name), optionValue(name, flag, given, environment, presets)]),
  )
  checkRequired(spec, flags, options)
  return { options, words: checkedWords(spec, words) }
}

/** The words that are no flags, and the first flag that the command hasn't; a wrong value is told before either. */
function takeApart(
  rest: readonly string[],
  flags: readonly NamedFlag[],
  given: Given,
): { words: readonly string[]; unknown: string | undefined } {
  const known = new Map(flags.flatMap((named) => namesOf(...named).map((long) => [long, named] as const)))
  // What is wrong gets our own words: parseArgs only splits, and says of every word what it took it for.
  const { tokens } = parseArgs({ args: [...rest], options: parseOptions(flags), strict: false, tokens: true })
  const words: string[] = []
  let unknown: string | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const [name, flag] = known.get(token.name) ?? []
    if (name === undefined || flag === undefined) unknown ??= token.rawName
    else if (flag.kind === 'switch') add(given, name, true)
    else add(given, name, givenValue(`--${token.name}`, flag, token.value, flags))
  }
  return { words, unknown }
}

function parseOptions(
  flags: readonly NamedFlag[],
): Readonly<Record<string, { type: 'boolean' | 'string'; short?: string }>> {
  return Object.fromEntries(
    flags.flatMap(([name, flag]) => {
      const type = flag.kind === 'switch' ? ('boolean' as const) : ('string' as const)
      return namesOf(name, flag).map((long) => [
        long,
        flag.short === undefined || long !== name ? { type } : { type, short: flag.short },
      ])
    }),
  )
}

function givenValue(written: string, flag: Flag, value: string | undefined, flags: readonly NamedFlag[]): Value {
  if (value === undefined || looksLikeFlag(value, flags)) throw missingValue(written, flag)
  return readValue(flag, value, written)
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

/** An empty variable is one that isn't set, but where that would silently demand less. A list has one value a line. */
function fromEnvironment(name: string, flag: Flag, environment: Environment): readonly Value[] | undefined {
  for (const variable of [variableOf(name, flag), ...(flag.otherVariables ?? [])]) {
    const written = environment[variable]
    if (written === '' && flag.isDemand === true) throw emptyDemand(name, variable)
    if (written === undefined || written === '') continue
    const lines = flag.kind === 'list' ? written.split('\n').filter((line) => line !== '') : [written]
    return lines.map((line) => readValue(flag, line, variable))
  }
  return undefined
}

function emptyDemand(name: string, variable: string): Error {
  return cliFault('USAGE_VALUE_MISSING', `The variable ${variable} is set and empty: --${name} would demand nothing.`, {
    fix: `Give it a value, or unset it: unset ${variable}`,
  })
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

function checkCount(spec: CommandSpec, words: readonly string[]): void {
  const described = spec.arguments ?? []
  const missing = described[words.length]
  if (missing !== undefined && missing.isOptional !== true) {
    throw cliFault('USAGE_ARGUMENT_MISSING', `"zegel ${spec.name}" needs ${aOr(missing.name)}.`, {
      fix: `Write: ${usageOf(spec)}`,
    })
  }
  if (words.length > described.length && described.at(-1)?.isMany !== true) {
    throw cliFault('USAGE_ARGUMENT_EXCESS', `"zegel ${spec.name}" was given more than it takes.`, {
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

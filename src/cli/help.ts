/** Help, made from the table: of everything, of a group of commands, of one command. */

import { allFlags, flagGroups, flagTerm, usageOf, variableOf } from './flags.ts'
import type { CommandSpec, Flag, FlagGroup, Section } from './table/types.ts'
import { pad, wrap } from './terminal/columns.ts'
import type { Style } from './terminal/style.ts'

const SECTIONS: readonly Section[] = ['Sign', 'Verify', 'Look and move', 'Keys', 'Trust', 'Registries', 'More']
const MAX_WIDTH = 100

/** @param words the words of a command or of a group; none means everything */
export function helpFor(
  words: readonly string[],
  specs: readonly CommandSpec[],
  style: Style,
  terminalWidth: number | undefined,
): string {
  const width = Math.max(40, Math.min(terminalWidth ?? MAX_WIDTH, MAX_WIDTH))
  const name = words.join(' ')
  const spec = specs.find((it) => it.name === name || Object.keys(it.aliases ?? {}).includes(name))
  if (spec !== undefined) return helpOfCommand(spec, style, width)
  const members = specs.filter((it) => it.name.startsWith(`${name} `))
  return members.length > 0 && name !== '' ? helpOfGroup(name, members, style, width) : helpOfAll(specs, style, width)
}

function helpOfAll(specs: readonly CommandSpec[], style: Style, width: number): string {
  const visible = specs.filter((spec) => spec.isHidden !== true)
  const nameWidth = Math.max(...visible.map((spec) => spec.name.length))
  const sections = SECTIONS.map((section) => {
    const rows = visible.filter((spec) => spec.section === section)
    return rows.length === 0 ? '' : `${style.bold(section)}\n${listOf(rows, nameWidth, width)}`
  })
  return paragraphs([
    wrap(
      'May this container image run here, and what proves it? Zegel signs images and verifies what is signed, in the formats of Cosign and the OCI registries.',
      width,
    ),
    `${style.bold('Usage')}\n  zegel COMMAND [flags] [arguments]`,
    ...sections,
    wrap('Exit status: 0 done or allowed, 1 refused, 2 the command or a file was wrong, 3 could not tell.', width),
    'Explain one command: zegel COMMAND --help',
  ])
}

function listOf(specs: readonly CommandSpec[], nameWidth: number, width: number): string {
  return termsOf(
    specs.map((spec) => [spec.name, spec.summary]),
    nameWidth,
    width,
  )
}

/** Terms in one column, and what is said of them in another, wrapped there. */
function termsOf(rows: readonly (readonly [string, string])[], termWidth: number, width: number): string {
  const indent = ' '.repeat(termWidth + 4)
  return rows.map(([term, text]) => `  ${pad(term, termWidth)}  ${wrap(text, width, indent).trimStart()}`).join('\n')
}

function helpOfGroup(name: string, members: readonly CommandSpec[], style: Style, width: number): string {
  const nameWidth = Math.max(...members.map((spec) => spec.name.length))
  return paragraphs([
    `${style.bold('Usage')}\n  zegel ${name} COMMAND [flags] [arguments]`,
    `${style.bold('Commands')}\n${listOf(members, nameWidth, width)}`,
    `Explain one command: zegel ${name} COMMAND --help`,
  ])
}

function helpOfCommand(spec: CommandSpec, style: Style, width: number): string {
  const aliases = Object.keys(spec.aliases ?? {})
  return paragraphs([
    `${spec.summary}.`,
    ...(spec.description ?? []).map((text) => wrap(text, width)),
    `${style.bold('Usage')}\n  ${usageOf(spec)}`,
    argumentsOf(spec, style, width),
    ...flagGroups(spec).map((group) => flagsOf(group, style, width)),
    examplesOf(spec, style),
    aliases.length === 0 ? '' : `${style.bold('Also called')}\n  ${aliases.join(', ')}`,
    allFlags(spec).length === 0 ? '' : style.dim(wrap(variablesNote, width)),
  ])
}

const variablesNote =
  'Each flag can be set by the variable in brackets; the command line outranks it. A list has one value a line there.'

function argumentsOf(spec: CommandSpec, style: Style, width: number): string {
  const rows = (spec.arguments ?? []).map(({ name, help }) => [name, help] as const)
  const termWidth = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.length === 0 ? '' : `${style.bold('Arguments')}\n${termsOf(rows, termWidth, width)}`
}

function flagsOf(group: FlagGroup, style: Style, width: number): string {
  const lines = Object.entries(group.flags).map(([name, flag]) => {
    return `  ${flagTerm(name, flag)}\n${wrap(helpOfFlag(name, flag), width, '        ')}`
  })
  return `${style.bold(group.title)}\n${lines.join('\n')}`
}

/** The sentence of a flag with everything else that can be said of it. */
export function helpOfFlag(name: string, flag: Flag): string {
  const aliases = (flag.aliases ?? []).map((alias) => `--${alias}`)
  const facts = [
    flag.choices === undefined ? '' : `one of ${flag.choices.join(', ')}`,
    flag.default === undefined ? '' : `${flag.default} when left out`,
    flag.kind === 'list' ? 'may be repeated' : '',
    aliases.length === 0 ? '' : `also ${aliases.join(', ')}`,
  ].filter((fact) => fact !== '')
  const variables = [variableOf(name, flag), ...(flag.otherVariables ?? [])]
  return `${flag.help}${facts.length === 0 ? '' : `; ${facts.join('; ')}`} [${variables.join(', ')}]`
}

function examplesOf(spec: CommandSpec, style: Style): string {
  const lines = (spec.examples ?? []).map(({ what, command }) => `  ${style.dim(`# ${what}`)}\n  ${command}`)
  return lines.length === 0 ? '' : `${style.bold('Examples')}\n${lines.join('\n')}`
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

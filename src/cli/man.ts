/** The man page zegel(1) in roff's man macros (groff_man(7)), made from the table. */

import { flagGroups, flagTerm, usageOf } from './flags.ts'
import { helpOfFlag } from './help.ts'
import { globalFlags } from './table/common.ts'
import type { CommandSpec, FlagGroup } from './table/types.ts'

export function manPage(specs: readonly CommandSpec[], version: string): string {
  const visible = specs.filter((spec) => spec.isHidden !== true)
  return [
    `.TH ZEGEL 1 "" "zegel ${version}" "User Commands"`,
    '.SH NAME',
    text('zegel - sign container images and verify what is signed'),
    '.SH SYNOPSIS',
    text('zegel COMMAND [flags] [arguments]'),
    '.SH COMMANDS',
    ...visible.flatMap(commandOf),
    ...groupOf(globalFlags, '.SH GLOBAL FLAGS'),
    '.SH EXIT STATUS',
    ...statuses.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, text(meaning)]),
    '.SH ENVIRONMENT',
    text(
      'Each flag names the variable that sets it in brackets. ZEGEL_PASSWORD or COSIGN_PASSWORD holds the password of a key.',
    ),
    text('NO_COLOR and CI turn colours off.'),
    '',
  ].join('\n')
}

const statuses: readonly (readonly [string, string])[] = [
  ['0', 'Done, or allowed.'],
  ['1', 'Refused: a check or a policy said no.'],
  ['2', 'The command, a file or the form of a reference was wrong; nothing was done.'],
  ['3', 'Could not tell: something that would have decided it could not be read.'],
  ['130, 143', 'Stopped by SIGINT or SIGTERM.'],
]

function commandOf(spec: CommandSpec): readonly string[] {
  const aliases = Object.keys(spec.aliases ?? {})
  return [
    `.SS ${quoted(usageOf(spec))}`,
    text(`${spec.summary}.`),
    ...(spec.description ?? []).flatMap((paragraph) => ['.PP', text(paragraph)]),
    ...(aliases.length === 0 ? [] : ['.PP', text(`Also called: ${aliases.join(', ')}.`)]),
    ...(spec.arguments ?? []).flatMap(({ name, help }) => ['.TP', `.I ${text(name)}`, text(help)]),
    ...flagGroups(spec)
      .filter((group) => group !== globalFlags)
      .flatMap((group) => groupOf(group)),
    ...(spec.examples ?? []).flatMap(({ what, command }) => [
      '.PP',
      text(`${what}:`),
      '.PP',
      '.RS',
      text(command),
      '.RE',
    ]),
  ]
}

function groupOf(group: FlagGroup, heading?: string): readonly string[] {
  const title = heading ?? (group.title === 'Flags' ? undefined : `.PP\n${text(`${group.title}:`)}`)
  const flags = Object.entries(group.flags).flatMap(([name, flag]) => [
    '.TP',
    `.B ${text(flagTerm(name, flag))}`,
    text(helpOfFlag(name, flag)),
  ])
  return [...(title === undefined ? [] : [title]), ...flags]
}

/** A dash stays a dash that can be copied; a line must not begin with a control character. */
function text(plain: string): string {
  const escaped = plain.replaceAll('\\', '\\e').replaceAll('-', '\\-')
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped
}

function quoted(plain: string): string {
  return `"${text(plain).replaceAll('"', '\\(dq')}"`
}

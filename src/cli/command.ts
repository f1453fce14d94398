/** What a command is: its description in plain data, and the module that is loaded when it is called. */

import type { Context } from './context.ts'
import type { CommandSpec, InputOf } from './table/types.ts'

/** The exit status that a command ends with when it worked: 0 done, 1 refused, 2 wrong, 3 could not tell. */
export type Status = 0 | 1 | 2 | 3

export interface CommandModule<S extends CommandSpec> {
  readonly run: (context: Context, input: InputOf<S>) => Promise<Status>
}

/** A command after its flags were read. */
export type PreparedRun = (
  context: Context,
  options: Readonly<Record<string, unknown>>,
  words: readonly string[],
) => Promise<Status>

export interface Command {
  readonly spec: CommandSpec
  readonly load: () => Promise<PreparedRun>
}

/** Joins a description and its module; that their flags agree is checked here, by the compiler. */
export function command<const S extends CommandSpec>(spec: S, load: () => Promise<CommandModule<S>>): Command {
  return {
    spec,
    load: async () => {
      const { run } = await load()
      // The parser made the options from this same description.
      return (context, options, words) => run(context, { options, arguments: words } as InputOf<S>)
    },
  }
}

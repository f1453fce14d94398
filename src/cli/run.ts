/** Runs one call of the command line: finds the command, reads its flags, loads and runs it, tells what went wrong. */

import type { Command } from './command.ts'
import { type Found, findCommand } from './find-command.ts'
import type { Io } from './io.ts'
import { helpOn } from './show-help.ts'
import { commands } from './table.ts'

/**
 * @param argv the words after the program's name
 * @returns the exit status; nothing is thrown
 * @example process.exitCode = await main(['version'], processIo(exit))
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const found = findCommand(argv, commands)
    if (found.kind === 'command') return await runCommand(found, argv, io)
    if (found.kind === 'version') return await runNamed('version', found.rest, argv, io)
    if (found.kind === 'unknown') return await tell(await unknownCommand(found), argv, io)
    return await showHelp(found, io, argv)
  } catch (error) {
    return await tell(error, argv, io)
  }
}

/** Help needs neither flags nor a context: it is as quick as Node itself. */
async function showHelp(found: Found & { kind: 'help' | 'nothing' }, io: Io, argv: readonly string[]): Promise<number> {
  const output = found.kind === 'help' ? io.stdout : io.stderr
  const specs = commands.map(({ spec }) => spec)
  await helpOn(output, found.words, specs, io.environment, argv.includes('--no-color'))
  return found.kind === 'help' ? 0 : 2
}

async function runNamed(name: string, rest: readonly string[], argv: readonly string[], io: Io): Promise<number> {
  const command = commands.find(({ spec }) => spec.name === name)
  if (command === undefined) throw new TypeError(`The table has no command "${name}".`)
  return await runCommand({ command, calledAs: name, rest }, argv, io)
}

async function runCommand(
  call: { command: Command; calledAs: string; rest: readonly string[] },
  argv: readonly string[],
  io: Io,
): Promise<number> {
  const { execute } = await import('./execute.ts')
  return await execute(call, { commands: commands.map(({ spec }) => spec), call: main }, argv, io)
}

async function tell(error: unknown, argv: readonly string[], io: Io): Promise<number> {
  const { tellFault } = await import('./tell-fault.ts')
  return await tellFault(error, argv, io)
}

async function unknownCommand({ written, meant }: Found & { kind: 'unknown' }): Promise<Error> {
  const { cliFault } = await import('./faults.ts')
  const group = written.includes(' ') ? ` ${written.split(' ')[0]}` : ''
  return cliFault('USAGE_COMMAND_UNKNOWN', `There is no command "${written.slice(0, 60)}".`, {
    fix: meant === undefined ? `See all of them: zegel${group} --help` : `Did you mean "zegel ${meant}"?`,
  })
}

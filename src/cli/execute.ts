/** Runs a command that was found: its flags, its context, its end by itself, by a signal or by `--timeout`. */

import { Fault } from '../base/index.ts'
import type { Command } from './command.ts'
import { Context, type Program, type Settings } from './context.ts'
import { cliFault } from './faults.ts'
import { Interrupted, type Io } from './io.ts'
import { parseCommand } from './parse.ts'
import type { globalFlags } from './table/common.ts'
import type { OptionsOf } from './table/types.ts'
import { tellFault } from './tell-fault.ts'
import { formatDuration } from './terminal/duration.ts'
import { warnOfUnreadVariables } from './unread-variables.ts'

type GlobalOptions = OptionsOf<(typeof globalFlags)['flags']>

/** How long a command may tidy up after it was told to stop. */
const GRACE_MS = 2000

export interface Call {
  readonly command: Command
  readonly calledAs: string
  readonly rest: readonly string[]
}

/** @returns the exit status */
export async function execute(
  { command, calledAs, rest }: Call,
  program: Program,
  argv: readonly string[],
  io: Io,
): Promise<number> {
  const presets = command.spec.aliases?.[calledAs] ?? {}
  const { options, words } = parseCommand(command.spec, rest, io.environment, presets)
  // The parser made these from `globalFlags`.
  const globals = options as GlobalOptions
  const settings: Settings = globals
  const stop = new AbortController()
  const timer = startTimer(globals.timeout, stop)
  const onSignal = (): void => stop.abort(io.signal.reason)
  if (io.signal.aborted) onSignal()
  io.signal.addEventListener('abort', onSignal, { once: true })
  const context = new Context(io, settings, program, stop.signal)
  warnOfUnreadVariables(context)
  try {
    const run = await command.load()
    return await untilStopped(run(context, options, words), stop.signal)
  } catch (error) {
    if (stop.signal.reason instanceof Interrupted) return stop.signal.reason.status
    // What a command throws because it was stopped says less than why it was.
    const why = stop.signal.reason instanceof Fault ? stop.signal.reason : error
    return await tellFault(why, argv, withFormat(io, settings), settings.debug)
  } finally {
    clearTimeout(timer)
    io.signal.removeEventListener('abort', onSignal)
    await context.close()
  }
}

/** The result of the work; or, once stopped, the reason, after the work had a moment to tidy up. */
async function untilStopped(work: Promise<number>, signal: AbortSignal): Promise<number> {
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped')
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  const first = await Promise.race([work, stopped])
  if (first !== 'stopped') return first
  let grace: NodeJS.Timeout | undefined
  const settled = work.then(
    () => {},
    () => {},
  )
  await Promise.race([settled, new Promise((resolve) => (grace = setTimeout(resolve, GRACE_MS)))])
  clearTimeout(grace)
  throw signal.reason
}

function startTimer(milliseconds: number | undefined, stop: AbortController): NodeJS.Timeout | undefined {
  if (milliseconds === undefined) return undefined
  const late = cliFault('TIMEOUT', `It was not done after ${formatDuration(milliseconds)}.`, {
    fix: 'Give it longer with --timeout, or see with --debug what it waits for.',
  })
  // A timer of Node holds 31 bits of milliseconds: 24.8 days.
  return setTimeout(() => stop.abort(late), Math.min(milliseconds, 2 ** 31 - 1))
}

/** Now that the flags are known, they say which format was asked for. */
function withFormat(io: Io, settings: Settings): Io {
  return { ...io, environment: { ...io.environment, ZEGEL_OUTPUT: settings.output } }
}

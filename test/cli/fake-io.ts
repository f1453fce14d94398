/** A call of the command line in this process, with everything it touches in the test's hand. */

import { randomBytes } from 'node:crypto'
import type { Bytes, Environment } from '../../src/base/index.ts'
import { Interrupted, type Io, type Output } from '../../src/cli/io.ts'
import { main } from '../../src/cli/run.ts'

export interface CallOptions {
  readonly environment?: Environment
  readonly stdin?: string | Bytes
  readonly isTerminal?: boolean
  readonly secrets?: readonly (string | undefined)[]
  readonly home?: string
  /** Runs while the command does; `stop` is Ctrl-C. */
  readonly during?: (stop: (status?: 130 | 143) => void, stdout: () => string) => Promise<void> | void
}

export interface CallResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as JSON. */
  readonly json: Record<string, unknown>
}

export async function zegel(argv: readonly string[], options: CallOptions = {}): Promise<CallResult> {
  const stdout: Bytes[] = []
  const stderr: Bytes[] = []
  const secrets = [...(options.secrets ?? [])]
  const signals = new AbortController()
  const io: Io = {
    stdout: collect(stdout, options.isTerminal === true),
    stderr: collect(stderr, options.isTerminal === true),
    stdin: {
      isTerminal: options.isTerminal === true,
      async *read() {
        yield Buffer.from(options.stdin ?? '')
      },
    },
    environment: options.environment ?? {},
    home: options.home ?? '/nonexistent',
    clock: Date.now,
    random: (length) => randomBytes(length),
    askSecret: async () => secrets.shift(),
    signal: signals.signal,
    atExit: () => () => {},
  }
  const called = main(argv, io)
  await options.during?.(
    (status = 130) => signals.abort(new Interrupted(status)),
    () => Buffer.concat(stdout).toString(),
  )
  const status = await called
  const text = Buffer.concat(stdout).toString()
  return {
    status,
    stdout: text,
    stderr: Buffer.concat(stderr).toString(),
    get json() {
      return JSON.parse(text) as Record<string, unknown>
    },
  }
}

function collect(into: Bytes[], isTerminal: boolean): Output {
  return {
    isTerminal,
    width: isTerminal ? 100 : undefined,
    write: async (content) => {
      into.push(Buffer.from(content))
    },
  }
}

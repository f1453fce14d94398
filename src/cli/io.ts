/** The ports through which the command line touches the world: `main` gets them, tests give their own. */

import type { Bytes, Clock, Environment } from '../base/index.ts'

export interface Output {
  /** Resolves when the bytes are handed over; a closed pipe is not an error. Throws OUTPUT_FAILED for any other failure. */
  write(content: string | Bytes): Promise<void>
  readonly isTerminal: boolean
  /** Columns of the terminal. */
  readonly width: number | undefined
}

export interface Input {
  readonly isTerminal: boolean
  read(): AsyncIterable<Bytes>
}

/** Asks a person on the terminal, without echo; undefined without a terminal, or when he gives up. */
export type AskSecret = (question: string) => Promise<string | undefined>

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Input
  readonly environment: Environment
  /** The user's home folder. */
  readonly home: string
  readonly clock: Clock
  readonly random: (length: number) => Bytes
  readonly askSecret: AskSecret
  /** Aborted, with an `Interrupted` as its reason, by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** Cleans up, synchronously, when the process ends in the middle of things. */
  readonly atExit: (clean: () => void) => () => void
}

/** Why everything stops at once: a signal, and the exit status that a shell expects of it. */
export class Interrupted {
  readonly status: 130 | 143

  constructor(status: 130 | 143) {
    this.status = status
  }
}

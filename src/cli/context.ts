/** What a command gets besides its flags: where to write, the clock, the log, the signal that ends it, and what is cleaned up after it. */

import { hex, type Log, silentLog } from '../base/index.ts'
import type { TextReport } from '../contract/index.ts'
import type { Io } from './io.ts'
import { jsonPieces } from './json-output.ts'
import { debugLog } from './log.ts'
import { writeJson } from './shown-json.ts'
import type { CommandSpec } from './table/types.ts'
import { TemporaryFiles } from './temporary-files.ts'
import { type Style, styleOf } from './terminal/style.ts'

export interface Settings {
  readonly output: 'text' | 'json'
  readonly quiet: boolean
  readonly debug: boolean
  readonly noColor: boolean
}

/** What this program is, for the commands that explain it and for the demo, which calls it. */
export interface Program {
  readonly commands: readonly CommandSpec[]
  /** Another call, in this process. Returns the exit status. */
  readonly call: (argv: readonly string[], io: Io) => Promise<number>
}

export class Context {
  readonly io: Io
  readonly settings: Settings
  readonly program: Program
  /** Aborted by SIGINT, SIGTERM and `--timeout`. */
  readonly signal: AbortSignal
  readonly temporary = new TemporaryFiles()
  readonly log: Log
  /** Colours of standard output, and of standard error. */
  readonly style: Style
  readonly storyStyle: Style
  private readonly forgetExit: () => void
  private readonly closers: (() => void | PromiseLike<void>)[] = []

  constructor(io: Io, settings: Settings, program: Program, signal: AbortSignal) {
    this.io = io
    this.settings = settings
    this.program = program
    this.signal = signal
    this.forgetExit = io.atExit(() => this.temporary.removeAll())
    this.style = styleOf(io.stdout, io.environment, settings.noColor)
    this.storyStyle = styleOf(io.stderr, io.environment, settings.noColor)
    this.log = settings.debug ? debugLog(io) : { ...silentLog, warn: (message) => this.say(`warning: ${message}`) }
  }

  get isJson(): boolean {
    return this.settings.output === 'json'
  }

  /** The result, for standard output. Text from outside was escaped by whoever put it in. */
  async print(text: string): Promise<void> {
    await this.io.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  async printJson(document: object): Promise<void> {
    for (const piece of jsonPieces(document, hex(this.io.random(16)))) await writeJson(this.io.stdout, piece)
    await this.io.stdout.write('\n')
  }

  /** A result that is a text by nature. */
  async printText(text: string): Promise<void> {
    const report: TextReport = { schema: 'zegel.dev/text/v1', text }
    await (this.isJson ? this.printJson(report) : this.print(text))
  }

  /** The story, for standard error; nothing with `--quiet`. */
  say(text: string): void {
    if (this.settings.quiet) return
    // A story that cannot be told must not change the result.
    this.io.stderr.write(`${text}\n`).catch(() => {})
  }

  /** Runs at the end of the call, last first. */
  atEnd(close: () => void | PromiseLike<void>): void {
    this.closers.push(close)
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close()
    this.temporary.removeAll()
    this.forgetExit()
  }
}

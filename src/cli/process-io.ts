/**
 * The real world behind the ports: this process's files 0, 1 and 2, its environment, clock, randomness and signals. Modules of Node are
 * taken when they are needed and output goes past Node's streams: loading those costs more than `zegel --help` may take.
 */

import { fstatSync, writeSync } from 'node:fs'
import type { Bytes } from '../base/index.ts'
import { type Input, Interrupted, type Io, type Output } from './io.ts'

export function processIo(): Io {
  const { signal, stop } = signals()
  return {
    stdout: outputOf(1),
    stderr: outputOf(2),
    stdin: stdin(),
    environment: process.env,
    get home() {
      return process.getBuiltinModule('node:os').homedir()
    },
    clock: Date.now,
    random: (length) => process.getBuiltinModule('node:crypto').randomBytes(length),
    askSecret: (question) => askSecret(question, stop),
    signal,
    atExit: (clean) => {
      process.once('exit', clean)
      return () => {
        process.off('exit', clean)
      }
    },
  }
}

function outputOf(file: 1 | 2): Output {
  let isTerminal: boolean | undefined
  let isClosed = false
  return {
    get isTerminal() {
      isTerminal ??= isTerminalFile(file)
      return isTerminal
    },
    get width() {
      if (!this.isTerminal) return undefined
      return (file === 1 ? process.stdout : process.stderr).columns
    },
    write: async (content) => {
      if (isClosed) return
      try {
        await writeAll(file, typeof content === 'string' ? Buffer.from(content) : content)
      } catch (error) {
        // Who read us has gone: nothing is wrong.
        if (codeOf(error) === 'EPIPE') isClosed = true
        else throw await outputFailed(error)
      }
    },
  }
}

function isTerminalFile(file: number): boolean {
  try {
    return fstatSync(file).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(file)
  } catch {
    return false
  }
}

const PIECE = 1024 * 1024

async function writeAll(file: number, content: Bytes): Promise<void> {
  let written = 0
  while (written < content.length) {
    try {
      written += writeSync(file, content, written, Math.min(PIECE, content.length - written))
    } catch (error) {
      // The pipe doesn't block and is full: whoever shares it asked for that.
      if (codeOf(error) !== 'EAGAIN') throw error
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function outputFailed(error: unknown): Promise<Error> {
  const { cliFault } = await import('./faults.ts')
  const isFull = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
  return cliFault('OUTPUT_FAILED', `The result could not be written${isFull ? ': the disk is full' : ''}.`, {
    fix: 'Make room, or send the output elsewhere, and call it again.',
    cause: error,
  })
}

/** Standard input is touched only when it is read: looking at it starts a stream. */
function stdin(): Input {
  return {
    get isTerminal() {
      return isTerminalFile(0)
    },
    async *read(): AsyncIterable<Bytes> {
      yield* process.stdin as AsyncIterable<Bytes>
    },
  }
}

/** Only where somebody can answer. @param stop Ctrl-C at the prompt, which the terminal then hands over as a key */
async function askSecret(question: string, stop: (status: 130) => void): Promise<string | undefined> {
  if (!isTerminalFile(0) || !isTerminalFile(2)) return undefined
  const { isCancel, password } = await import('@clack/prompts')
  // A terminal that says it has no width would get one letter a line.
  if (process.stderr.columns === 0) process.stderr.columns = 80
  const answer = await password({ message: question, output: process.stderr })
  if (!isCancel(answer)) return answer ?? ''
  stop(130)
  return undefined
}

function signals(): { signal: AbortSignal; stop: (status: 130 | 143) => void } {
  const controller = new AbortController()
  const stop = (status: 130 | 143): void => {
    // A second Ctrl-C: whoever presses it doesn't want to wait any longer.
    if (controller.signal.aborted) process.exit(status)
    controller.abort(new Interrupted(status))
  }
  process.on('SIGINT', () => stop(130))
  process.on('SIGTERM', () => stop(143))
  return { signal: controller.signal, stop }
}

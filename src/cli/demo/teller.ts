/** Tells the demo as a story: what is done, the command that does it, what it said. Each command really runs, as it is printed. */

import { forShell } from '../../base/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import type { Io, Output } from '../io.ts'

const INDENT = '   '

export interface Teller {
  /** A heading. */
  chapter(title: string): Promise<void>
  tell(text: string): Promise<void>
  /** Runs one command of this program and shows it; its exit status must be the one that the story promises. */
  run(words: readonly string[], expected: 0 | 1): Promise<void>
}

/** @param program how the person calls this program: `bin/zegel`, `zegel` */
export function tellerOf(context: Context, program: string, password: string): Teller {
  let chapters = 0
  const { style } = context
  const print = (text: string): Promise<void> => context.print(text)
  return {
    chapter: async (title) => {
      chapters++
      await print(`\n${style.bold(`${chapters}. ${title}`)}`)
    },
    tell: print,
    run: async (words, expected) => {
      await print(style.dim(`   $ ${[program, ...words].map(forShell).join(' ')}`))
      const { status, text } = await runQuietly(context, words, password)
      await print(indent(text))
      if (expected === 1) await print(style.dim('   → exit status 1: a pipeline stops here'))
      if (status === expected) return
      throw cliFault(
        'INTERNAL',
        `The demo expected exit status ${expected} of "${words.join(' ')}" and got ${status}.`,
        {
          fix: 'Report it, with what the demo printed.',
        },
      )
    },
  }
}

/** In this process, with the demo's password in its environment and its output kept. */
async function runQuietly(
  context: Context,
  words: readonly string[],
  password: string,
): Promise<{ status: number; text: string }> {
  const parts: Buffer[] = []
  const keep: Output = {
    isTerminal: context.io.stdout.isTerminal,
    width: context.io.stdout.width === undefined ? undefined : context.io.stdout.width - INDENT.length,
    write: async (content) => {
      parts.push(Buffer.from(content))
    },
  }
  const io: Io = {
    ...context.io,
    stdout: keep,
    stderr: keep,
    environment: { ...context.io.environment, ZEGEL_PASSWORD: password },
  }
  const status = await context.program.call(words, io)
  return { status, text: Buffer.concat(parts).toString('utf8') }
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${INDENT}${line}`)
    .join('\n')
}

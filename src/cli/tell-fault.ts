/** Writes a failure where it belongs: the sentence on standard error and, with `-o json`, the document on standard output. */

import type { Io } from './io.ts'
import { writeJson } from './shown-json.ts'
import { asFault, faultReport, faultText } from './terminal/fault.ts'
import { styleOf } from './terminal/style.ts'

/** @returns the exit status */
export async function tellFault(
  error: unknown,
  argv: readonly string[],
  io: Io,
  isDebug = isAsked(argv, /^(?:--debug|--verbose|-d)$/),
): Promise<number> {
  const fault = asFault(error)
  const style = styleOf(io.stderr, io.environment, argv.includes('--no-color'))
  await io.stderr.write(faultText(fault, style, isDebug)).catch(() => {})
  if (wantsJson(argv, io))
    await writeJson(io.stdout, `${JSON.stringify(faultReport(fault), null, 2)}\n`).catch(() => {})
  return fault.status
}

/** The flags may be what was wrong, so they are looked at without the parser. */
function wantsJson(argv: readonly string[], io: Io): boolean {
  const written = argv.flatMap((word, at) => formatIn(word, argv[at + 1]) ?? [])
  return (written.at(-1) ?? io.environment['ZEGEL_OUTPUT']) === 'json'
}

function formatIn(word: string, next: string | undefined): string | undefined {
  if (word === '-o' || word === '--output') return next === 'json' || next === 'text' ? next : undefined
  return /^(?:-o|--output=)(json|text)$/.exec(word)?.[1]
}

function isAsked(argv: readonly string[], flag: RegExp): boolean {
  return argv.some((word) => flag.test(word))
}

/** Writes a failure where it belongs: the sentence on standard error and, with `-o json`, the document on standard output. */

import type { Io } from './io.ts'
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
  if (wantsJson(argv, io)) await io.stdout.write(`${JSON.stringify(faultReport(fault), null, 2)}\n`).catch(() => {})
  return fault.status
}

/** The flags may be what was wrong, so they are looked at without the parser. */
function wantsJson(argv: readonly string[], io: Io): boolean {
  const written = argv.findLastIndex((word) => /^(?:-o|--output)(?:=|$)/.test(word) || word === '-ojson')
  if (written < 0) return io.environment['ZEGEL_OUTPUT'] === 'json'
  const word = argv[written] ?? ''
  return (
    word === '-ojson' ||
    word === '--output=json' ||
    ((word === '-o' || word === '--output') && argv[written + 1] === 'json')
  )
}

function isAsked(argv: readonly string[], flag: RegExp): boolean {
  return argv.some((word) => flag.test(word))
}

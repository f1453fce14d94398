/** A misspelt `ZEGEL_…` variable would silently demand less than was meant, so it is told. */

import { forTerminal } from '../base/index.ts'
import type { Context } from './context.ts'
import { allFlags, variableOf } from './flags.ts'
import { nearest } from './suggest.ts'

const READ_ELSEWHERE = ['ZEGEL_PASSWORD', 'ZEGEL_PROGRAM']

export function warnOfUnreadVariables(context: Context): void {
  const written = Object.keys(context.io.environment).filter((name) => name.startsWith('ZEGEL_'))
  if (written.length === 0) return
  const flags = context.program.commands.flatMap((spec) => allFlags(spec))
  const known = [...READ_ELSEWHERE, ...flags.map(([name, flag]) => variableOf(name, flag))]
  for (const name of written) {
    const meant = known.includes(name)
      ? undefined
      : nearest(
          name.slice(6),
          known.map((it) => it.slice(6)),
        )
    if (meant !== undefined)
      context.say(`zegel: nothing reads the variable ${forTerminal(name)}; did you mean ZEGEL_${meant}?`)
  }
}

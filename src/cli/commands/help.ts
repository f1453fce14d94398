/** `zegel help [COMMAND…]`. */

import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { helpFor } from '../help.ts'
import { nearest } from '../suggest.ts'

export async function run(context: Context, input: { readonly arguments: readonly string[] }): Promise<0> {
  const name = input.arguments.join(' ')
  const names = context.program.commands.flatMap((spec) => [spec.name, ...Object.keys(spec.aliases ?? {})])
  const isKnown = names.some((known) => known === name || known.startsWith(`${name} `))
  if (name !== '' && !isKnown) {
    const meant = nearest(name, names)
    throw cliFault('USAGE_COMMAND_UNKNOWN', `There is no command "${name.slice(0, 60)}".`, {
      fix: meant === undefined ? 'See all of them: zegel --help' : `Did you mean "zegel help ${meant}"?`,
    })
  }
  await context.printText(helpFor(input.arguments, context.program.commands, context.style, context.io.stdout.width))
  return 0
}

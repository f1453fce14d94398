/** `zegel man`: the man page on standard output. */

import type { Context } from '../context.ts'
import { manPage } from '../man.ts'
import { version } from '../version.ts'

export async function run(context: Context): Promise<0> {
  await context.printText(manPage(context.program.commands, version))
  return 0
}

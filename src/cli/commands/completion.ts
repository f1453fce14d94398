/** `zegel completion bash|zsh|fish`. */

import { completionScript } from '../completion/script.ts'
import type { Context } from '../context.ts'

export async function run(context: Context, input: { readonly arguments: readonly string[] }): Promise<0> {
  await context.printText(completionScript(input.arguments[0] ?? '', context.program.commands))
  return 0
}

/** Writes help, with everything that this needs in one module: `zegel --help` loads two files and no more. */

import type { Environment } from '../base/index.ts'
import { helpFor } from './help.ts'
import type { Output } from './io.ts'
import type { CommandSpec } from './table/types.ts'
import { styleOf } from './terminal/style.ts'

export async function helpOn(
  output: Output,
  words: readonly string[],
  specs: readonly CommandSpec[],
  environment: Environment,
  noColor: boolean,
): Promise<void> {
  await output.write(helpFor(words, specs, styleOf(output, environment, noColor), output.width))
}

/** `zegel download sbom IMAGE`. */

import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { findAll, writeAll } from '../download-all.ts'
import type { downloadSbomSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof downloadSbomSpec>,
): Promise<Status> {
  const [name = ''] = names
  return writeAll(context, name, await findAll(context, name, options, { role: 'sbom' }))
}

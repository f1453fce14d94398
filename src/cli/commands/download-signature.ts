/** `zegel download signature IMAGE`. */

import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { findAll, writeAll } from '../download-all.ts'
import type { downloadSignatureSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof downloadSignatureSpec>,
): Promise<Status> {
  const [name = ''] = names
  return writeAll(context, name, await findAll(context, name, options, { role: 'signature' }))
}

/** `zegel attach sbom --sbom FILE IMAGE`. */

import { importSbom } from '../../attachments/index.ts'
import { attachOne } from '../attach-one.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readNamedFile } from '../files.ts'
import type { attachSbomSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof attachSbomSpec>,
): Promise<Status> {
  const [name = ''] = names
  const bytes = await readNamedFile(context, options.sbom)
  const place = options.format === 'cosign' ? 'sbom-tag' : 'referrer'
  return attachOne(context, name, options, (target) => importSbom(target, bytes, place))
}

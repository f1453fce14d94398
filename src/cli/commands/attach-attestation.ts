/** `zegel attach attestation --attestation FILE IMAGE`. */

import { importAttestation } from '../../attachments/index.ts'
import { attachOne, readStatement } from '../attach-one.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readNamedFile } from '../files.ts'
import type { attachAttestationSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof attachAttestationSpec>,
): Promise<Status> {
  const [name = ''] = names
  const bytes = await readNamedFile(context, options.attestation)
  return attachOne(context, name, options, (target) => importAttestation(target, bytes, readStatement))
}

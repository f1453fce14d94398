/** `zegel attest --type TYPE --predicate FILE IMAGE…` */

import { predicateTypeName, predicateTypeOf } from '../../attestation/index.ts'
import type { AttestReport } from '../../contract/index.ts'
import { attestImage } from '../../signing/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readNamedFile } from '../files.ts'
import { openKeySigner, signAll, signedText } from '../sign-images.ts'
import type { attestSpec } from '../table/sign.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof attestSpec>,
): Promise<Status> {
  const { format, replace, signContainerIdentity: name } = options
  const type = predicateTypeOf(options.type)
  const predicate = await readNamedFile(context, options.predicate)
  const attestation = { format, type, predicate, replace, ...(name === undefined ? {} : { name }) }
  const signed = await signAll(context, names, options, () =>
    openKeySigner(context, options.key, options, (target, signer, signing) =>
      attestImage(target, attestation, signer, signing),
    ),
  )
  const images = signed.map((one) => ({ ...one, predicateType: type.uri }))
  const report: AttestReport = { schema: 'zegel.dev/attest/v1', images }
  if (context.isJson) await context.printJson(report)
  else await context.print(signedText(`Attested ${predicateTypeName(type.uri)} of`, images))
  return 0
}

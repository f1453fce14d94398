/** `zegel sign-blob FILE`. */

import { digestOf, toBase64, utf8 } from '../../base/index.ts'
import type { SignBlobReport } from '../../contract/index.ts'
import { signBlob } from '../../signing/index.ts'
import { anySize } from '../artifact.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readNamedFile, resultFile, writeFileAtomically } from '../files.ts'
import { openNamedSigner } from '../sign-images.ts'
import type { signBlobSpec } from '../table/sign.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: [file = '-'] }: InputOf<typeof signBlobSpec>,
): Promise<Status> {
  const signer = await openNamedSigner(context, options.key, options)
  const bytes = await readNamedFile(context, file, anySize)
  const { bundle, signature } = await signBlob(bytes, signer)
  const encoded = toBase64(signature)
  if (options.bundle !== undefined) await writeFileAtomically(context, options.bundle, bundle, resultFile)
  if (options.outputSignature !== undefined)
    await writeFileAtomically(context, options.outputSignature, [utf8(encoded)], resultFile)
  const { type, fingerprint } = signer.publicKey
  const report: SignBlobReport = {
    schema: 'zegel.dev/sign-blob/v1',
    file,
    digest: digestOf(bytes),
    key: { type, fingerprint, file: options.key },
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
  }
  if (context.isJson) await context.printJson(report)
  else if (options.bundle === undefined && options.outputSignature === undefined) await context.print(encoded)
  else
    context.say(
      `Signed ${file}: ${[options.bundle, options.outputSignature].filter((it) => it !== undefined).join(', ')}`,
    )
  return 0
}

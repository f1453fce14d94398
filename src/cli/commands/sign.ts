/** `zegel sign IMAGE…` */

import type { SignReport } from '../../contract/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { openImageSigner } from '../image-signer.ts'
import { signAll, signedText } from '../sign-images.ts'
import type { signSpec } from '../table/sign.ts'
import type { InputOf } from '../table/types.ts'

export async function run(context: Context, { options, arguments: names }: InputOf<typeof signSpec>): Promise<Status> {
  const images = await signAll(context, names, options, () => openImageSigner(context, options))
  const report: SignReport = { schema: 'zegel.dev/sign/v1', images }
  if (context.isJson) await context.printJson(report)
  else await context.print(signedText('Signed', images))
  return 0
}

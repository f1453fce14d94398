/** `zegel attest-blob --type TYPE --predicate FILE FILE`. */

import { basename } from 'node:path'
import { predicateTypeOf } from '../../attestation/index.ts'
import { digestOf } from '../../base/index.ts'
import type { AttestBlobReport } from '../../contract/index.ts'
import { attestBlob } from '../../signing/index.ts'
import { anySize } from '../artifact.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readNamedFile, resultFile, writeFileAtomically } from '../files.ts'
import { openNamedSigner } from '../sign-images.ts'
import type { attestBlobSpec } from '../table/sign.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: [file = '-'] }: InputOf<typeof attestBlobSpec>,
): Promise<Status> {
  const type = predicateTypeOf(options.type)
  const signer = await openNamedSigner(context, options.key, options)
  const { publicKey } = signer
  const predicate = await readNamedFile(context, options.predicate)
  const digest = digestOf(await readNamedFile(context, file, anySize))
  const name = file === '-' ? 'stdin' : basename(file)
  const bundle = await attestBlob({ name, digest }, type, predicate, signer, context.io.clock)
  if (options.bundle !== undefined) await writeFileAtomically(context, options.bundle, bundle, resultFile)
  const report: AttestBlobReport = {
    schema: 'zegel.dev/attest-blob/v1',
    file,
    digest,
    predicateType: type.uri,
    key: { type: publicKey.type, fingerprint: publicKey.fingerprint, file: options.key },
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
  }
  if (context.isJson) await context.printJson(report)
  else if (options.bundle !== undefined) context.say(`Attested ${file}: ${options.bundle}`)
  else await context.print(Buffer.concat(bundle).toString('utf8'))
  return 0
}

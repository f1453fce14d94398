/** `zegel verify-blob FILE`. */

import type { VerifyBlobReport } from '../../contract/index.ts'
import { type Judgement, verifyBlob } from '../../verification/index.ts'
import { blobReport, blobStatus, readArtifact } from '../artifact.ts'
import { certificateQuestionOf } from '../certificate-flags.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { readNamedFile } from '../files.ts'
import { readTrustedKeys } from '../keys.ts'
import type { InputOf } from '../table/types.ts'
import type { verifyBlobSpec } from '../table/verify.ts'
import { judgementText } from '../terminal/verdict.ts'

export async function run(
  context: Context,
  { options, arguments: [name = '-'] }: InputOf<typeof verifyBlobSpec>,
): Promise<Status> {
  const keys = await readTrustedKeys(context, options.key)
  const signature = await readNamedFile(context, signatureFile(options))
  const about = { kind: 'signature' } as const
  const certificates = await certificateQuestionOf(context, options, context.io.clock())
  const question = { about, keys, ...certificates, threshold: options.threshold, annotations: {} }
  const judgement: Judgement = await verifyBlob(await readArtifact(context, name), signature, question)
  const report: VerifyBlobReport = { schema: 'zegel.dev/verify-blob/v1', ...blobReport(name, judgement) }
  if (context.isJson) await context.printJson(report)
  else await context.print(judgementText(name, judgement, context.style))
  return blobStatus(judgement)
}

function signatureFile({ bundle, signature }: { bundle: string | undefined; signature: string | undefined }): string {
  if (bundle !== undefined && signature === undefined) return bundle
  if (signature !== undefined && bundle === undefined) return signature
  const fix = 'Give --bundle FILE (what sign-blob wrote), or --signature FILE for a bare signature.'
  if (bundle === undefined) throw cliFault('USAGE_FLAG_MISSING', 'Nothing says where the signature is.', { fix })
  throw cliFault('USAGE', '--bundle and --signature are two ways to name the signature.', { fix })
}

/** `zegel verify-blob-attestation --type TYPE FILE`: prints the verified statement. */

import { predicateContent, predicateTypeOf } from '../../attestation/index.ts'
import { textOf } from '../../base/index.ts'
import type { VerifyBlobAttestationReport } from '../../contract/index.ts'
import { verifyBlobAttestation } from '../../verification/index.ts'
import { blobReport, blobStatus, readArtifact } from '../artifact.ts'
import { certificateQuestionOf } from '../certificate-flags.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readNamedFile, resultFile, writeFileAtomically } from '../files.ts'
import { readTrustedKeys } from '../keys.ts'
import { writeJsonLine } from '../shown-json.ts'
import type { InputOf } from '../table/types.ts'
import type { verifyBlobAttestationSpec } from '../table/verify.ts'
import { judgementText } from '../terminal/verdict.ts'
import { aboutType } from './verify-attestation.ts'

export async function run(
  context: Context,
  { options, arguments: [name = '-'] }: InputOf<typeof verifyBlobAttestationSpec>,
): Promise<Status> {
  const keys = await readTrustedKeys(context, options.key)
  const bundle = await readNamedFile(context, options.bundle)
  const certificates = await certificateQuestionOf(context, options, context.io.clock())
  const question = {
    about: aboutType(options.type),
    keys,
    ...certificates,
    threshold: options.threshold,
    annotations: {},
  }
  const judgement = await verifyBlobAttestation(await readArtifact(context, name), bundle, question)
  const { statement, predicateType } = judgement
  if (options.predicateOut !== undefined && statement?.predicate !== undefined) {
    const form = options.type === 'any' ? 'object' : predicateTypeOf(options.type).form
    await writeFileAtomically(context, options.predicateOut, [predicateContent(statement.predicate, form)], resultFile)
  }
  if (context.isJson) {
    const report: VerifyBlobAttestationReport = {
      schema: 'zegel.dev/verify-blob-attestation/v1',
      ...blobReport(name, judgement),
      ...(predicateType === undefined ? {} : { predicateType }),
      ...(statement === undefined ? {} : { statement: JSON.parse(textOf(statement.raw)) as Record<string, unknown> }),
    }
    await context.printJson(report)
  } else if (statement === undefined) {
    await context.print(judgementText(name, judgement, context.style))
  } else {
    context.say(judgementText(name, judgement, context.storyStyle))
    await writeJsonLine(context.io.stdout, statement.raw)
  }
  return blobStatus(judgement)
}

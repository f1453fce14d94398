/** `zegel verify IMAGE…` */

import { certificateQuestionOf } from '../certificate-flags.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { readTrustedKeys } from '../keys.ts'
import { imageQuestion } from '../question.ts'
import type { InputOf } from '../table/types.ts'
import type { verifySpec } from '../table/verify.ts'
import { verdictText } from '../terminal/verdict.ts'
import { verifyImages } from '../verify-images.ts'
import { verifyReport, worstStatus } from '../verify-report.ts'
import { x509QuestionOf } from '../x509-flags.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof verifySpec>,
): Promise<Status> {
  const keys = await readTrustedKeys(context, options.key)
  const at = options.at ?? context.io.clock()
  const certificates = await certificateQuestionOf(context, options, at)
  const question = { ...imageQuestion({ kind: 'signature' }, keys, options), ...certificates }
  const asked = { question, ...(await x509QuestionOf(context, options, at)) }
  const verdicts = await verifyImages(context, names, asked, options)
  if (context.isJson) await context.printJson(verifyReport(verdicts, at))
  else await context.print(verdicts.map(({ name, verdict }) => verdictText(name, verdict, context.style)).join('\n\n'))
  return worstStatus(verdicts.map(({ verdict }) => verdict.verdict))
}

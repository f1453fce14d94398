/** `zegel verify-attestation --type TYPE IMAGE…`: prints the verified statements, as they were signed. */

import { predicateContent, predicateTypeOf, type Statement } from '../../attestation/index.ts'
import type { Question } from '../../verification/index.ts'
import { certificateQuestionOf } from '../certificate-flags.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { resultFile, writeFileAtomically } from '../files.ts'
import { readTrustedKeys } from '../keys.ts'
import { imageQuestion } from '../question.ts'
import { writeJsonLine } from '../shown-json.ts'
import type { InputOf } from '../table/types.ts'
import type { verifyAttestationSpec } from '../table/verify.ts'
import { verdictText } from '../terminal/verdict.ts'
import { verifyImages } from '../verify-images.ts'
import { type NamedVerdict, verifyAttestationReport, worstStatus } from '../verify-report.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof verifyAttestationSpec>,
): Promise<Status> {
  const keys = await readTrustedKeys(context, options.key)
  const at = options.at ?? context.io.clock()
  const certificates = await certificateQuestionOf(context, options, at)
  const question = { ...imageQuestion(aboutType(options.type), keys, options), ...certificates }
  const verdicts = await verifyImages(context, names, { question }, options)
  const status = worstStatus(verdicts.map(({ verdict }) => verdict.verdict))
  const statements = verdicts.flatMap(passedStatements)
  if (options.predicateOut !== undefined && status === 0) {
    await writePredicate(context, options.predicateOut, options.type, statements)
  }
  if (context.isJson) await context.printJson(verifyAttestationReport(verdicts, at))
  else await printText(context, verdicts, statements, options.predicateOut !== undefined)
  return status
}

export function aboutType(type: string): Question['about'] {
  return { kind: 'attestation', predicateType: type === 'any' ? 'any' : predicateTypeOf(type).uri }
}

function passedStatements({ verdict }: NamedVerdict): readonly Statement[] {
  if (verdict.verdict !== 'verified') return []
  return verdict.candidates.map(({ statement }) => statement).filter((statement) => statement !== undefined)
}

/** The statements are the result; who signed them is the story. A refusal is the result itself. */
async function printText(
  context: Context,
  verdicts: readonly NamedVerdict[],
  statements: readonly Statement[],
  isInFile: boolean,
): Promise<void> {
  for (const { name, verdict } of verdicts) {
    if (verdict.verdict === 'verified') context.say(verdictText(name, verdict, context.storyStyle))
    else await context.print(verdictText(name, verdict, context.style))
  }
  // Whoever has the predicate in a file does not want it on the terminal too.
  if (isInFile) return
  for (const { raw } of statements) await writeJsonLine(context.io.stdout, raw)
}

async function writePredicate(
  context: Context,
  file: string,
  type: string,
  statements: readonly Statement[],
): Promise<void> {
  const [statement, another] = statements
  if (statement?.predicate === undefined || another !== undefined) {
    const found = another === undefined ? 'no predicate was verified' : `${statements.length} predicates were verified`
    throw cliFault('PREDICATE_AMBIGUOUS', `--predicate-out takes exactly one predicate; ${found}.`, {
      fix: 'Name one image and one --type, or take them all from the output with -o json.',
    })
  }
  const form = type === 'any' ? 'object' : predicateTypeOf(type).form
  await writeFileAtomically(context, file, [predicateContent(statement.predicate, form)], resultFile)
}

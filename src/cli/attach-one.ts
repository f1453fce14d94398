/** What the `attach` commands share: the image, the report. */

import type { Imported, ImportTarget, ReadStatement } from '../attachments/index.ts'
import { parseStatement, subjectOf } from '../attestation/index.ts'
import { forTerminal } from '../base/index.ts'
import type { AttachReport } from '../contract/index.ts'
import type { Status } from './command.ts'
import type { Context } from './context.ts'
import { type ImageOptions, openForSigning, requireDescriptor } from './images.ts'
import { pauseOf } from './pause.ts'
import { kindWords } from './terminal/attachments.ts'

export const readStatement: ReadStatement = (payload) => {
  const statement = parseStatement(payload)
  return {
    predicateType: statement.predicateType,
    isAbout: (digest) => subjectOf(statement, digest) !== undefined,
  }
}

export async function attachOne(
  context: Context,
  name: string,
  options: ImageOptions,
  attach: (target: ImportTarget) => Promise<Imported>,
): Promise<Status> {
  const opened = await openForSigning(context, name, options)
  const subject = await requireDescriptor(opened)
  const target = { store: opened.evidence, subject, pause: pauseOf(context), clock: context.io.clock }
  const { outcome, kind, place, manifest } = await attach(target)
  const report: AttachReport = {
    schema: 'zegel.dev/attach/v1',
    image: name,
    digest: subject.digest,
    kind,
    outcome,
    repository: opened.evidence.name,
    place,
    manifest,
  }
  if (context.isJson) await context.printJson(report)
  else {
    const done = outcome === 'pushed' ? 'Attached' : 'Was attached already:'
    await context.print(`${done} ${kindWords[kind]} to ${forTerminal(name)}\n  manifest  ${manifest} (${place})`)
  }
  return 0
}

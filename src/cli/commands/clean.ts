/** `zegel clean --type TYPE IMAGE`. */

import { cleanImage } from '../../attachments/index.ts'
import { forTerminal } from '../../base/index.ts'
import type { CleanReport } from '../../contract/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { openForSigning, requireDescriptor } from '../images.ts'
import { pauseOf } from '../pause.ts'
import type { cleanSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'
import { kindWords, problemLines } from '../terminal/attachments.ts'

export async function run(context: Context, { options, arguments: names }: InputOf<typeof cleanSpec>): Promise<Status> {
  const [name = ''] = names
  const opened = await openForSigning(context, name, options)
  const { digest } = await requireDescriptor(opened)
  const { type, dryRun } = options
  const { removed, problems } = await cleanImage(opened.evidence, digest, {
    types: [type],
    dryRun,
    pause: pauseOf(context),
  })
  if (context.isJson) {
    const report: CleanReport = {
      schema: 'zegel.dev/clean/v1',
      image: name,
      digest,
      isDryRun: dryRun,
      removed,
      problems,
    }
    await context.printJson(report)
  } else {
    const count = `${removed.length} ${removed.length === 1 ? 'attachment' : 'attachments'}`
    const lines = removed.map(({ kind, place, manifest, layer, tag }) => {
      return `  ${kindWords[kind]}  ${tag === undefined ? `${manifest} (${place})` : `${tag} ${layer ?? ''}`}`
    })
    const what = dryRun ? `Would remove ${count} of` : `Removed ${count} of`
    await context.print([`${what} ${forTerminal(name)}`, ...lines].join('\n'))
  }
  for (const line of problemLines(problems)) context.say(line)
  return problems.some(({ isUnseen, code }) => isUnseen && code !== 'ATTACHMENT_MISSING') ? 3 : 0
}

/** `zegel trust policy check`. */

import { forTerminal } from '../../base/index.ts'
import type { TrustPolicyCheckReport } from '../../contract/index.ts'
import { checkPolicy, checkPolicyStores, openTrustStores, parseTrustPolicy } from '../../trust/index.ts'
import type { Context } from '../context.ts'
import type { trustPolicyCheckSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import type { Style } from '../terminal/style.ts'
import { readTrustPolicy, trustFolder } from '../trust-folder.ts'

export async function run(
  context: Context,
  { options, arguments: [named = ''] }: InputOf<typeof trustPolicyCheckSpec>,
): Promise<0 | 1> {
  const { file, bytes } = await readTrustPolicy(context, named)
  const document = parseTrustPolicy(bytes, file)
  // notation's own policy names notation's own stores.
  const stores = options.trustStore ?? (named === 'default' ? 'default' : undefined)
  const storeNotes =
    stores === undefined
      ? []
      : await checkPolicyStores(document, openTrustStores(trustFolder(context, stores)), context.io.clock())
  const notes = [...checkPolicy(document), ...storeNotes]
  const status = notes.some(({ kind }) => kind === 'error') ? 1 : 0
  const statements = document.statements.length
  const report: TrustPolicyCheckReport = {
    schema: 'zegel.dev/trust-policy-check/v1',
    status,
    file,
    statements,
    notes,
  }
  if (context.isJson) await context.printJson(report)
  else await context.print(textOf(report, context.style))
  if (stores === undefined) context.say('Its trust stores were not looked at: add --trust-store DIR.')
  return status
}

function textOf({ file, status, statements, notes }: TrustPolicyCheckReport, style: Style): string {
  const count = statements === 1 ? '1 statement' : `${statements} statements`
  const head =
    status === 0
      ? `${style.good('ok')}  ${forTerminal(file)}: ${count}, every rule kept`
      : `${style.bad('not usable')}  ${forTerminal(file)}: ${count}, every rule kept, and trust stores are missing or broken`
  const lines = notes.flatMap(({ kind, code, statement, detail, fix }) => [
    `  ${kind === 'error' ? style.bad(kind) : kind}  "${forTerminal(statement)}": ${forTerminal(detail)} ${style.dim(`[${code}]`)}`,
    `    fix: ${forTerminal(fix)}`,
  ])
  return [head, ...lines].join('\n')
}

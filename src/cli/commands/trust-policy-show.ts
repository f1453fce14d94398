/** `zegel trust policy show`. */

import { forTerminal } from '../../base/index.ts'
import type { TrustPolicyReport } from '../../contract/index.ts'
import { parseReference, repositoryName } from '../../oci/index.ts'
import { matchScope, parseTrustPolicy, type TrustPolicyDocument } from '../../trust/index.ts'
import type { Context } from '../context.ts'
import type { trustPolicyShowSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import { readTrustPolicy } from '../trust-folder.ts'
import { statementLines, statementReport } from '../trust-policy-report.ts'

export async function run(
  context: Context,
  { options, arguments: [named = ''] }: InputOf<typeof trustPolicyShowSpec>,
): Promise<0 | 1> {
  const { file, bytes } = await readTrustPolicy(context, named)
  const document = parseTrustPolicy(bytes, file)
  const report = options.scope === undefined ? all(file, document) : of(file, document, options.scope)
  if (context.isJson) await context.printJson(report)
  else await context.print(textOf(context, report))
  return report.status
}

function all(file: string, { statements }: TrustPolicyDocument): TrustPolicyReport {
  return {
    schema: 'zegel.dev/trust-policy/v1',
    status: 0,
    file,
    statements: statements.map(statementReport),
    notes: [],
  }
}

function of(file: string, { statements }: TrustPolicyDocument, scope: string): TrustPolicyReport {
  const repository = repositoryName(parseReference(scope))
  const found = matchScope(statements, repository)
  return {
    schema: 'zegel.dev/trust-policy/v1',
    status: found === undefined ? 1 : 0,
    file,
    statements: found === undefined ? [] : [statementReport(found.statement)],
    repository,
    ...(found === undefined ? {} : { scope: found.scope }),
    notes: [],
  }
}

function textOf({ style }: Context, { file, statements, repository, scope }: TrustPolicyReport): string {
  const lines = statements.flatMap((statement) => statementLines(statement, style))
  if (repository === undefined) return lines.join('\n')
  if (scope === undefined)
    return `No statement of ${forTerminal(file)} is about ${repository}: nothing there would verify.`
  return [`${repository} is judged by the scope "${scope}" of`, ...lines].join('\n')
}

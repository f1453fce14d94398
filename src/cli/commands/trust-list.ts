/** `zegel trust list`. */

import { forTerminal } from '../../base/index.ts'
import type { TrustStoreReport, TrustStoresReport } from '../../contract/index.ts'
import { listTrustStores, type StoreName, storeTypes, trustFault } from '../../trust/index.ts'
import type { Context } from '../context.ts'
import type { trustListSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import { columns } from '../terminal/columns.ts'
import type { Style } from '../terminal/style.ts'
import { trustFolder } from '../trust-folder.ts'
import { storeReport, validityText } from '../trust-report.ts'

export async function run(context: Context, { options }: InputOf<typeof trustListSpec>): Promise<0> {
  const directory = trustFolder(context, options.dir)
  const wanted = ({ type, name }: StoreName): boolean =>
    (options.type ?? type) === type && (options.store ?? name) === name
  const found = (await listTrustStores(directory)).filter(wanted)
  if (found.length === 0 && options.store !== undefined) {
    throw trustFault('TRUST_STORE_MISSING', `${directory} has no trust store called ${options.store}.`, {
      fix: `See all of them: zegel trust list --dir ${options.dir}`,
    })
  }
  const stores: TrustStoreReport[] = []
  for (const store of found) stores.push(await storeReport(directory, store, context.io.clock()))
  const report: TrustStoresReport = { schema: 'zegel.dev/trust-stores/v1', directory, stores }
  if (context.isJson) await context.printJson(report)
  else await context.print(textOf(report, context.style))
  return 0
}

function textOf({ directory, stores }: TrustStoresReport, style: Style): string {
  if (stores.length === 0) return `No trust stores in ${forTerminal(directory)} (of ${storeTypes.join(', ')}).`
  const rows = stores.flatMap(({ type, name, certificates, problem }) => {
    const store = forTerminal(`${type}:${name}`)
    if (problem !== undefined) return [[store, style.bad('cannot be used'), forTerminal(problem.detail)]]
    if (certificates.length === 0) return [[store, style.bad('is empty')]]
    return certificates.map(({ file, subject, notAfter, validity, fingerprint, ...rest }) => {
      const until = `until ${notAfter.slice(0, 10)}`
      const state = validity === 'valid' ? until : style.bad(validityText(validity))
      const bad = rest.problem === undefined ? [] : [style.bad(forTerminal(rest.problem))]
      return [store, forTerminal(file), state, fingerprint.slice(0, 23), forTerminal(subject), ...bad]
    })
  })
  return columns(rows)
}

/** `zegel trust show`. */

import { forTerminal } from '../../base/index.ts'
import type { TrustStoresReport } from '../../contract/index.ts'
import { formatStoreName, readStoreFiles, type StoreName, storeFolder } from '../../trust/index.ts'
import type { Context } from '../context.ts'
import type { trustShowSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import { trustFolder } from '../trust-folder.ts'
import { certificateLines, trustCertificate } from '../trust-report.ts'
import { isNamedBy, notStored } from '../trust-stored.ts'

export async function run(context: Context, { options, arguments: words }: InputOf<typeof trustShowSpec>): Promise<0> {
  const directory = trustFolder(context, options.dir)
  const store: StoreName = { type: options.type, name: options.store }
  const folder = storeFolder(directory, store)
  const stored = await readStoreFiles(folder, store)
  const missing = words.find((word) => !stored.some((one) => isNamedBy(word, one)))
  if (missing !== undefined) throw notStored(missing, store, directory)
  const shown = stored.filter((one) => words.length === 0 || words.some((word) => isNamedBy(word, one)))
  const certificates = shown.map((one) => trustCertificate(one, store.type, context.io.clock()))
  const report: TrustStoresReport = {
    schema: 'zegel.dev/trust-stores/v1',
    directory,
    stores: [{ ...store, folder, certificates }],
  }
  if (context.isJson) await context.printJson(report)
  else
    for (const certificate of certificates) {
      await context.print(forTerminal(`${formatStoreName(store)}  ${certificate.file}`))
      await context.print(
        certificateLines(certificate, context.style)
          .map((line) => `  ${line}`)
          .join('\n'),
      )
    }
  return 0
}

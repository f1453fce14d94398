/** `zegel key public`. */

import { bufferOf } from '../../base/index.ts'
import type { KeyPublicReport } from '../../contract/index.ts'
import { writePublicKey } from '../../crypto/index.ts'
import type { Context } from '../context.ts'
import { writeFileAtomically } from '../files.ts'
import { openAnyKey } from '../keys.ts'
import type { keyPublicSpec } from '../table/key.ts'
import type { InputOf } from '../table/types.ts'

export async function run(context: Context, { options }: InputOf<typeof keyPublicSpec>): Promise<0> {
  const key = await openAnyKey(context, options.key, options)
  const pem = writePublicKey(key)
  const { out } = options
  if (out !== undefined) await writeFileAtomically(context, out, [pem], { mode: 0o644, overwrite: true })
  const report: KeyPublicReport = {
    schema: 'zegel.dev/key-public/v1',
    type: key.type,
    bits: key.bits,
    fingerprint: key.fingerprint,
    pem: bufferOf(pem).toString('latin1'),
    ...(out === undefined ? {} : { file: out }),
  }
  if (context.isJson) await context.printJson(report)
  else if (out === undefined) await context.print(report.pem)
  else context.say(`Wrote ${out}.`)
  return 0
}

/** `zegel version`. */

import type { VersionReport } from '../../contract/index.ts'
import type { Context } from '../context.ts'
import { version } from '../version.ts'

export async function run(context: Context): Promise<0> {
  const report: VersionReport = {
    schema: 'zegel.dev/version/v1',
    version,
    node: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
  }
  if (context.isJson) await context.printJson(report)
  else
    await context.print(`zegel ${report.version} (Node.js ${report.node}, ${report.platform} ${report.architecture})`)
  return 0
}

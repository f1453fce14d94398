/** `zegel logout REGISTRY`. */

import type { LogoutReport } from '../../contract/index.ts'
import { removeLogin } from '../../registry/index.ts'
import type { Context } from '../context.ts'
import { runProgram } from '../programs.ts'
import { readRegistryName } from '../registry-name.ts'
import type { logoutSpec } from '../table/registry.ts'
import type { InputOf } from '../table/types.ts'

export async function run(context: Context, { arguments: words }: InputOf<typeof logoutSpec>): Promise<0> {
  const registry = readRegistryName(words[0] ?? '')
  const { environment, home } = context.io
  const wasLoggedIn = await removeLogin({ environment, home, run: runProgram(environment) }, registry)
  const report: LogoutReport = { schema: 'zegel.dev/logout/v1', registry, wasLoggedIn }
  if (context.isJson) await context.printJson(report)
  else await context.print(wasLoggedIn ? `Logged out of ${registry}.` : `There was no login of ${registry}.`)
  return 0
}

/** `zegel login REGISTRY`: checks the credentials, then keeps them where docker, podman and cosign look. */

import { forTerminal } from '../../base/index.ts'
import type { LoginReport } from '../../contract/index.ts'
import { saveLogin } from '../../registry/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { runProgram } from '../programs.ts'
import { credentialsOf, openRegistry } from '../registries.ts'
import { readRegistryName } from '../registry-name.ts'
import type { loginSpec } from '../table/registry.ts'
import type { InputOf } from '../table/types.ts'

export async function run(context: Context, { options, arguments: words }: InputOf<typeof loginSpec>): Promise<0> {
  const registry = readRegistryName(words[0] ?? '')
  checkUsername(options.username)
  const credentials = await credentialsOf(context, options, registry)
  const given = await credentials.find(registry, undefined)
  if (given?.kind !== 'password') throw new TypeError('A name and a password were given.')
  const checked = await (await openRegistry(context, options, registry, credentials)).checkLogin(registry)
  if (checked === 'not-asked') context.say(`${registry} asks nobody for a password, so it was not checked.`)
  const { environment, home } = context.io
  const { username, password } = given
  const kept = await saveLogin({ environment, home, run: runProgram(environment) }, { registry, username, password })
  const report: LoginReport = {
    schema: 'zegel.dev/login/v1',
    registry,
    username,
    storedIn: kept.helper === undefined ? kept.path : `docker-credential-${kept.helper}`,
  }
  if (context.isJson) await context.printJson(report)
  else await context.print(`Logged in to ${registry} as ${forTerminal(username)}.`)
  if (kept.helper === undefined) {
    context.say(`${kept.path} holds the password as it is; a credential helper (credsStore) would keep it safer.`)
  }
  return 0
}

function checkUsername(username: string | undefined): void {
  if (username === undefined) {
    throw cliFault('USAGE_FLAG_MISSING', 'Nothing says who logs in.', { fix: 'Add --username NAME.' })
  }
  // RFC 7617 section 2: a user-id with a colon cannot be told from the password.
  if (!username.includes(':')) return
  throw cliFault('USAGE_VALUE_INVALID', 'A user name has no colon in it.', {
    fix: 'Give the name alone, and the password on standard input with --password-stdin.',
  })
}

/** `zegel registry serve`: our own registry in the foreground. */

import { clip } from '../../base/index.ts'
import type { RegistryReport } from '../../contract/index.ts'
import { startRegistry } from '../../distribution/index.ts'
import type { Context } from '../context.ts'
import { parseAddress, untilStopped } from '../serving.ts'
import type { registryServeSpec } from '../table/registry.ts'
import type { InputOf } from '../table/types.ts'

export async function run(context: Context, { options }: InputOf<typeof registryServeSpec>): Promise<0> {
  const { address, port } = parseAddress(options.address)
  const { clock, random } = context.io
  const { log } = context
  const server = await startRegistry({
    address,
    port,
    allowRemote: options.allowRemote,
    log,
    clock,
    random,
    onRequest: ({ method, path, status }) => log.debug('served', { method, path, status }),
    ...(options.dir === undefined ? {} : { dir: options.dir }),
  })
  context.atEnd(() => server.close())
  await tell(context, server, options.dir)
  await untilStopped(context)
  return 0
}

async function tell(context: Context, { url, address }: { url: string; address: string }, dir?: string): Promise<void> {
  const report: RegistryReport = {
    schema: 'zegel.dev/registry/v1',
    address,
    url,
    ...(dir === undefined ? {} : { directory: dir }),
  }
  if (context.isJson) await context.printJson(report)
  else await context.print(address)
  const where = dir === undefined ? 'in memory' : `in ${clip(dir)}`
  context.say(`A registry serves at ${url}, ${where}, until Ctrl-C. Push to ${address}/NAME:TAG.`)
}

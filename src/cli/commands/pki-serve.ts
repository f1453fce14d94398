/** `zegel pki serve`: the testing authority in the foreground. */

import { join } from 'node:path'
import { REVOKED_FILE, readAuthority, readRevoked, serveAuthority } from '../../authority/index.ts'
import { clip, limits } from '../../base/index.ts'
import type { PkiServeReport } from '../../contract/index.ts'
import type { Context } from '../context.ts'
import { readNamedFile } from '../files.ts'
import { parseAddress, untilStopped } from '../serving.ts'
import type { pkiServeSpec } from '../table/pki.ts'
import type { InputOf } from '../table/types.ts'

export async function run(context: Context, input: InputOf<typeof pkiServeSpec>): Promise<0> {
  const { options } = input
  const [directory = ''] = input.arguments
  const { clock, random } = context.io
  const { log } = context
  const read = (path: string): Promise<Uint8Array> => readNamedFile(context, join(directory, path), limits.keyFileBytes)
  const revoked = async () => readRevoked(await read(REVOKED_FILE))
  const { address, port } = parseAddress(options.address)
  const kept = await readAuthority(read)
  await revoked()
  const server = await serveAuthority({
    ...kept,
    revoked,
    clock,
    random,
    freshMs: options.freshFor,
    address,
    port,
    allowRemote: options.allowRemote,
    log,
    onRequest: ({ method, path, status }) => log.debug('served', { method, path, status }),
  })
  context.atEnd(() => server.close())
  await tell(context, directory, server)
  await untilStopped(context)
  return 0
}

async function tell(context: Context, directory: string, server: { url: string; address: string }): Promise<void> {
  const { url, address } = server
  const report: PkiServeReport = {
    schema: 'zegel.dev/pki-serve/v1',
    directory,
    address,
    url,
    timestampUrl: `${url}/timestamp`,
    ocspUrl: `${url}/ocsp`,
    crlUrls: ['root', 'intermediate', 'tsa-root'].map((name) => `${url}/crl/${name}.crl`),
  }
  if (context.isJson) await context.printJson(report)
  else await context.print(address)
  context.say(`The testing authority in ${clip(directory)} serves timestamps, OCSP and CRLs at ${url}, until Ctrl-C.`)
}

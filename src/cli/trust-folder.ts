/** The folder of trust stores and the trust policy that a person names: `default` is notation's own, and nothing else reads that. */

import { type Bytes, limits } from '../base/index.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './files.ts'
import { notationFolders } from './notation-folders.ts'

export function trustFolder({ io }: Context, named: string): string {
  return named === 'default' ? notationFolders(io).trustStore : named
}

export async function readTrustPolicy(context: Context, named: string): Promise<{ file: string; bytes: Bytes }> {
  const file = named === 'default' ? notationFolders(context.io).policyFile() : named
  return { file, bytes: await readNamedFile(context, file, limits.configFileBytes) }
}

/** The keys of `--key` where signatures are verified. */

import type { TrustedKey } from '../verification/index.ts'
import type { Context } from './context.ts'
import { openPublicKey } from './keys.ts'

/** @param named files, `-` or `env://NAME`; none is an error that the verification itself explains */
export async function readTrustedKeys(context: Context, named: readonly string[]): Promise<readonly TrustedKey[]> {
  const keys: TrustedKey[] = []
  for (const name of named) keys.push({ name, key: await openPublicKey(context, name) })
  return keys
}

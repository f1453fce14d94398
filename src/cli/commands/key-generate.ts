/** `zegel key generate`. */

import type { Context } from '../context.ts'
import { newKey } from '../new-key.ts'
import { newPassword } from '../password.ts'
import type { keyGenerateSpec } from '../table/key.ts'
import type { InputOf } from '../table/types.ts'
import { assertPairIsFree, writeKeyPair } from './key-pair.ts'

type Input = InputOf<typeof keyGenerateSpec>

export async function run(context: Context, { options }: Input): Promise<0> {
  await assertPairIsFree(options.out)
  const password = await newPassword(context, options, `Password of the new key ${options.out}.key`)
  await writeKeyPair(context, options.out, newKey(options.type), password)
  return 0
}

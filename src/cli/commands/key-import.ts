/** `zegel key import`. */

import { readPrivateKey } from '../../crypto/index.ts'
import type { Context } from '../context.ts'
import { readKeyBytes } from '../keys.ts'
import { askPassword, newPassword, readPasswordFile } from '../password.ts'
import type { keyImportSpec } from '../table/key.ts'
import type { InputOf } from '../table/types.ts'
import { assertPairIsFree, writeKeyPair } from './key-pair.ts'

const NOT_GIVEN = { passwordFd: undefined, passwordFile: undefined }

export async function run(context: Context, { options }: InputOf<typeof keyImportSpec>): Promise<0> {
  await assertPairIsFree(options.out)
  const { key: named, oldPasswordFile } = options
  const key = await readPrivateKey(await readKeyBytes(context, named), named, async () => {
    if (oldPasswordFile !== undefined) return await readPasswordFile(context, oldPasswordFile)
    return await askPassword(context, NOT_GIVEN, `Password that ${named} has now`)
  })
  const password = await newPassword(context, options, `Password of the new key ${options.out}.key`)
  await writeKeyPair(context, options.out, key, password)
  return 0
}

/** `zegel key generate`. */

import { generatePrivateKey, type KeyType } from '../../crypto/index.ts'
import type { Context } from '../context.ts'
import { newPassword } from '../password.ts'
import type { keyGenerateSpec } from '../table/key.ts'
import type { InputOf } from '../table/types.ts'
import { assertPairIsFree, writeKeyPair } from './key-pair.ts'

type Input = InputOf<typeof keyGenerateSpec>

const TYPES: Readonly<Record<Input['options']['type'], readonly [KeyType, number?]>> = {
  p256: ['ecdsa-p256'],
  p384: ['ecdsa-p384'],
  p521: ['ecdsa-p521'],
  'rsa-2048': ['rsa', 2048],
  'rsa-3072': ['rsa', 3072],
  'rsa-4096': ['rsa', 4096],
  ed25519: ['ed25519'],
}

export async function run(context: Context, { options }: Input): Promise<0> {
  await assertPairIsFree(options.out)
  const password = await newPassword(context, options, `Password of the new key ${options.out}.key`)
  const [type, bits] = TYPES[options.type]
  await writeKeyPair(context, options.out, generatePrivateKey(type, bits), password)
  return 0
}

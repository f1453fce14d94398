/** The types of new keys, as `--type` names them. */

import { generatePrivateKey, type KeyType, type PrivateKey } from '../crypto/index.ts'

const TYPES = {
  p256: ['ecdsa-p256'],
  p384: ['ecdsa-p384'],
  p521: ['ecdsa-p521'],
  'rsa-2048': ['rsa', 2048],
  'rsa-3072': ['rsa', 3072],
  'rsa-4096': ['rsa', 4096],
  ed25519: ['ed25519'],
} as const satisfies Readonly<Record<string, readonly [KeyType, number?]>>

export function newKey(type: keyof typeof TYPES): PrivateKey {
  const [name, bits] = TYPES[type]
  return generatePrivateKey(name, bits)
}

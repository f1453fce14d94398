/** Private keys for tests; of nothing but the room `crypto`, so that the tests of low floors load no others. */

import { generateKeyPairSync } from 'node:crypto'
import { type KeyType, type PrivateKey, publicKeyFromSpki } from '../../src/crypto/index.ts'

export function makeKey(type: KeyType = 'ecdsa-p256', bits = 2048): PrivateKey {
  const { privateKey, publicKey } = pair(type, bits)
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return { keyObject: privateKey, publicKey: publicKeyFromSpki(spki, 'test key') }
}

function pair(type: KeyType, bits: number): ReturnType<typeof generateKeyPairSync> {
  switch (type) {
    case 'ecdsa-p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'ecdsa-p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' })
    case 'ecdsa-p521':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' })
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: bits })
    case 'ed25519':
      return generateKeyPairSync('ed25519')
  }
}

/** Keys for tests, made once a run. */

import { generateKeyPairSync } from 'node:crypto'
import { type KeyType, type PrivateKey, publicKeyFromSpki } from '../../src/crypto/index.ts'
import { keySigner, type Signer } from '../../src/signing/index.ts'
import type { Question, TrustedKey } from '../../src/verification/index.ts'

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

export interface TestSigner {
  readonly key: PrivateKey
  readonly signer: Signer
  readonly trusted: TrustedKey
}

export function testSigner(name = 'release.pub', type: KeyType = 'ecdsa-p256'): TestSigner {
  const key = makeKey(type)
  return { key, signer: keySigner(key), trusted: { name, key: key.publicKey } }
}

export function signatureQuestion(keys: readonly TrustedKey[], more: Partial<Question> = {}): Question {
  return { about: { kind: 'signature' }, keys, threshold: 1, annotations: {}, ...more }
}

export function attestationQuestion(
  keys: readonly TrustedKey[],
  predicateType: string,
  more: Partial<Question> = {},
): Question {
  return { about: { kind: 'attestation', predicateType }, keys, threshold: 1, annotations: {}, ...more }
}

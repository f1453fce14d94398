/** Keys for tests, made once a run. */

import type { KeyType, PrivateKey } from '../../src/crypto/index.ts'
import { keySigner, type Signer } from '../../src/signing/index.ts'
import type { Question, TrustedKey } from '../../src/verification/index.ts'
import { makeKey } from './make-key.ts'

export { makeKey }

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

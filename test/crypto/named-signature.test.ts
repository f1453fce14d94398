import { constants, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type HashName, type KeyType, type NamedAlgorithm, signNamed, verifyNamed } from '../../src/crypto/index.ts'
import { codeOf } from '../support/fuzz.ts'
import { makeKey } from '../support/keys.ts'

const message = [Buffer.from('what is '), Buffer.from('signed')]
const hashes: readonly HashName[] = ['sha256', 'sha384', 'sha512']
const rows: readonly (readonly [KeyType, NamedAlgorithm])[] = [
  ...(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const).flatMap((type) =>
    hashes.flatMap((hash) =>
      (['der', 'fixed'] as const).map((encoding) => [type, { kind: 'ecdsa', hash, encoding }] as const),
    ),
  ),
  ...hashes.flatMap((hash) => (['rsa-pkcs1', 'rsa-pss'] as const).map((kind) => ['rsa', { kind, hash }] as const)),
  ['ed25519', { kind: 'ed25519' }],
]

describe('a named signature', () => {
  test.each(rows)('%s %j is verified, and no other algorithm verifies it', (type, algorithm) => {
    const key = makeKey(type)
    const signature = signNamed(key, algorithm, message)
    for (const [, other] of rows) {
      const isSame = JSON.stringify(other) === JSON.stringify(algorithm)
      expect(verifyNamed(key.publicKey, other, message, signature)).toBe(isSame)
    }
    expect(verifyNamed(key.publicKey, algorithm, [Buffer.from('something else')], signature)).toBe(false)
    expect(verifyNamed(key.publicKey, algorithm, message, signature.subarray(1))).toBe(false)
  })

  test('RSASSA-PSS with another length of salt is refused', () => {
    const key = makeKey('rsa')
    const options = { key: key.keyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }
    const signature = sign('sha256', Buffer.concat(message), options)
    expect(verifyNamed(key.publicKey, { kind: 'rsa-pss', hash: 'sha256' }, message, signature)).toBe(false)
  })

  test('a key does not sign with what does not fit it', () => {
    expect(codeOf(() => signNamed(makeKey('ed25519'), { kind: 'rsa-pss', hash: 'sha256' }, message))).toBe(
      'SCHEME_MISMATCH',
    )
  })
})

import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestOf, utf8 } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  type KeyType,
  prepareKey,
  schemesOf,
  signParts,
  verifyDigest,
} from '../../src/crypto/index.ts'

const content = utf8('hello blob\n')
const own = { 'ecdsa-p256': 'sha256', 'ecdsa-p384': 'sha384', 'ecdsa-p521': 'sha512', rsa: 'sha256' } as const

beforeAll(() => prepareKey({ type: 'ed25519' }))

describe.each(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa'] as const)('%s', (type) => {
  const key = generatePrivateKey(type, 2048)
  const scheme = schemesOf(type)[0] ?? 'ed25519'
  test('agrees with the verification of the content', async () => {
    for (let round = 0; round < 5; round++) {
      const signature = signParts(key, scheme, [content])
      expect(await verifyDigest(key.publicKey, digestOf(content, own[type]), signature)).toBe(true)
      expect(await verifyDigest(key.publicKey, digestOf(utf8('other'), own[type]), signature)).toBe(false)
      expect(await verifyDigest(key.publicKey, digestOf(content, own[type]), signature.subarray(1))).toBe(false)
      expect(
        await verifyDigest(generatePrivateKey(type, 2048).publicKey, digestOf(content, own[type]), signature),
      ).toBe(false)
    }
  })

  test('a digest of another algorithm cannot tell', async () => {
    const signature = signParts(key, scheme, [content])
    for (const algorithm of ['sha256', 'sha384', 'sha512'] as const)
      if (algorithm !== own[type])
        expect(await verifyDigest(key.publicKey, digestOf(content, algorithm), signature)).toBe('needs-message')
  })
})

test('Ed25519: the prehashed variant by SHA-512, the plain one never', async () => {
  const type: KeyType = 'ed25519'
  const key = generatePrivateKey(type)
  const prehashed = signParts(key, 'ed25519ph', [content])
  expect(await verifyDigest(key.publicKey, digestOf(content, 'sha512'), prehashed)).toBe(true)
  expect(await verifyDigest(key.publicKey, digestOf(content, 'sha256'), prehashed)).toBe('needs-message')
  expect(await verifyDigest(key.publicKey, digestOf(content, 'sha512'), signParts(key, 'ed25519', [content]))).toBe(
    'needs-message',
  )
  const digest = createHash('sha512').update(content).digest()
  expect(await verifyDigest(key.publicKey, digestOf(content, 'sha512'), signParts(key, 'ed25519', [digest]))).toBe(
    'needs-message',
  )
})

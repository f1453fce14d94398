/** Keys that cosign 3.1.1 wrote (test/vectors/cosign/keys): each one opens, signs and verifies. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import {
  isEncryptedPrivateKey,
  keyName,
  prepareKey,
  readPrivateKey,
  readPublicKey,
  schemesOf,
  signParts,
  verifyParts,
  writePublicKey,
} from '../../src/crypto/index.ts'
import { codeOf, codeOfAsync } from '../support/fuzz.ts'

const folder = join(import.meta.dirname, '../vectors/cosign/keys')
const read = (name: string): Buffer => readFileSync(join(folder, name))
const password = async (): Promise<Uint8Array> => utf8('test-password')
const never = async (): Promise<never> => {
  throw new Error('the password was asked for')
}
const names = readdirSync(folder)
const encrypted = names.filter((name) => name.endsWith('.key') && read(name).includes('SIGSTORE'))
const plain = names.filter((name) => read(name).includes('-----BEGIN PRIVATE KEY-----'))

beforeAll(() => prepareKey({ type: 'ed25519' }))

test('there are keys of every type', () => {
  expect(encrypted).toEqual([
    'cosign.key',
    'ed25519.key',
    'leaf.key',
    'p384.key',
    'p521.key',
    'rsa2048.key',
    'rsa3072.key',
    'second.key',
  ])
  expect(plain.length).toBeGreaterThan(5)
})

describe.each(encrypted)('%s', (name) => {
  test('opens with its password, belongs to its public key, signs and verifies', async () => {
    expect(isEncryptedPrivateKey(read(name))).toBe(true)
    const key = await readPrivateKey(read(name), name, password)
    const publicFile = name.replace('.key', '.pub')
    const publicKey = readPublicKey(read(publicFile), publicFile)
    expect(key.publicKey.fingerprint).toBe(publicKey.fingerprint)
    expect(Buffer.from(writePublicKey(key.publicKey)).toString()).toBe(read(publicFile).toString())
    for (const scheme of schemesOf(publicKey.type)) {
      const signature = signParts(key, scheme, [utf8('a'), utf8('bc')])
      expect(verifyParts(publicKey, scheme, [utf8('abc')], signature)).toBe(true)
      expect(verifyParts(publicKey, scheme, [utf8('abd')], signature)).toBe(false)
    }
  })

  test('another password is refused as such', async () => {
    expect(await codeOfAsync(() => readPrivateKey(read(name), name, async () => utf8('test-passwore')))).toBe(
      'KEY_WRONG_PASSWORD',
    )
    expect(await codeOfAsync(() => readPrivateKey(read(name), name, async () => undefined))).toBe(
      'KEY_PASSWORD_MISSING',
    )
  })

  test('is no public key', () => expect(codeOf(() => readPublicKey(read(name), name))).toBe('KEY_NOT_PUBLIC'))
})

test.each(plain)('%s (PKCS#8) opens without a password', async (name) => {
  expect(isEncryptedPrivateKey(read(name))).toBe(false)
  const key = await readPrivateKey(read(name), name, never)
  expect(codeOf(() => readPublicKey(read(name), name))).toBe('KEY_NOT_PUBLIC')
  const publicFile = name.replace('.pem', '.pub')
  if (names.includes(publicFile)) expect(readPublicKey(read(publicFile), publicFile).spki).toEqual(key.publicKey.spki)
})

test.each([
  ['cosign.pub', 'ECDSA P-256'],
  ['p384.pub', 'ECDSA P-384'],
  ['p521.pub', 'ECDSA P-521'],
  ['rsa2048.pub', 'RSA 2048'],
  ['rsa3072.pub', 'RSA 3072'],
  ['ed25519.pub', 'Ed25519'],
])('%s is %s', (name, expected) => expect(keyName(readPublicKey(read(name), name))).toBe(expected))

test("a certificate's public key", () => {
  expect(readPublicKey(read('leaf.crt'), 'leaf.crt').spki).toEqual(readPublicKey(read('leaf.pub'), 'leaf.pub').spki)
  expect(codeOf(() => readPublicKey(read('leaf.csr'), 'leaf.csr'))).toBe('KEY_UNKNOWN_FORMAT')
})

test.each(['cosign.pub', 'leaf.crt'])('%s is no private key', async (name) => {
  expect(await codeOfAsync(() => readPrivateKey(read(name), name, never))).toBe('KEY_NOT_PRIVATE')
})

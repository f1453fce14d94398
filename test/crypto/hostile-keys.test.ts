/** Key files that attack their reader: parameters that would burn the machine, keys that are weak or have two spellings. */

import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { readPrivateKey, readPublicKey, writePem } from '../../src/crypto/index.ts'
import { bits, integer, nothing, octets, oid, sequence, tlv } from '../support/der.ts'
import { codeOf, codeOfAsync } from '../support/fuzz.ts'

const never = async (): Promise<never> => {
  throw new Error('work was begun')
}
const cosignKey = readFileSync(join(import.meta.dirname, '../vectors/cosign/keys/cosign.key'), 'utf8')
const sealed = JSON.parse(Buffer.from(cosignKey.split('\n').slice(1, -2).join(''), 'base64').toString()) as {
  kdf: { name: string; params: object; salt: string }
  cipher: { name: string; nonce: string }
  ciphertext: string
}
const asFile = (json: unknown, label = 'ENCRYPTED SIGSTORE PRIVATE KEY'): Uint8Array =>
  writePem(label, utf8(typeof json === 'string' ? json : JSON.stringify(json)))
const withParams = (params: unknown): object => ({ ...sealed, kdf: { ...sealed.kdf, params } })

describe('scrypt parameters of a hostile Sigstore key are refused before the password is asked for', () => {
  test.each([
    ['memory of terabytes', { N: 2 ** 40, r: 8, p: 1 }],
    ['memory just above the bound', { N: 2 ** 19, r: 8, p: 1 }],
    ['work by p', { N: 65536, r: 8, p: 1000 }],
    ['huge r', { N: 2, r: 2 ** 30, p: 1 }],
    ['huge p', { N: 2, r: 1, p: 2 ** 30 }],
    ['products that overflow', { N: 2 ** 52, r: 2 ** 52, p: 2 ** 52 }],
    ['N is no power of two', { N: 65535, r: 8, p: 1 }],
    ['N of one', { N: 1, r: 8, p: 1 }],
    ['N of zero', { N: 0, r: 8, p: 1 }],
    ['negative N', { N: -65536, r: 8, p: 1 }],
    ['N in halves', { N: 65536.5, r: 8, p: 1 }],
    ['N as text', { N: '65536', r: 8, p: 1 }],
    ['r of zero', { N: 65536, r: 0, p: 1 }],
    ['p missing', { N: 65536, r: 8 }],
  ])('%s', async (_, params) => {
    expect(await codeOfAsync(() => readPrivateKey(asFile(withParams(params)), 'x.key', never))).toBe(
      'KEY_HOSTILE_PARAMETERS',
    )
  })

  test.each([
    ['old Cosign keys (N = 32768) and their label', { N: 32768, r: 8, p: 1 }, 'ENCRYPTED COSIGN PRIVATE KEY'],
    ['the largest memory allowed', { N: 2 ** 18, r: 8, p: 1 }, 'ENCRYPTED SIGSTORE PRIVATE KEY'],
  ])('read: %s', async (_, params, label) => {
    const read = readPrivateKey(asFile(withParams(params), label), 'x.key', async () => undefined)
    expect(await codeOfAsync(() => read)).toBe('KEY_PASSWORD_MISSING')
  })
})

describe('Sigstore keys of wrong form', () => {
  test.each([
    ['another derivation', { ...sealed, kdf: { ...sealed.kdf, name: 'argon2' } }, 'KEY_UNSUPPORTED'],
    ['another cipher', { ...sealed, cipher: { ...sealed.cipher, name: 'none' } }, 'KEY_UNSUPPORTED'],
    ['a short nonce', { ...sealed, cipher: { ...sealed.cipher, nonce: 'AAAA' } }, 'KEY_DAMAGED'],
    ['no ciphertext', { ...sealed, ciphertext: '' }, 'KEY_DAMAGED'],
    ['one more member', { ...sealed, extra: 1 }, 'KEY_DAMAGED'],
    ['params null', withParams(null), 'KEY_DAMAGED'],
    ['no JSON', 'hello', 'KEY_DAMAGED'],
    [
      'duplicate members',
      JSON.stringify(sealed).replace('"ciphertext"', '"ciphertext":"","ciphertext"'),
      'KEY_DAMAGED',
    ],
    ['an endless salt', { ...sealed, kdf: { ...sealed.kdf, salt: 'AAAA'.repeat(1000) } }, 'KEY_HOSTILE_PARAMETERS'],
  ])('%s', async (_, json, code) => {
    expect(await codeOfAsync(() => readPrivateKey(asFile(json), 'x.key', never))).toBe(code)
  })

  test('a file larger than any key', async () => {
    expect(await codeOfAsync(() => readPrivateKey(new Uint8Array(2 ** 21), 'x.key', never))).toBe('KEY_UNKNOWN_FORMAT')
  })

  test('a thousand PEM blocks', () => {
    const block = Buffer.from(writePem('PUBLIC KEY', new Uint8Array(3))).toString()
    expect(codeOf(() => readPublicKey(utf8(block.repeat(1000)), 'x.pub'))).toBe('KEY_DAMAGED')
  })
})

describe('encrypted PKCS#8 is refused before the password is asked for', () => {
  const pbes2 = (kdf: Buffer, cipher = '2.16.840.1.101.3.4.1.42', iv = 16, scheme = '1.2.840.113549.1.5.13'): Buffer =>
    sequence(
      sequence(oid(scheme), sequence(kdf, sequence(oid(cipher), octets(Buffer.alloc(iv))))),
      octets(Buffer.alloc(32)),
    )
  const salt = octets(Buffer.alloc(16))
  const pbkdf2 = (...rest: readonly Buffer[]): Buffer => sequence(oid('1.2.840.113549.1.5.12'), sequence(salt, ...rest))
  const scrypt = (...cost: readonly (number | bigint)[]): Buffer =>
    sequence(oid('1.3.6.1.4.1.11591.4.11'), sequence(salt, ...cost.map(integer)))
  test.each([
    ['PBKDF2 of 2^31 rounds', pbes2(pbkdf2(integer(2 ** 31))), 'KEY_HOSTILE_PARAMETERS'],
    ['PBKDF2 of no round', pbes2(pbkdf2(integer(0))), 'KEY_HOSTILE_PARAMETERS'],
    ['PBKDF2 of 2^80 rounds', pbes2(pbkdf2(integer(2n ** 80n))), 'KEY_DAMAGED'],
    ['scrypt of terabytes', pbes2(scrypt(2 ** 40, 8, 1)), 'KEY_HOSTILE_PARAMETERS'],
    ['scrypt with endless p', pbes2(scrypt(16384, 8, 2 ** 30)), 'KEY_HOSTILE_PARAMETERS'],
    ['scrypt of N = 3', pbes2(scrypt(3, 8, 1)), 'KEY_HOSTILE_PARAMETERS'],
    [
      'PBES1 (pbeWithMD5AndDES-CBC)',
      pbes2(pbkdf2(integer(2048)), undefined, undefined, '1.2.840.113549.1.5.3'),
      'KEY_UNSUPPORTED',
    ],
    [
      'PKCS#12 RC2-40',
      pbes2(pbkdf2(integer(2048)), undefined, undefined, '1.2.840.113549.1.12.1.6'),
      'KEY_UNSUPPORTED',
    ],
    ['DES-CBC', pbes2(pbkdf2(integer(2048)), '1.3.14.3.2.7', 8), 'KEY_UNSUPPORTED'],
    ['a key length that is not the cipher’s', pbes2(pbkdf2(integer(2048), integer(2 ** 40))), 'KEY_DAMAGED'],
    ['a short initialisation vector', pbes2(pbkdf2(integer(2048)), undefined, 8), 'KEY_DAMAGED'],
    ['an unknown hash', pbes2(pbkdf2(integer(2048), sequence(oid('1.2.3.4')))), 'KEY_UNSUPPORTED'],
    ['an unknown derivation', pbes2(sequence(oid('1.2.3.4'), sequence())), 'KEY_UNSUPPORTED'],
    ['bytes after the parameters', pbes2(pbkdf2(integer(2048), nothing())), 'KEY_DAMAGED'],
  ])('%s', async (_, file, code) => {
    expect(await codeOfAsync(() => readPrivateKey(file, 'x.key', never))).toBe(code)
    const pem = writePem('ENCRYPTED PRIVATE KEY', file)
    expect(await codeOfAsync(() => readPrivateKey(pem, 'x.key', never))).toBe(code)
  })
})

const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' })
const rsaSpki = (modulus: bigint, exponent: bigint): Buffer =>
  sequence(sequence(oid('1.2.840.113549.1.1.1'), nothing()), bits(sequence(integer(modulus), integer(exponent))))
const ecSpki = (curve: Buffer, point: Buffer): Buffer =>
  sequence(sequence(oid('1.2.840.10045.2.1'), curve), bits(point))
const p256 = oid('1.2.840.10045.3.1.7')
const good = spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
const point = good.subarray(-65)
const compressed = Buffer.concat([Buffer.from([2 + ((point[64] ?? 0) & 1)]), point.subarray(1, 33)])
const modulus = 2n ** 2047n + 12345678901234567891n

describe('public keys that are refused', () => {
  test.each<[string, Buffer, string]>([
    ['RSA of 1024 bits', spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), 'KEY_TOO_SMALL'],
    ['RSA of 2047 bits', rsaSpki(2n ** 2046n + 1n, 65537n), 'KEY_TOO_SMALL'],
    ['RSA of 8200 bits', rsaSpki(2n ** 8199n + 1n, 65537n), 'KEY_UNSUPPORTED'],
    ['RSA of a million bits', rsaSpki(2n ** 1_000_000n + 1n, 65537n), 'KEY_UNSUPPORTED'],
    ['RSA of zero', rsaSpki(0n, 65537n), 'KEY_TOO_SMALL'],
    ['RSA with exponent 1: a signature is its own proof', rsaSpki(modulus, 1n), 'KEY_UNSUPPORTED'],
    ['RSA with an even exponent', rsaSpki(modulus, 65536n), 'KEY_UNSUPPORTED'],
    ['RSA with an exponent above 2^31', rsaSpki(modulus, 2n ** 33n + 1n), 'KEY_UNSUPPORTED'],
    ['RSA without its NULL', sequence(sequence(oid('1.2.840.113549.1.1.1')), bits(Buffer.alloc(9))), 'KEY_DAMAGED'],
    ['RSASSA-PSS only', spki(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey), 'KEY_UNSUPPORTED'],
    ['secp256k1', spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), 'KEY_UNSUPPORTED'],
    ['P-224', spki(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).publicKey), 'KEY_UNSUPPORTED'],
    ['Ed448', spki(generateKeyPairSync('ed448').publicKey), 'KEY_UNSUPPORTED'],
    ['X25519', spki(generateKeyPairSync('x25519').publicKey), 'KEY_UNSUPPORTED'],
    [
      'explicit curve parameters (CVE-2020-0601)',
      spki(generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).publicKey),
      'KEY_UNSUPPORTED',
    ],
    ['a compressed point: another spelling of a key', ecSpki(p256, compressed), 'KEY_UNSUPPORTED'],
    ['a hybrid point', ecSpki(p256, Buffer.concat([Buffer.from([6]), point.subarray(1)])), 'KEY_DAMAGED'],
    [
      'a point that is not on the curve',
      ecSpki(p256, Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)])),
      'KEY_DAMAGED',
    ],
    ['the point at infinity', ecSpki(p256, Buffer.from([0])), 'KEY_DAMAGED'],
    ['a P-256 point on P-384', ecSpki(oid('1.3.132.0.34'), point), 'KEY_DAMAGED'],
    ['Ed25519 of 31 bytes', sequence(sequence(oid('1.3.101.112')), bits(Buffer.alloc(31))), 'KEY_DAMAGED'],
    [
      'Ed25519 with parameters',
      sequence(sequence(oid('1.3.101.112'), nothing()), bits(Buffer.alloc(32))),
      'KEY_DAMAGED',
    ],
    ['a third member', sequence(...[good.subarray(2), nothing()]), 'KEY_UNKNOWN_FORMAT'],
    [
      'a bit string with unused bits',
      Buffer.concat([sequence(sequence(oid('1.3.101.112')), tlv(3, Buffer.from([4]), Buffer.alloc(32)))]),
      'KEY_DAMAGED',
    ],
  ])('%s', (_, der, code) => {
    expect(codeOf(() => readPublicKey(der, 'x.pub'))).toBe(code)
    expect(codeOf(() => readPublicKey(writePem('PUBLIC KEY', der), 'x.pub'))).toBe(
      code === 'KEY_UNKNOWN_FORMAT' ? 'KEY_DAMAGED' : code,
    )
  })

  test('OpenSSL reads the other spelling, so one key could count as two', () => {
    expect(spki(createPublicKey({ key: ecSpki(p256, compressed), format: 'der', type: 'spki' }))).toBeDefined()
  })

  test('trailing bytes inside PEM', () => {
    const padded = Buffer.concat([good, Buffer.from([0])])
    expect(codeOf(() => readPublicKey(writePem('PUBLIC KEY', padded), 'x.pub'))).toBe('KEY_DAMAGED')
  })
})

describe('private keys that are refused', () => {
  const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' })
  test.each<[string, Buffer, string]>([
    ['RSA of 1024 bits', pkcs8(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), 'KEY_TOO_SMALL'],
    ['secp256k1', pkcs8(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'KEY_UNSUPPORTED'],
    ['Ed448', pkcs8(generateKeyPairSync('ed448').privateKey), 'KEY_UNSUPPORTED'],
    ['X25519', pkcs8(generateKeyPairSync('x25519').privateKey), 'KEY_UNSUPPORTED'],
    ['an unknown algorithm', sequence(integer(0), sequence(oid('1.2.3.4')), octets(Buffer.alloc(4))), 'KEY_DAMAGED'],
    [
      'a scalar of zero',
      sequence(
        integer(0),
        sequence(oid('1.2.840.10045.2.1'), p256),
        octets(sequence(integer(1), octets(Buffer.alloc(32)))),
      ),
      'KEY_DAMAGED',
    ],
  ])('%s', async (_, der, code) => {
    expect(await codeOfAsync(() => readPrivateKey(der, 'x.key', never))).toBe(code)
  })
})

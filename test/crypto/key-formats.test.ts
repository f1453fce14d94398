import { createCipheriv, generateKeyPairSync, type KeyObject, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  isEncryptedPrivateKey,
  type KeyType,
  readPrivateKey,
  readPublicKey,
  writeEncryptedPrivateKey,
  writePem,
  writePublicKey,
} from '../../src/crypto/index.ts'
import { integer, nothing, octets, oid, sequence } from '../support/der.ts'
import { codeOf, codeOfAsync } from '../support/fuzz.ts'

const never = async (): Promise<never> => {
  throw new Error('the password was asked for')
}
const secret = async (): Promise<Uint8Array> => utf8('pässword')
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')
const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' })

describe('private keys', () => {
  const forms: readonly (readonly [string, Uint8Array | string, KeyObject])[] = [
    ['PKCS#8 PEM', ec.privateKey.export({ format: 'pem', type: 'pkcs8' }), ec.publicKey],
    ['PKCS#8 DER', ec.privateKey.export({ format: 'der', type: 'pkcs8' }), ec.publicKey],
    ['SEC1 PEM', ec.privateKey.export({ format: 'pem', type: 'sec1' }), ec.publicKey],
    ['SEC1 DER', ec.privateKey.export({ format: 'der', type: 'sec1' }), ec.publicKey],
    ['PKCS#1 PEM', rsa.privateKey.export({ format: 'pem', type: 'pkcs1' }), rsa.publicKey],
    ['PKCS#1 DER', rsa.privateKey.export({ format: 'der', type: 'pkcs1' }), rsa.publicKey],
    ['Ed25519 PKCS#8 DER', ed.privateKey.export({ format: 'der', type: 'pkcs8' }), ed.publicKey],
    [
      'SEC1 as openssl ecparam writes it, after its parameters',
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${ec.privateKey.export({ format: 'pem', type: 'sec1' })}`,
      ec.publicKey,
    ],
    [
      'PEM with text before it and Windows line ends',
      `Bag Attributes\n    friendlyName: release\n${ec.privateKey.export({ format: 'pem', type: 'pkcs8' })}`.replaceAll(
        '\n',
        '\r\n',
      ),
      ec.publicKey,
    ],
  ]
  test.each(forms)('%s', async (_, file, publicKey) => {
    const key = await readPrivateKey(Buffer.from(file), 'key', never)
    expect(key.publicKey.spki).toEqual(spkiOf(publicKey))
    expect(codeOf(() => readPublicKey(Buffer.from(file), 'key'))).toBe('KEY_NOT_PUBLIC')
  })

  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'])('PBES2 with %s', async (cipher) => {
    for (const format of ['pem', 'der'] as const) {
      const file = Buffer.from(ec.privateKey.export({ format, type: 'pkcs8', cipher, passphrase: 'pässword' } as never))
      expect(isEncryptedPrivateKey(file)).toBe(true)
      expect((await readPrivateKey(file, 'key', secret)).publicKey.spki).toEqual(spkiOf(ec.publicKey))
      expect(await codeOfAsync(() => readPrivateKey(file, 'key', async () => utf8('password')))).toBe(
        'KEY_WRONG_PASSWORD',
      )
      expect(await codeOfAsync(() => readPrivateKey(file, 'key', async () => undefined))).toBe('KEY_PASSWORD_MISSING')
    }
  })

  test('an empty password is a password', async () => {
    const file = await writeEncryptedPrivateKey(generatePrivateKey('ecdsa-p256'), utf8(''), randomBytes)
    await readPrivateKey(file, 'key', async () => utf8(''))
    expect(await codeOfAsync(() => readPrivateKey(file, 'key', async () => utf8('x')))).toBe('KEY_WRONG_PASSWORD')
  })

  test('two private keys in one file', async () => {
    const file = `${ec.privateKey.export({ format: 'pem', type: 'pkcs8' })}${ed.privateKey.export({ format: 'pem', type: 'pkcs8' })}`
    expect(await codeOfAsync(() => readPrivateKey(utf8(file), 'key', never))).toBe('KEY_UNSUPPORTED')
  })

  test('a public part that is of another key', async () => {
    const own = ec.privateKey.export({ format: 'der', type: 'sec1' })
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'sec1' })
    const mixed = Buffer.concat([own.subarray(0, own.length - 64), other.subarray(other.length - 64)])
    expect(await codeOfAsync(() => readPrivateKey(mixed, 'key', never))).toBe('KEY_DAMAGED')
  })
})

describe('PBES2 as other tools write it', () => {
  const pkcs8 = ec.privateKey.export({ format: 'der', type: 'pkcs8' })
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const seal = (key: Buffer, kdf: Buffer): Buffer => {
    const cipher = createCipheriv('aes-256-cbc', key, iv)
    const encryption = sequence(oid('2.16.840.1.101.3.4.1.42'), octets(iv))
    const scheme = sequence(oid('1.2.840.113549.1.5.13'), sequence(kdf, encryption))
    return sequence(scheme, octets(Buffer.concat([cipher.update(pkcs8), cipher.final()])))
  }
  const scrypt = oid('1.3.6.1.4.1.11591.4.11')
  const pbkdf2 = oid('1.2.840.113549.1.5.12')
  test.each([
    [
      'scrypt (openssl pkcs8 -scrypt)',
      seal(
        scryptSync('pw', salt, 32),
        sequence(scrypt, sequence(octets(salt), integer(16384), integer(8), integer(1))),
      ),
    ],
    [
      'PBKDF2 with the default HMAC-SHA1',
      seal(pbkdf2Sync('pw', salt, 2048, 32, 'sha1'), sequence(pbkdf2, sequence(octets(salt), integer(2048)))),
    ],
    [
      'PBKDF2 with HMAC-SHA512 and a key length',
      seal(
        pbkdf2Sync('pw', salt, 2048, 32, 'sha512'),
        sequence(
          pbkdf2,
          sequence(octets(salt), integer(2048), integer(32), sequence(oid('1.2.840.113549.2.11'), nothing())),
        ),
      ),
    ],
  ])('%s', async (_, file) => {
    expect((await readPrivateKey(file, 'key', async () => utf8('pw'))).publicKey.spki).toEqual(spkiOf(ec.publicKey))
    expect(await codeOfAsync(() => readPrivateKey(file, 'key', async () => utf8('no')))).toBe('KEY_WRONG_PASSWORD')
  })
})

describe('written keys', () => {
  test.each<[KeyType, number | undefined]>([
    ['ecdsa-p256', undefined],
    ['ecdsa-p384', undefined],
    ['ecdsa-p521', undefined],
    ['ed25519', undefined],
    ['rsa', 2048],
  ])('%s is read back', async (type, bits) => {
    const key = generatePrivateKey(type, bits)
    const file = await writeEncryptedPrivateKey(key, utf8('pässword'), randomBytes)
    expect((await readPrivateKey(file, 'key', secret)).publicKey.fingerprint).toBe(key.publicKey.fingerprint)
    expect(readPublicKey(writePublicKey(key.publicKey), 'key').fingerprint).toBe(key.publicKey.fingerprint)
  })

  test('the form of cosign generate-key-pair', async () => {
    const drawn: number[] = []
    const file = await writeEncryptedPrivateKey(generatePrivateKey('ecdsa-p256'), utf8('x'), (length) => {
      drawn.push(length)
      return new Uint8Array(length).fill(7)
    })
    const lines = Buffer.from(file).toString().split('\n')
    expect(lines[0]).toBe('-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----')
    expect(lines.at(-2)).toBe('-----END ENCRYPTED SIGSTORE PRIVATE KEY-----')
    expect(lines.slice(1, -3).every((line) => line.length === 64)).toBe(true)
    const json = Buffer.from(lines.slice(1, -2).join(''), 'base64').toString()
    expect(json).toMatch(
      /^\{"kdf":\{"name":"scrypt","params":\{"N":65536,"r":8,"p":1\},"salt":"[^"]{44}"\},"cipher":\{"name":"nacl\/secretbox","nonce":"[^"]{32}"\},"ciphertext":"[^"]+"\}$/,
    )
    expect(drawn).toEqual([32, 24])
  })

  test.each([1024, 2047, 4104, 16384])('RSA of %i bits is not made', (bits) => {
    expect(codeOf(() => generatePrivateKey('rsa', bits))).toBe(bits < 2048 ? 'KEY_TOO_SMALL' : 'KEY_UNSUPPORTED')
  })
})

describe('public keys', () => {
  test.each([
    ['SPKI DER', spkiOf(ec.publicKey), ec.publicKey],
    ['PKCS#1 PEM', rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }), rsa.publicKey],
    ['PKCS#1 DER', rsa.publicKey.export({ format: 'der', type: 'pkcs1' }), rsa.publicKey],
  ])('%s', (_, file, key) => {
    expect(readPublicKey(Buffer.from(file), 'key').spki).toEqual(spkiOf(key))
  })

  test('two keys in one file do not say which one counts', () => {
    const both = Buffer.concat([
      writePem('PUBLIC KEY', spkiOf(ec.publicKey)),
      writePem('PUBLIC KEY', spkiOf(ed.publicKey)),
    ])
    expect(codeOf(() => readPublicKey(both, 'key'))).toBe('KEY_UNSUPPORTED')
  })
})

describe('formats of other programs are named', () => {
  const pem = (label: string): string => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`
  test.each([
    ['OpenSSH private key', pem('OPENSSH PRIVATE KEY'), /OpenSSH/],
    ['OpenSSH public key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host\n', /SSH public/],
    ['PGP', pem('PGP PUBLIC KEY BLOCK'), /PGP/],
    ['DSA', pem('DSA PRIVATE KEY'), /DSA/],
    ['certificate request', pem('CERTIFICATE REQUEST'), /request/],
    ['curve parameters alone', pem('EC PARAMETERS'), /parameters/],
    ['PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519\n', /PuTTY/],
    ['minisign', 'untrusted comment: minisign public key\nRWQ\n', /minisign/],
    ['JWK', '{"kty":"EC","crv":"P-256"}', /JSON Web Key/],
    ['PKCS#12', sequence(integer(3), sequence(oid('1.2.840.113549.1.7.1')), sequence()), /PKCS#12/],
    ['an unknown label', pem('SOMETHING ELSE'), /SOMETHING ELSE/],
    ['nothing', '', /no key file/],
    ['text', 'hello', /no key file/],
    ['a KMS address in the file', 'awskms:///arn:aws:kms:…', /address/],
  ])('%s', async (_, file, said) => {
    const bytes = Buffer.from(file)
    const refuse = async (): Promise<unknown> => readPrivateKey(bytes, 'x.key', never)
    expect(await codeOfAsync(refuse)).toBe('KEY_UNKNOWN_FORMAT')
    expect(codeOf(() => readPublicKey(bytes, 'x.key'))).toBe('KEY_UNKNOWN_FORMAT')
    await expect(refuse()).rejects.toThrow(said)
    expect(isEncryptedPrivateKey(bytes)).toBe(false)
  })

  test("OpenSSL's old PEM encryption", async () => {
    const file =
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n'
    expect(await codeOfAsync(() => readPrivateKey(utf8(file), 'x.key', never))).toBe('KEY_UNSUPPORTED')
  })

  test.each([
    ['no end line', '-----BEGIN PUBLIC KEY-----\nAAAA\n'],
    ['no base64', '-----BEGIN PUBLIC KEY-----\n****\n-----END PUBLIC KEY-----\n'],
    ['no DER', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['headers', '-----BEGIN PUBLIC KEY-----\nA: b\n\nAAAA\n-----END PUBLIC KEY-----\n'],
  ])('damaged: %s', (_, file) => expect(codeOf(() => readPublicKey(utf8(file), 'x.pub'))).toBe('KEY_DAMAGED'))
})

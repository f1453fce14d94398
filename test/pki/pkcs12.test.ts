/** PKCS#12 (RFC 7292) as OpenSSL, Java and others write it, and what is refused of it. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bytes, Fault, limits, utf8 } from '../../src/base/index.ts'
import { isPkcs12, readPrivateKey, writePem } from '../../src/crypto/index.ts'
import { readPkcs12 } from '../../src/pki/index.ts'
import { makeCertificate, usual } from '../support/certificates.ts'
import { codeOfAsync } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'
import { chain, fingerprints, keyPem, openWorkbench } from './pkcs12-files.ts'

const bench = openWorkbench()
afterAll(() => bench.close())

const own = chain.leaf.key.publicKey.fingerprint
const read = (file: Bytes, password: string | undefined = 'secret') =>
  readPkcs12(file, async () => (password === undefined ? undefined : utf8(password)), 'release.p12')
const codeOf = (file: Bytes, password?: string) => codeOfAsync(() => read(file, password))

describe('what OpenSSL exports', () => {
  it.each<[string, readonly string[]]>([
    ['by default: AES-256 with PBES2, HMAC-SHA256', []],
    ['AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC']],
    ['AES-192', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC']],
    ['3DES with the derivation of PKCS#12', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']],
    ['3DES with HMAC-SHA1', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['the certificates not encrypted', ['-certpbe', 'NONE']],
    ['the key not encrypted', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
    ['HMAC-SHA384', ['-macalg', 'sha384']],
    ['HMAC-SHA512', ['-macalg', 'sha512']],
    ['one round', ['-iter', '1', '-nomaciter']],
    ['a hundred thousand rounds', ['-iter', '100000']],
    ['a name', ['-name', 'Ключ релиза']],
    ['key usage of Microsoft', ['-keysig', '-CSP', 'Microsoft Enhanced RSA and AES Cryptographic Provider', '-LMK']],
  ])('%s', async (_, args) => {
    const { key, certificates } = await read(bench.export(args))
    expect(key.publicKey.fingerprint).toBe(own)
    expect(certificates.map(({ fingerprint }) => fingerprint)).toEqual(fingerprints)
  })

  it.each([
    ['none', ''],
    ['of other letters', 'пароль-密码'],
    ['of letters beyond the first plane', 'key 🔑'],
    ['long', 'x'.repeat(900)],
  ])('a password: %s', async (_, password) => {
    for (const args of [[], ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']]) {
      const file = bench.export(args, password)
      expect((await read(file, password)).key.publicKey.fingerprint).toBe(own)
      expect(await codeOf(file, `${password}x`)).toBe('KEY_WRONG_PASSWORD')
    }
  })

  it('a password that is no UTF-8', async () => {
    const octets = Buffer.of(0x70, 0xe4, 0x73, 0x73)
    writeFileSync(join(bench.folder, 'latin1'), octets)
    bench.run('openssl', [
      ...['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'leaf.pem', '-out', 'latin1.p12'],
      ...['-passout', 'file:latin1', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'],
    ])
    const { key } = await readPkcs12(bench.read('latin1.p12'), async () => octets, 'release.p12')
    expect(key.publicKey.fingerprint).toBe(own)
  })

  it.each(['ecdsa-p384', 'ecdsa-p521', 'rsa'] as const)('a key %s', async (type) => {
    const certificate = makeCertificate({ key: makeKey(type), extensions: usual.codeSigning() })
    writeFileSync(join(bench.folder, 'other.pem'), `${keyPem(certificate)}${writePem('CERTIFICATE', certificate.der)}`)
    bench.run('openssl', ['pkcs12', '-export', '-in', 'other.pem', '-out', 'other.p12', '-passout', 'pass:secret'])
    const { key, certificates } = await read(bench.read('other.p12'))
    expect(key.publicKey.fingerprint).toBe(certificate.key.publicKey.fingerprint)
    expect(certificates).toHaveLength(1)
  })

  it('a key without certificates', async () => {
    bench.run('openssl', [
      ...['pkcs12', '-export', '-nocerts', '-inkey', 'key.pem', '-out', 'bare.p12', '-passout', 'pass:secret'],
    ])
    const { key, certificates } = await read(bench.read('bare.p12'))
    expect(key.publicKey.fingerprint).toBe(own)
    expect(certificates).toEqual([])
  })
})

describe('refused', () => {
  it.each<[string, string, readonly string[]]>([
    ['RC2, as OpenSSL 1.1 wrote it', 'PKCS12_UNSUPPORTED', ['-legacy']],
    ['RC2 of 128 bits', 'PKCS12_UNSUPPORTED', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128']],
    ['RC4', 'PKCS12_UNSUPPORTED', ['-legacy', '-keypbe', 'PBE-SHA1-RC4-128']],
    ['3DES with two keys', 'PKCS12_UNSUPPORTED', ['-legacy', '-keypbe', 'PBE-SHA1-2DES']],
    ['no MAC', 'PKCS12_INVALID', ['-nomac']],
    ['another hash in its MAC', 'PKCS12_UNSUPPORTED', ['-macalg', 'sha3-256']],
    ['no key', 'PKCS12_INVALID', ['-nokeys']],
  ])('%s', async (_, code, args) => {
    expect(await codeOf(bench.export(args))).toBe(code)
  })

  it('is told how to convert, and the command does', async () => {
    const found: unknown = await read(bench.export(['-legacy'])).catch((error: unknown) => error)
    const told = found instanceof Fault ? (found.fix ?? '') : ''
    const command = told
      .replace(/^[^:]*: /, '')
      .replace('release.p12', 'out.p12')
      .replace('-legacy', '-legacy -passin pass:secret -passout pass:between')
      .replace('-export', '-export -passin pass:between -passout pass:secret')
    spawnSync('/bin/sh', ['-c', command], { cwd: bench.folder })
    expect((await read(bench.read('NEW.p12'))).key.publicKey.fingerprint).toBe(own)
  })

  it('a wrong password, and none', async () => {
    const file = bench.export([])
    expect(await codeOf(file, 'Secret')).toBe('KEY_WRONG_PASSWORD')
    expect(await codeOf(file, '')).toBe('KEY_WRONG_PASSWORD')
    expect(await codeOfAsync(() => readPkcs12(file, async () => undefined, 'f'))).toBe('KEY_PASSWORD_MISSING')
  })

  it('several keys, and says which', async () => {
    const one = bench.export(['-name', 'one'])
    writeFileSync(join(bench.folder, 'one.p12'), one)
    const second = makeCertificate({ subject: 'Second' })
    writeFileSync(join(bench.folder, 'two.pem'), `${keyPem(second)}${writePem('CERTIFICATE', second.der)}`)
    const args = ['pkcs12', '-export', '-in', 'two.pem', '-name', 'two', '-out', 'two.p12', '-passout', 'pass:secret']
    bench.run('openssl', args)
    const file = joinKeys(bench)
    if (file === undefined) return
    expect(await codeOf(file)).toBe('PKCS12_UNSUPPORTED')
    await expect(read(file)).rejects.toThrow(/"one".*"two"/)
  })

  it('what is none', async () => {
    expect(await codeOf(chain.leaf.der)).toBe('PKCS12_INVALID')
    expect(await codeOf(Buffer.alloc(0))).toBe('PKCS12_INVALID')
    expect(await codeOf(Buffer.alloc(limits.keyFileBytes + 1))).toBe('PKCS12_INVALID')
  })

  it('where only a key is read, with the way out', async () => {
    const file = bench.export([])
    expect(isPkcs12(file)).toBe(true)
    expect(isPkcs12(chain.leaf.der)).toBe(false)
    expect(isPkcs12(chain.leaf.key.keyObject.export({ format: 'der', type: 'pkcs8' }))).toBe(false)
    expect(await codeOfAsync(() => readPrivateKey(file, 'f', async () => undefined))).toBe('KEY_UNKNOWN_FORMAT')
  })
})

const hasKeytool = spawnSync('keytool', ['-help']).error === undefined

/** Both into one file, by Java, since OpenSSL writes one key only. */
function joinKeys({ run, read: bytesOf }: typeof bench): Buffer | undefined {
  if (!hasKeytool) return undefined
  for (const from of ['one.p12', 'two.p12']) {
    const source = ['-srckeystore', from, '-srcstorepass', 'secret', '-srcstoretype', 'PKCS12']
    const target = ['-destkeystore', 'both.p12', '-deststorepass', 'secret', '-deststoretype', 'PKCS12']
    run('keytool', ['-importkeystore', '-noprompt', ...source, ...target])
  }
  return bytesOf('both.p12')
}

describe.skipIf(!hasKeytool)('what Java writes', () => {
  const name = ['-alias', 'release', '-dname', 'CN=release,O=Test,ST=WA,C=US']
  const store = (file: string) => ['-keystore', file, '-storetype', 'PKCS12', '-storepass', 'secret']
  const make = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', ...name]

  it('today', async () => {
    bench.run('keytool', [...make, ...store('java.p12')])
    const { key, certificates } = await read(bench.read('java.p12'))
    expect(certificates.map(({ spki }) => spki)).toEqual([key.publicKey.spki])
  })

  it('formerly: RC2 for the certificates', async () => {
    bench.run('keytool', ['-J-Dkeystore.pkcs12.legacy', ...make, ...store('java-old.p12')])
    expect(await codeOf(bench.read('java-old.p12'))).toBe('PKCS12_UNSUPPORTED')
  })
})

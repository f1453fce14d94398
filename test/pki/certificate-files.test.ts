/** Files of certificates in every form that authorities hand out, and what is none of them, by its name. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derWrite, writePem, writePublicKey } from '../../src/crypto/index.ts'
import { readCertificates } from '../../src/pki/index.ts'
import { makeCertificate, makeChain } from '../support/certificates.ts'
import { codeOf, fuzzOptions, mutate, mutation } from '../support/fuzz.ts'

const { leaf, intermediate, root, certificates } = makeChain()
const folder = mkdtempSync(join(tmpdir(), 'zegel-certificate-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pem = (...ders: readonly Bytes[]): Buffer => Buffer.concat(ders.map((der) => writePem('CERTIFICATE', der)))
const chainPem = pem(leaf.der, intermediate.der, root.der)
writeFileSync(join(folder, 'chain.pem'), chainPem)
const keyPem = Buffer.from(String(leaf.key.keyObject.export({ format: 'pem', type: 'pkcs8' })))
writeFileSync(join(folder, 'key.pem'), keyPem)
function openssl(...args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder })
  expect(status, String(stderr)).toBe(0)
  return stdout
}
const bag = (form: string): Buffer => openssl('crl2pkcs7', '-nocrl', '-certfile', 'chain.pem', '-outform', form)
const fingerprints = (file: Bytes): readonly string[] =>
  readCertificates(file, 'f').map(({ fingerprint }) => fingerprint)
const all = certificates.map(({ fingerprint }) => fingerprint)

/** The bag with indefinite lengths around it, as Java and Windows write. */
function indefinite(der: Buffer): Buffer {
  const from = 2 + ((der[1] ?? 0) & 0x7f)
  return Buffer.concat([Buffer.of(0x30, 0x80), der.subarray(from), Buffer.of(0, 0)])
}

describe('certificates are read from', () => {
  const crlf = Buffer.from(String(chainPem).replaceAll('\n', '\r\n'))
  const wordy = Buffer.concat([Buffer.from('subject=CN = Leaf\nissuer=…\n'), chainPem, Buffer.from('\n# the end\n')])
  it.each<[string, () => Buffer]>([
    ['PEM', () => chainPem],
    ['PEM of Windows', () => crlf],
    ['PEM with words around it', () => wordy],
    ['PEM with the key in the same file', () => Buffer.concat([keyPem, chainPem])],
    ['PEM with its old label', () => Buffer.from(String(chainPem).replaceAll('CERTIFICATE', 'X509 CERTIFICATE'))],
    ['DER, one after another', () => Buffer.concat([leaf.der, intermediate.der, root.der])],
    ['a bag in DER', () => bag('DER')],
    ['a bag in PEM', () => bag('PEM')],
    ['a bag in BER', () => indefinite(bag('DER'))],
    ['a bag called CMS', () => Buffer.from(String(bag('PEM')).replaceAll('PKCS7', 'CMS'))],
  ])('%s', (_, file) => {
    expect(fingerprints(file())).toEqual(all)
  })

  it('DER', () => {
    expect(fingerprints(leaf.der)).toEqual(all.slice(0, 1))
    expect(fingerprints(makeCertificate({ version: 1 }).der)).toHaveLength(1)
  })

  it.each(['root.crt', 'int.crt', 'chain-rsa4096.pem', 'tsa.crt'])('%s of the vectors', (name) => {
    const file = readFileSync(new URL(`../vectors/notation/pki/${name}`, import.meta.url))
    expect(readCertificates(file, name).length).toBeGreaterThan(0)
  })
})

describe('what is something else is refused by its name', () => {
  const key = leaf.key.keyObject
  const der = (type: 'pkcs8' | 'sec1') => key.export({ format: 'der', type })
  const request = () => openssl('req', '-new', '-key', 'key.pem', '-subj', '/CN=x', '-outform', 'DER')
  const pkcs12 = () => openssl('pkcs12', '-export', '-in', 'chain.pem', '-inkey', 'key.pem', '-passout', 'pass:x')
  const trusted = () => openssl('x509', '-in', 'chain.pem', '-trustout')
  const crl = readFileSync(new URL('../vectors/notation/pki/int.crl', import.meta.url))
  it.each<[string, () => Bytes, RegExp]>([
    ['a private key', () => keyPem, /a private key/],
    ['a PKCS#8 key in DER', () => der('pkcs8'), /a private key/],
    ['an EC key in DER', () => der('sec1'), /a key/],
    [
      'an encrypted key in DER',
      () => key.export({ format: 'der', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }),
      /an encrypted private key/,
    ],
    ['a public key', () => writePublicKey(leaf.key.publicKey), /a public key/],
    ['a public key in DER', () => leaf.key.publicKey.spki, /a public key/],
    ['a certificate request', () => writePem('CERTIFICATE REQUEST', request()), /a certificate request/],
    ['a certificate request in DER', request, /a certificate request/],
    ['a revocation list', () => crl, /a revocation list/],
    ['a PKCS#12 file', pkcs12, /PKCS#12/],
    ["OpenSSL's own form", trusted, /OpenSSL/],
    ['a JSON document', () => Buffer.from('{"a":1}'), /JSON/],
    ['base64 alone', () => Buffer.from(Buffer.from(leaf.der).toString('base64')), /BEGIN/],
    ['nothing', () => Buffer.alloc(0), /empty/],
    ['words', () => Buffer.from('hello'), /neither/],
    ['a bag without certificates', () => openssl('crl2pkcs7', '-nocrl', '-outform', 'DER'), /no certificate/],
    [
      'a certificate with header lines',
      () => Buffer.from(String(pem(leaf.der)).replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n')),
      /header/,
    ],
  ])('%s', (_, file, message) => {
    expect(() => readCertificates(file(), 'the file')).toThrow(message)
    expect(codeOf(() => readCertificates(file(), 'the file'))).toBe('CERTIFICATE_FILE_INVALID')
  })

  it.each<[string, Bytes]>([
    ['a certificate cut off', leaf.der.subarray(0, -1)],
    ['a damaged certificate among good ones', pem(leaf.der, root.der.subarray(0, -1))],
    ['a good certificate and something after it', Buffer.concat([leaf.der, derWrite.null()])],
    ['a file that is too large', Buffer.concat([chainPem, Buffer.alloc(1024 * 1024, ' ')])],
    ['too many certificates', Buffer.concat(Array.from({ length: 65 }, () => leaf.der))],
  ])('%s', (_, file) => {
    expect(codeOf(() => readCertificates(file, 'the file'))).toBe('CERTIFICATE_FILE_INVALID')
  })

  it('broken PEM', () => {
    expect(codeOf(() => readCertificates(chainPem.subarray(0, -20), 'the file'))).toBe('KEY_DAMAGED')
  })
})

describe('fuzzed', () => {
  const forms = [chainPem, Buffer.concat([leaf.der, root.der]), bag('DER'), indefinite(bag('DER')), bag('PEM')]
  it.each(forms.map((form, index) => [index, form] as const))('form %i is read or refused', (_, form) => {
    fc.assert(
      fc.property(mutation, (change) => {
        const code = codeOf(() => readCertificates(mutate(form, change), 'f'))
        expect([undefined, 'CERTIFICATE_FILE_INVALID', 'KEY_DAMAGED', 'LIMIT_EXCEEDED']).toContain(code)
      }),
      fuzzOptions(300),
    )
  })
})

/** OpenSSL takes what the authority issues: certificates by purpose, lists, OCSP answers, timestamps. */

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import {
  createAuthority,
  type Member,
  readOcspRequest,
  readTimestampRequest,
  writeTimestampRejection,
  writeTimestampResponse,
} from '../../src/authority/index.ts'
import { type Bytes, concat } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { makeKey } from '../support/make-key.ts'

// OpenSSL's own answers know only the machine's clock.
const authority = createAuthority({ clock: Date.now, random: randomBytes })
const signing = authority.issueSigning()
const now = Date.now()

let work = ''
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'zegel-authority-'))
  save('root.pem', pem(authority.root))
  save('tsa-root.pem', pem(authority.tsaRoot))
  save('intermediate.pem', pem(authority.intermediate))
  save('signing.pem', pem(signing))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const save = (name: string, bytes: Bytes): void => writeFileSync(join(work, name), bytes)
const pem = ({ certificate }: Member): Bytes => writePem('CERTIFICATE', certificate.raw)

function openssl(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: work, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

function output(...args: readonly string[]): Bytes {
  const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: work })
  expect(stderr.toString()).not.toContain('rror')
  expect(status).toBe(0)
  return stdout
}

describe('certificates', () => {
  const kinds = [
    ['code signing', 'codesign', signing, 'root.pem'],
    ['timestamps', 'timestampsign', authority.tsa, 'tsa-root.pem'],
  ] as const

  test.each(kinds)('of %s', (_, purpose, member, root) => {
    save('leaf.pem', pem(member))
    const verify = ['verify', '-x509_strict', '-CAfile', root, '-untrusted', 'intermediate.pem']
    // OpenSSL 3.0 knows no purpose "codesign" yet: the usage is looked at instead.
    const asked = purpose === 'codesign' ? verify : [...verify, '-purpose', purpose]
    expect(openssl(...asked, 'leaf.pem')).toEqual({ status: 0, said: 'leaf.pem: OK\n' })
    expect(openssl(...verify, '-purpose', 'sslserver', 'leaf.pem').status).toBe(2)
  })

  test.each([
    ['ecdsa-p384', 384],
    ['ecdsa-p521', 521],
    ['rsa', 2048],
    ['ed25519', 256],
  ] as const)('by and for keys of %s', (type, bits) => {
    const key = makeKey(type, bits)
    const root = authority.issue({ profile: 'root', subject: [['CN', 'root']], key })
    const leaf = authority.issueSigning({ issuer: root, key: makeKey(type, bits) })
    save('a.pem', pem(root))
    save('b.pem', pem(leaf))
    expect(openssl('verify', '-x509_strict', '-CAfile', 'a.pem', 'b.pem').said).toBe('b.pem: OK\n')
  })

  it('say what they are', () => {
    const { said } = openssl('x509', '-in', 'signing.pem', '-noout', '-text')
    expect(said).toContain('X509v3 Key Usage: critical\n                Digital Signature\n')
    expect(said).toContain('X509v3 Extended Key Usage: \n                Code Signing\n')
    expect(said).toContain('not for production')
  })

  it('name where their revocation is asked', () => {
    const named = createAuthority({ clock: Date.now, random: randomBytes, revocationUrl: 'http://127.0.0.1:3003' })
    save('named.pem', pem(named.issueSigning()))
    const { said } = openssl('x509', '-in', 'named.pem', '-noout', '-text')
    expect(said).toContain('URI:http://127.0.0.1:3003/crl/intermediate.crl')
    expect(said).toContain('OCSP - URI:http://127.0.0.1:3003/ocsp')
  })
})

describe('lists', () => {
  const check = (crl: Bytes): number | null => {
    save('list.pem', concat(writePem('X509 CRL', crl), writePem('X509 CRL', rootList)))
    const args = ['-crl_check_all', '-CRLfile', 'list.pem', '-CAfile', 'root.pem', '-untrusted', 'intermediate.pem']
    return openssl('verify', '-x509_strict', ...args, 'signing.pem').status
  }
  const rootList = authority.crl({ issuer: authority.root })
  const { serial } = signing.certificate

  it.each([
    ['nobody', authority.crl(), 0],
    ['another', authority.crl({ revoked: [{ serial: randomBytes(16), at: now }] }), 0],
    ['this one', authority.crl({ revoked: [{ serial, at: now, reason: 'keyCompromise', invalidSince: now }] }), 2],
    ['nobody, on a list that is old', authority.crl({ thisUpdate: now - 9000, nextUpdate: now - 5000 }), 2],
    ['nobody, by another issuer', authority.crl({ issuer: authority.tsaRoot }), 2],
  ])('of %s', (_, crl, status) => {
    expect(check(crl)).toBe(status)
  })
})

describe('OCSP answers', () => {
  const verify = (response: Bytes): string => {
    save('answer.der', response)
    const asked = ['-issuer', 'intermediate.pem', '-cert', 'signing.pem', '-no_nonce']
    return openssl('ocsp', ...asked, '-respin', 'answer.der', '-CAfile', 'root.pem').said
  }
  const responder = authority.issue({
    profile: 'ocsp-responder',
    subject: [['CN', 'responder']],
    issuer: authority.intermediate,
  })
  const direct = { certificates: [authority.intermediate.certificate] }
  const delegated = { responder, certificates: [responder.certificate] }

  it.each([
    ['good, by the issuer', direct, /signing.pem: good[\s\S]*Response verify OK/],
    ['good, by a responder', delegated, /signing.pem: good[\s\S]*Response verify OK/],
    ['good, by name', { ...delegated, namedBy: 'name' as const }, /signing.pem: good[\s\S]*Response verify OK/],
    [
      'revoked',
      { ...direct, status: { at: now, reason: 'superseded' as const } },
      /signing.pem: revoked[\s\S]*superseded[\s\S]*Response verify OK/,
    ],
    ['unknown', { ...direct, status: 'unknown' as const }, /signing.pem: unknown[\s\S]*Response verify OK/],
  ])('%s', (_, options, expected) => {
    expect(verify(authority.ocsp(signing.certificate, options))).toMatch(expected)
  })

  it.each(['-sha1', '-sha256', '-sha384'])('a request with %s is read, and its nonce echoed', (hash) => {
    const request = ['ocsp', hash, '-issuer', 'intermediate.pem', '-cert', 'signing.pem']
    expect(openssl(...request, '-reqout', 'request.der').said).toBe('')
    const { asked, nonce } = readOcspRequest(readFileSync(join(work, 'request.der')))
    const [first] = asked
    expect(asked.length).toBe(1)
    if (first === undefined || nonce === undefined) throw new Error('nothing was asked')
    save('answer.der', authority.ocsp(signing.certificate, { ...direct, certId: first.raw, nonce }))
    const answer = ['-respin', 'answer.der', '-CAfile', 'root.pem']
    const { said } = openssl('ocsp', '-reqin', 'request.der', ...answer)
    expect(said).toContain('Response verify OK')
    expect(said).not.toContain('onces do not match')
  })
})

describe('timestamps', () => {
  const message = Buffer.from('a signature')
  const verify = (token: Bytes): number | null => {
    save('message', message)
    save('reply.tsr', writeTimestampResponse(token))
    return openssl('ts', '-verify', '-data', 'message', '-in', 'reply.tsr', '-CAfile', 'tsa-root.pem').status
  }

  it.each(['sha256', 'sha384', 'sha512'] as const)('over %s', (hash) => {
    expect(verify(authority.timestamp(message, hash))).toBe(0)
  })

  it('by an RSA key', () => {
    const tsa = authority.issue({
      profile: 'timestamping',
      subject: [['CN', 'stamps']],
      issuer: authority.tsaRoot,
      key: makeKey('rsa', 2048),
    })
    expect(verify(authority.timestamp(message, 'sha256', { authority: tsa }))).toBe(0)
  })

  it('of another message are not taken', () => {
    expect(verify(authority.timestamp(Buffer.from('another')))).toBe(1)
    expect(verify(authority.timestamp(message, 'sha256', { named: signing.certificate }))).toBe(1)
  })

  it('answer a query', () => {
    save('message', message)
    const query = output('ts', '-query', '-data', 'message', '-sha512', '-cert')
    save('query.tsq', query)
    const asked = readTimestampRequest(query)
    if (typeof asked === 'string') throw new Error(asked)
    const token = authority.timestamp(message, 'sha512', { imprint: asked.imprint, nonce: asked.nonce })
    save('reply.tsr', writeTimestampResponse(token))
    const answer = ['-queryfile', 'query.tsq', '-in', 'reply.tsr', '-CAfile', 'tsa-root.pem']
    expect(openssl('ts', '-verify', ...answer).said).toContain('Verification: OK')
    expect(openssl('ts', '-reply', '-in', 'reply.tsr', '-text').said).toContain('Accuracy: 0x01 seconds')
  })

  it('are rejected with a reason', () => {
    save('reply.tsr', writeTimestampRejection('unacceptedPolicy', 'No.'))
    const { said } = openssl('ts', '-reply', '-in', 'reply.tsr', '-text')
    expect(said).toContain('Status: Rejected.')
    expect(said).toContain('requested TSA policy is not supported')
  })
})

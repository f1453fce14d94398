/** What the authority issues, read by our own readers: chains by purpose, revocation, timestamps, and what must be refused. */

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  basicConstraints,
  createAuthority,
  extendedKeyUsage,
  keyUsage,
  type MemberOptions,
  replaced,
  signingCertificate,
  subjectName,
  uriName,
  without,
  writeName,
} from '../../src/authority/index.ts'
import { fixedClock, hex } from '../../src/base/index.ts'
import {
  checkChain,
  extensionIds,
  formatName,
  judgeCrlBytes,
  judgeOcspBytes,
  keyPurposes,
  subjectAltNames,
  verifyTimestamp,
} from '../../src/pki/index.ts'
import { codeOf } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'

const now = Date.UTC(2026, 10, 22, 15)
const day = 86_400_000

/** The same bytes in every run. */
function counting(): (length: number) => Uint8Array {
  let count = 0
  return (length) => createHash('shake256', { outputLength: length }).update(String(count++)).digest()
}

const authority = createAuthority({ clock: fixedClock(now), random: counting() })
const signing = authority.issueSigning()
const { intermediate, root, tsa, tsaRoot } = authority

describe('chains', () => {
  it('keep every rule, for each kind of key', () => {
    const keys = [makeKey('ecdsa-p256'), makeKey('ecdsa-p384'), makeKey('ecdsa-p521'), makeKey('rsa', 2048)]
    for (const key of keys) expect(checkChain(authority.issueSigning({ key }).chain, 'code-signing')).toBeUndefined()
    expect(checkChain(tsa.chain, 'timestamping')).toBeUndefined()
    expect(checkChain(signing.chain, 'timestamping')).toBeDefined()
  })

  it('are signed with RSASSA-PSS where that is asked for', () => {
    const own = authority.issue({ profile: 'root', subject: [['CN', 'root']], key: makeKey('rsa', 2048) })
    const algorithm = { kind: 'rsa-pss', hash: 'sha384' } as const
    expect(checkChain(authority.issueSigning({ issuer: own, algorithm }).chain, 'code-signing')).toBeUndefined()
  })

  it('have a certificate that signs itself', () => {
    const self = authority.issue({ profile: 'code-signing', subject: [['CN', 'self']] })
    expect(self.chain.length).toBe(1)
    expect(checkChain(self.chain, 'code-signing')).toBeUndefined()
  })

  const broken: readonly (readonly [what: string, options: Partial<MemberOptions>])[] = [
    ['without key usage', { change: (all) => without(all, extensionIds.keyUsage) }],
    ['whose key usage is not critical', { change: (all) => replaced(all, keyUsage(['digitalSignature'], false)) }],
    ['that may issue', { change: (all) => replaced(all, basicConstraints(true)) }],
    ['for servers', { change: (all) => replaced(all, extendedKeyUsage([keyPurposes.serverAuth])) }],
    ['of an Ed25519 key', { key: makeKey('ed25519') }],
    ['below a certificate that may not issue', { issuer: signing }],
  ]
  it.each(broken)('with a leaf %s are refused', (_, options) => {
    expect(checkChain(authority.issueSigning(options).chain, 'code-signing')).toBeDefined()
  })

  it('are the clock’s and the randomness’s alone', () => {
    const [a, b] = [counting(), counting()].map((random) =>
      createAuthority({ clock: fixedClock(now), random }).issueSigning(),
    )
    expect(a?.certificate.serial).toEqual(b?.certificate.serial)
    expect(a?.certificate.serial.length).toBe(16)
    expect(a?.certificate.notBefore).toBe(now - 300_000)
    expect(formatName(signing.certificate.issuer)).toContain('not for production')
  })

  it('take alternative names', () => {
    const alternativeNames = [uriName('https://ci.example.org/release')]
    const { certificate } = authority.issueSigning({ alternativeNames })
    expect(JSON.stringify(subjectAltNames(certificate))).toContain('https://ci.example.org/release')
  })
})

describe('names', () => {
  it.each([
    ['CN=release,O=Example,ST=Utrecht,C=NL', 'CN=release,ST=Utrecht,O=Example,C=NL'],
    ['C=NL, ST=Utrecht, O=Example\\, Inc., OU=Build', 'ST=Utrecht,OU=Build,O=Example\\, Inc.,C=NL'],
    ['emailAddress=a@b.nl,O=Ex,S=U,C=NL', 'ST=U,O=Ex,C=NL,E=a@b.nl'],
  ])('%s', (written, read) => {
    const { certificate } = authority.issueSigning({ subject: subjectName(written) })
    expect(formatName(certificate.subject)).toBe(read)
    expect(certificate.subject.attributes[0]?.text).toBe('NL')
  })

  it.each([
    ['CN=release', 'DISTINGUISHED_NAME_INVALID'],
    ['O=Example,ST=Utrecht,C=nl', 'NAME_UNUSABLE'],
    [`O=${'x'.repeat(65)},ST=Utrecht,C=NL`, 'NAME_UNUSABLE'],
    ['O=a\\0Ab,ST=Utrecht,C=NL', 'NAME_UNUSABLE'],
    ['O=Ex,ST=Utrecht,C=NL,E=ü@b.nl', 'NAME_UNUSABLE'],
  ])('%s is refused', (written, code) => {
    expect(codeOf(() => subjectName(written))).toBe(code)
  })

  it('of unknown types are refused', () => {
    expect(codeOf(() => writeName([['XYZ', 'x']]))).toBe('NAME_UNUSABLE')
  })
})

describe('revocation', () => {
  const { certificate } = signing
  const { serial } = certificate
  const since = now - day
  const listed = (options: Parameters<typeof authority.crl>[0]): string =>
    judgeCrlBytes({ base: authority.crl(options) }, certificate, intermediate.certificate, now).status
  const answered = (options: Parameters<typeof authority.ocsp>[1]): string =>
    judgeOcspBytes(authority.ocsp(certificate, options), certificate, intermediate.certificate, now).status

  it('by lists', () => {
    expect(listed({})).toBe('good')
    expect(listed({ revoked: [{ serial, at: since, reason: 'keyCompromise', invalidSince: since }] })).toBe('revoked')
    expect(listed({ nextUpdate: undefined })).toBe('unknown')
    expect(listed({ thisUpdate: since - 1000, nextUpdate: since })).toBe('unknown')
    expect(listed({ issuer: root })).toBe('unknown')
    expect(listed({ algorithm: { kind: 'ecdsa', hash: 'sha512', encoding: 'der' } })).toBe('good')
  })

  it('by OCSP', () => {
    const responder = authority.issue({ profile: 'ocsp-responder', subject: [['CN', 'r']], issuer: intermediate })
    const certificates = [responder.certificate]
    expect(answered({})).toBe('good')
    expect(answered({ namedBy: 'name' })).toBe('good')
    expect(answered({ responder, certificates })).toBe('good')
    expect(answered({ status: { at: since } })).toBe('revoked')
    expect(answered({ status: 'unknown' })).toBe('unknown')
    expect(answered({ nextUpdate: since, thisUpdate: since - 1000 })).toBe('unknown')
    expect(answered({ responder: signing, certificates: [certificate] })).toBe('unknown')
  })

  it('of a stranger must say who issued it', () => {
    const other = createAuthority({ clock: fixedClock(now), random: (length) => new Uint8Array(length).fill(7) })
    expect(() => authority.ocsp(other.issueSigning().certificate)).toThrow(TypeError)
  })
})

describe('timestamps', () => {
  const message = Buffer.from('a signature')
  const verdict = (
    hash: 'sha256' | 'sha384' | 'sha512' = 'sha256',
    options: Parameters<typeof authority.timestamp>[2] = {},
  ) => verifyTimestamp({ token: authority.timestamp(message, hash, options), message, roots: [tsaRoot.certificate] })

  it.each(['sha256', 'sha384', 'sha512'] as const)('over %s', (hash) => {
    expect(verdict(hash)).toMatchObject({ ok: true, time: now, accuracyMs: 1000 })
  })

  it('of each kind of key', () => {
    const options = { profile: 'timestamping', subject: [['CN', 'tsa']], issuer: tsaRoot } as const
    for (const key of [makeKey('ecdsa-p384'), makeKey('ecdsa-p521'), makeKey('rsa', 2048)])
      expect(verdict('sha256', { authority: authority.issue({ ...options, key }) })).toMatchObject({ ok: true })
  })

  it.each([
    ['of another message', { imprint: { ...imprint(), digest: new Uint8Array(32) } }],
    ['that names another certificate', { named: signing.certificate }],
    ['by a key that signs code', { authority: signing }],
    ['with version 1 of the certificate’s name alone', { change: () => versionOne() }],
    ['without a bag of certificates', { certificates: [] }],
  ])('%s are refused', (_, options) => {
    expect(verdict('sha256', options).ok).toBe(false)
  })

  it('say no accuracy where none is wanted', () => {
    expect(verdict('sha256', { accuracySeconds: undefined })).toMatchObject({ ok: true, accuracyMs: 0 })
  })

  function imprint() {
    return { algorithm: Buffer.from('300b0609608648016503040201', 'hex'), digest: new Uint8Array(32) }
  }

  function versionOne() {
    return [signingCertificate(tsa.certificate, 1)]
  }
})

it('serials are what the randomness gave', () => {
  const { certificate } = authority.issueSigning({ serial: Buffer.from('00ff', 'hex') })
  expect(hex(certificate.serial)).toBe('ff')
})

/** OpenSSL as the other side: it reads our requests, writes CRLs and responses that we judge, and judges those that we make. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { type Certificate, judgeCrlBytes, judgeOcspBytes, writeOcspRequest } from '../../src/pki/index.ts'
import { make, makeCertificate, makeChain, purposes, type TestCertificate } from '../support/certificates.ts'
import { makeCrl, makeOcsp, serialOf, stranger } from '../support/revocation.ts'

// OpenSSL's responder has no clock but the machine's.
const now = Math.floor(Date.now() / 1000) * 1000
const day = 86_400_000
const times = { notBefore: now - 30 * day, notAfter: now + 300 * day }
const chain = makeChain({ root: times, intermediate: times, leaf: times })
const [leaf, intermediate] = chain.certificates as [Certificate, Certificate, Certificate]
const issuer = chain.intermediate
const delegation = [make.extendedKeyUsage([purposes.ocspSigning]), make.ocspNoCheck()]
const responder = makeCertificate({ subject: 'Responder', issuer, ...times, extensions: delegation })

let work = ''
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'zegel-revocation-'))
  const save = (name: string, certificate: TestCertificate): void => {
    writeFileSync(join(work, `${name}.pem`), writePem('CERTIFICATE', certificate.der))
    writeFileSync(join(work, `${name}.key`), certificate.key.keyObject.export({ format: 'pem', type: 'pkcs8' }))
  }
  save('root', chain.root)
  save('issuer', issuer)
  save('leaf', chain.leaf)
  save('responder', responder)
  writeFileSync(
    join(work, 'ca.cnf'),
    '[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha384\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=issuer:always\n',
  )
  writeFileSync(join(work, 'number'), '10\n')
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const stamp = (time: number): string => `${new Date(time).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`
const number = Buffer.from(serialOf(chain.leaf)).toString('hex').toUpperCase()

/** A line of the database of `openssl ca`. */
function index(state: 'V' | 'R' | 'none', reason = ''): void {
  const revoked = state === 'R' ? `${stamp(now - day)}${reason}` : ''
  const line = `${state}\t${stamp(times.notAfter)}\t${revoked}\t${number}\tunknown\t/CN=Leaf\n`
  writeFileSync(join(work, 'index.txt'), state === 'none' ? '' : line)
}

const states = [
  ['V', '', 'good', undefined],
  ['R', '', 'revoked', undefined],
  ['R', ',keyCompromise', 'revoked', 'keyCompromise'],
  ['R', ',cessationOfOperation', 'revoked', 'cessationOfOperation'],
  ['R', ',holdInstruction,holdInstructionReject', 'revoked', 'certificateHold'],
] as const

describe('a CRL by openssl ca -gencrl', () => {
  it.each(states)('%s%s: %s', (state, reason, status, expected) => {
    index(state, reason)
    const lasting = ['-crl_lastupdate', stamp(now - day), '-crl_nextupdate', stamp(now + day)]
    openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-gencrl',
      '-cert',
      'issuer.pem',
      '-keyfile',
      'issuer.key',
      ...lasting,
      '-out',
      'a.crl',
    )
    const base = readFileSync(join(work, 'a.crl'))
    const answer = judgeCrlBytes({ base }, leaf, intermediate, now)
    expect([answer.status, answer.reason]).toEqual([status, expected])
    expect(answer).toMatchObject({ thisUpdate: now - day, nextUpdate: now + day })
    if (status === 'revoked') expect(answer.revokedAt).toBe(now - day)
    expect(judgeCrlBytes({ base }, leaf, intermediate, now + day).code).toBe('CRL_EXPIRED')
  })

  it('with a key compromise before it was revoked has its invalidity date', () => {
    index('R', `,keyTime,20260203040506Z`)
    openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-gencrl',
      '-crldays',
      '1',
      '-cert',
      'issuer.pem',
      '-keyfile',
      'issuer.key',
      '-out',
      'a.crl',
    )
    const answer = judgeCrlBytes({ base: readFileSync(join(work, 'a.crl')) }, leaf, intermediate, now + 60_000)
    expect(answer).toMatchObject({
      status: 'revoked',
      reason: 'keyCompromise',
      invalidityDate: Date.UTC(2026, 1, 3, 4, 5, 6),
    })
  })
})

describe('a response by openssl ocsp, to our request', () => {
  function answered(signer: 'issuer' | 'responder', nonce?: Bytes, ...more: readonly string[]): Buffer {
    writeFileSync(join(work, 'request.der'), writeOcspRequest(leaf, intermediate, nonce))
    const by = ['-rsigner', `${signer}.pem`, '-rkey', `${signer}.key`, '-index', 'index.txt', '-CA', 'issuer.pem']
    openssl('ocsp', ...by, '-reqin', 'request.der', '-respout', 'response.der', '-ndays', '1', ...more)
    return readFileSync(join(work, 'response.der'))
  }
  const at = now + 60_000

  it.each(states.slice(0, 4))('%s%s: %s', (state, reason, status, expected) => {
    index(state, reason)
    for (const signer of ['issuer', 'responder'] as const) {
      const answer = judgeOcspBytes(answered(signer), leaf, intermediate, at)
      expect([signer, answer.status, answer.reason]).toEqual([signer, status, expected])
      expect(answer).not.toHaveProperty('isResponderUnchecked')
    }
  })

  it('is unknown for what is not in its database, and named by key hash as well', () => {
    index('none')
    expect(judgeOcspBytes(answered('issuer'), leaf, intermediate, at).code).toBe('OCSP_STATUS_UNKNOWN')
    index('V')
    expect(judgeOcspBytes(answered('responder', undefined, '-resp_key_id'), leaf, intermediate, at).status).toBe('good')
    const missing = answered('responder', undefined, '-resp_no_certs')
    expect(judgeOcspBytes(missing, leaf, intermediate, at).code).toBe('OCSP_RESPONDER_MISSING')
  })

  it('repeats our nonce', () => {
    index('V')
    const nonce = Uint8Array.from({ length: 16 }, (_, octet) => octet)
    const response = answered('issuer', nonce)
    expect(judgeOcspBytes(response, leaf, intermediate, at, { nonce }).status).toBe('good')
    expect(judgeOcspBytes(response, leaf, intermediate, at, { nonce: nonce.toReversed() }).code).toBe(
      'OCSP_NONCE_MISMATCH',
    )
  })

  it('holds for the days it says', () => {
    index('V')
    expect(judgeOcspBytes(answered('issuer'), leaf, intermediate, now + 2 * day).code).toBe('OCSP_EXPIRED')
  })
})

describe('openssl says the same', () => {
  it.each([
    ['not on the list', { revoked: [] }],
    ['revoked', { revoked: [{ serial: serialOf(chain.leaf) }] }],
    ['stale', { nextUpdate: now - 1000 }],
    ['of the future', { thisUpdate: now + day }],
    ['by an attacker', { signer: responder }],
    ['with an unknown critical extension', { extensions: [stranger] }],
  ])('of a CRL: %s', (_, parts) => {
    const crl = makeCrl({ issuer, number: 1, thisUpdate: now - day, nextUpdate: now + day, ...parts })
    writeFileSync(join(work, 'b.crl'), writePem('X509 CRL', crl))
    const { status } = spawnSync(
      'openssl',
      ['verify', '-crl_check', '-CRLfile', 'b.crl', '-CAfile', 'root.pem', '-untrusted', 'issuer.pem', 'leaf.pem'],
      { cwd: work },
    )
    expect(status === 0).toBe(judgeCrlBytes({ base: crl }, leaf, intermediate, now).status === 'good')
  })

  const single = { certificate: chain.leaf, issuer, thisUpdate: now - 1000, nextUpdate: now + day }
  const strangerResponder = makeCertificate({ subject: 'Responder', ...times, extensions: delegation })
  const undelegated = makeCertificate({ subject: 'Responder', issuer, ...times, extensions: [] })
  it.each([
    ['good', {}],
    ['of SHA-256', { singles: [{ ...single, hash: 'sha256' as const }] }],
    ['revoked', { singles: [{ ...single, status: { at: now - day } }] }],
    ['unknown', { singles: [{ ...single, status: 'unknown' as const }] }],
    ['stale', { singles: [{ ...single, nextUpdate: now - 600_000 }] }],
    ['by a delegate', { signer: responder, certificates: [responder.der] }],
    ['by one that is not delegated', { signer: undelegated, certificates: [undelegated.der] }],
    ['by a stranger', { signer: strangerResponder, certificates: [strangerResponder.der] }],
    ['of another certificate', { singles: [{ ...single, certificate: responder }] }],
  ])('of an OCSP response: %s', (_, parts) => {
    const response = makeOcsp({ signer: issuer, singles: [single], producedAt: now - 1000, ...parts })
    writeFileSync(join(work, 'made.der'), response)
    const hash = 'singles' in parts && parts.singles?.[0] && 'hash' in parts.singles[0] ? ['-sha256'] : []
    const of = [
      'ocsp',
      '-respin',
      'made.der',
      ...hash,
      '-issuer',
      'issuer.pem',
      '-cert',
      'leaf.pem',
      '-CAfile',
      'root.pem',
      '-verify_other',
      'issuer.pem',
    ]
    const { stdout, stderr, status } = spawnSync('openssl', of, { cwd: work, encoding: 'utf8' })
    const isGood =
      status === 0 && /leaf\.pem: good/.test(stdout) && !/WARNING/.test(stdout) && /Response verify OK/.test(stderr)
    expect(isGood, `${stdout}${stderr}`).toBe(judgeOcspBytes(response, leaf, intermediate, now).status === 'good')
  })
})

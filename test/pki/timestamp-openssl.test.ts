/** `openssl ts` as a real authority, and as another verifier (RFC 3161). */

import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { derWrite, type HashName, type KeyType, writePem } from '../../src/crypto/index.ts'
import { parseCertificate, readTimestampReply, verifyTimestamp, writeTimestampRequest } from '../../src/pki/index.ts'
import { makeCertificate, type TestCertificate, usual } from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import { type Authority, makeAuthority, makeToken, type TokenParts } from '../support/timestamps.ts'

const message = Buffer.from('the raw bytes of a signature')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zegel-ts-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = (name: string): string => join(folder, name)
const pem = (...certificates: readonly TestCertificate[]): Buffer =>
  Buffer.concat(certificates.map(({ der }) => writePem('CERTIFICATE', der)))

/** Beside the defaults of the configuration. */
interface Settings {
  readonly chain?: 'yes' | 'no'
  readonly essHash?: string
  readonly digest?: string
  readonly digests?: string
}

/** What `openssl ts -reply` answers to the request. */
function reply(authority: Authority, request: Uint8Array, settings: Settings = {}): Buffer {
  writeFileSync(path('serial'), '01\n')
  writeFileSync(path('query'), request)
  writeFileSync(path('signer.pem'), pem(authority.leaf))
  writeFileSync(path('chain.pem'), pem(authority.intermediate))
  writeFileSync(path('signer.key'), authority.leaf.key.keyObject.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(
    path('ts.cnf'),
    `[tsa]\ndefault_tsa=t\n[t]\nserial=${path('serial')}\ncrypto_device=builtin\nsigner_cert=${path('signer.pem')}\ncerts=${path('chain.pem')}
signer_key=${path('signer.key')}\nsigner_digest=${settings.digest ?? 'sha256'}\ndefault_policy=1.2.3.4.1\nother_policies=1.2.3.4.5
digests=${settings.digests ?? 'sha256,sha384,sha512'}\naccuracy=secs:1,millisecs:500,microsecs:100\nclock_precision_digits=3\nordering=yes\ntsa_name=yes
ess_cert_id_chain=${settings.chain ?? 'no'}\ness_cert_id_alg=${settings.essHash ?? 'sha256'}\n`,
  )
  execFileSync(
    'openssl',
    ['ts', '-reply', '-config', path('ts.cnf'), '-queryfile', path('query'), '-out', path('reply')],
    { stdio: 'pipe' },
  )
  return readFileSync(path('reply'))
}

function authorityWith(type: KeyType): Authority {
  const authority = makeAuthority()
  const key = makeKey(type)
  return {
    ...authority,
    leaf: makeCertificate({ subject: 'Time', issuer: authority.intermediate, key, extensions: usual.timestamping() }),
  }
}

const authorities: Readonly<Record<string, Authority>> = {
  rsa: authorityWith('rsa'),
  'ecdsa-p256': authorityWith('ecdsa-p256'),
  'ecdsa-p384': authorityWith('ecdsa-p384'),
}

function authorityOf(type: string): Authority {
  return authorities[type] ?? makeAuthority()
}

describe('openssl ts answers what we ask', () => {
  test.each<[string, HashName, Settings]>([
    ['rsa', 'sha256', {}],
    ['rsa', 'sha512', { digest: 'sha384', essHash: 'sha512' }],
    ['ecdsa-p256', 'sha256', { chain: 'yes' }],
    ['ecdsa-p384', 'sha384', { digest: 'sha384', essHash: 'sha384' }],
  ])('%s, %s %j', (type, hash, settings) => {
    const authority = authorityOf(type)
    const nonce = randomBytes(16)
    const asked = { message, hash, nonce }
    const sent = derWrite.unsigned(nonce).subarray(2)
    const token = readTimestampReply(reply(authority, writeTimestampRequest(asked), settings), asked, sent)
    const roots = [parseCertificate(authority.root.der)]
    const verdict = verifyTimestamp({ token, message, roots })
    expect(verdict).toMatchObject({ ok: true, accuracyMs: 1501 })
    expect(verdict.ok && verdict.chain).toHaveLength(3)
    expect(verifyTimestamp({ token, message: Buffer.from('another'), roots })).toMatchObject({
      code: 'TIMESTAMP_OTHER_MESSAGE',
    })
  })

  test('version 1 of the attribute is refused by name', () => {
    const authority = authorityOf('rsa')
    const asked = { message, hash: 'sha256', nonce: randomBytes(16) } as const
    const token = readTimestampReply(
      reply(authority, writeTimestampRequest(asked), { essHash: 'sha1' }),
      asked,
      derWrite.unsigned(asked.nonce).subarray(2),
    )
    const roots = [parseCertificate(authority.root.der)]
    expect(verifyTimestamp({ token, message, roots })).toMatchObject({ ok: false, code: 'TIMESTAMP_ESS_V1_ONLY' })
  })

  test('a refusal says why', () => {
    const asked = { message, hash: 'sha384', nonce: randomBytes(16) } as const
    const refused = reply(authorityOf('rsa'), writeTimestampRequest(asked), { digests: 'sha256' })
    expect(() => readTimestampReply(refused, asked, asked.nonce)).toThrow(
      expect.objectContaining({ code: 'TIMESTAMP_REFUSED' }),
    )
  })
})

describe('openssl ts -verify says the same', () => {
  const authority = makeAuthority()
  const other = makeAuthority('Other')

  function opensslSays(token: Uint8Array): boolean {
    writeFileSync(path('token'), token)
    writeFileSync(path('message'), message)
    writeFileSync(path('root.pem'), pem(authority.root))
    const options = ['-attime', String(Date.UTC(2026, 10, 22, 15) / 1000), '-CAfile', path('root.pem')]
    const run = spawnSync('openssl', [
      'ts',
      '-verify',
      '-in',
      path('token'),
      '-token_in',
      '-data',
      path('message'),
      ...options,
    ])
    return run.status === 0
  }

  test.each<[string, Partial<TokenParts>, boolean]>([
    ['a right token', {}, true],
    [
      'SHA-512 throughout',
      { digest: 'sha512', imprintHash: 'sha512', signerAlgorithm: { kind: 'ecdsa', hash: 'sha512', encoding: 'der' } },
      true,
    ],
    ['another key', { key: makeKey() }, false],
    ['another certificate named', { named: [other.leaf.der] }, false],
    ['no intermediate', { bag: [authority.leaf.der] }, false],
    ['another authority', { certificate: other.leaf, bag: [other.leaf.der, other.intermediate.der] }, false],
    ['a certificate for code', { ...signedForCode(authority) }, false],
  ])('%s', (_, parts, isRight) => {
    const token = makeToken({ authority, message, ...parts })
    expect(opensslSays(token)).toBe(isRight)
    expect(verifyTimestamp({ token, message, roots: [parseCertificate(authority.root.der)] }).ok).toBe(isRight)
  })
})

function signedForCode({ intermediate }: Authority): Partial<TokenParts> {
  const certificate = makeCertificate({ subject: 'Code', issuer: intermediate, extensions: usual.codeSigning() })
  return { certificate, bag: [certificate.der, intermediate.der] }
}

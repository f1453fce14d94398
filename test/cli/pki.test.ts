/** `zegel pki`: a testing authority in a folder, all of it or nothing; served; and its certificates revoked. */

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Certificate, checkChain, judgeCrlBytes, readCertificates } from '../../src/pki/index.ts'
import { expectContract } from './contract.ts'
import { type CallResult, zegel } from './fake-io.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const at = (name: string): string => join(folder, name)
const init = (...more: readonly string[]): Promise<CallResult> => zegel(['pki', 'init', '--out', at('pki'), ...more])
const modeOf = async (name: string): Promise<number> => (await stat(at(name))).mode & 0o777
const chainOf = async (name: string): Promise<readonly Certificate[]> =>
  readCertificates(await readFile(at(name)), name)

describe('pki init', () => {
  test('writes what signs, what is trusted, and what serves', async () => {
    const made = await init('-o', 'json')
    expect(made.status).toBe(0)
    expectContract(made.json)
    expect((await readdir(at('pki'))).toSorted()).toEqual([
      'authority',
      'root.pem',
      'signing.key',
      'signing.pem',
      'tsa-root.pem',
    ])
    const chain = await chainOf('pki/signing.pem')
    expect(chain.length).toBe(3)
    expect(checkChain(chain, 'code-signing')).toBeUndefined()
    expect((await chainOf('pki/root.pem'))[0]?.raw).toEqual(chain[2]?.raw)
    expect(made.json).toMatchObject({ signing: { fingerprint: chain[0]?.fingerprint, type: 'ecdsa-p256' } })
    expect(made.json['revocationUrl']).toBeUndefined()
    const key = await zegel(['key', 'inspect', at('pki/signing.key'), '-o', 'json'])
    expect(key.json).toMatchObject({ kind: 'private', isEncrypted: false })
    expect(execFileSync('openssl', ['pkey', '-in', at('pki/signing.key'), '-pubout'])).toEqual(
      execFileSync('openssl', ['x509', '-in', at('pki/signing.pem'), '-noout', '-pubkey']),
    )
  })

  test('keys are for their owner alone, and it says what it is not', async () => {
    const { stdout, stderr } = await init()
    expect(stderr).toContain('For testing only')
    expect(stdout).toContain(`--key ${at('pki/signing.key')} --cert-chain ${at('pki/signing.pem')}`)
    expect(await modeOf('pki/signing.key')).toBe(0o600)
    expect(await modeOf('pki/authority')).toBe(0o700)
    for (const name of await readdir(at('pki/authority'))) expect(await modeOf(`pki/authority/${name}`)).toBe(0o600)
  })

  test('the signing certificate is as it was asked for', async () => {
    const subject = 'CN=release,O=Example\\, Inc.,ST=Utrecht,C=NL'
    const { json } = await init('--subject', subject, '--days', '10', '--type', 'p384', '-o', 'json')
    expect(json).toMatchObject({ signing: { subject: 'CN=release,ST=Utrecht,O=Example\\, Inc.,C=NL', bits: 384 } })
    const [leaf] = await chainOf('pki/signing.pem')
    expect((leaf?.notAfter ?? 0) - (leaf?.notBefore ?? 0)).toBe(10 * 86_400_000)
  })

  test('--revocation-url is named by all but the roots', async () => {
    const { json } = await init('--revocation-url', 'http://127.0.0.1:3003/', '-o', 'json')
    expectContract(json)
    const text = (at: string, certificate: Certificate | undefined): boolean =>
      Buffer.from(certificate?.raw ?? []).includes(at)
    const [leaf, intermediate, root] = await chainOf('pki/signing.pem')
    expect(text('http://127.0.0.1:3003/crl/intermediate.crl', leaf)).toBe(true)
    expect(text('http://127.0.0.1:3003/crl/root.crl', intermediate)).toBe(true)
    expect(text('http://127.0.0.1:3003/ocsp', leaf)).toBe(true)
    expect(text('http://', root)).toBe(false)
  })

  test.each(['root.pem', 'signing.key', 'signing.pem', 'tsa-root.pem', 'authority/root.key', 'authority/revoked.json'])(
    '%s is never overwritten, and nothing is made beside it',
    async (taken) => {
      await mkdir(at('pki/authority'), { recursive: true })
      await writeFile(at(`pki/${taken}`), 'mine')
      const { status, stderr } = await init()
      expect([status, stderr]).toEqual([2, expect.stringContaining('[FILE_EXISTS]')])
      expect(await readFile(at(`pki/${taken}`), 'utf8')).toBe('mine')
      const left = await readdir(at('pki'), { recursive: true })
      expect(left.toSorted()).toEqual([...new Set(['authority', taken])].toSorted())
    },
  )

  test('beside other things in a folder that is there', async () => {
    await mkdir(at('pki'))
    await writeFile(at('pki/README'), 'mine')
    expect((await init()).status).toBe(0)
    expect(await readdir(at('pki'))).toContain('README')
  })

  test('of what cannot be finished nothing is left', async () => {
    await mkdir(at('pki'))
    await writeFile(at('pki/authority'), 'a file where the folder goes')
    const { status } = await init()
    expect(status).toBe(2)
    expect(await readdir(at('pki'))).toEqual(['authority'])
  })

  test.each([
    ['no parent', ['--out', '/nonexistent/pki'], 'FILE_NOT_WRITABLE'],
    ['a name that no policy can name', ['--subject', 'CN=release'], 'DISTINGUISHED_NAME_INVALID'],
    ['a country that is none', ['--subject', 'C=Netherlands,ST=U,O=E'], 'NAME_UNUSABLE'],
    ['a hundred years', ['--days', '36500'], 'USAGE_VALUE_INVALID'],
    ['a key that Notation does not know', ['--type', 'ed25519'], 'USAGE_VALUE_INVALID'],
    ['a URL of TLS', ['--revocation-url', 'https://127.0.0.1'], 'USAGE_VALUE_INVALID'],
    ['a URL with a query', ['--revocation-url', 'http://127.0.0.1/?x'], 'USAGE_VALUE_INVALID'],
    ['no URL', ['--revocation-url', '127.0.0.1:3003'], 'USAGE_VALUE_INVALID'],
  ])('%s', async (_, more, code) => {
    const { status, stderr } = await init(...more)
    expect([status, stderr]).toEqual([2, expect.stringContaining(`[${code}]`)])
    expect(await readdir(folder)).toEqual([])
  })
})

/** Visits a served authority, then ends it by Ctrl-C. */
async function serve(more: readonly string[], visit: (address: string) => Promise<void>): Promise<CallResult> {
  return await zegel(['pki', 'serve', at('pki'), '--address', '127.0.0.1:0', ...more], {
    during: async (stop, stdout) => {
      while (!stdout().endsWith('\n')) await new Promise((resolve) => setTimeout(resolve, 10))
      await visit(stdout().trim())
      stop()
    },
  })
}

describe('pki serve', () => {
  test('timestamps that OpenSSL takes, until Ctrl-C', async () => {
    await init()
    await writeFile(at('message'), 'a signature')
    const query = execFileSync('openssl', ['ts', '-query', '-data', at('message'), '-sha256', '-cert'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await writeFile(at('query.tsq'), query)
    const { status, stdout, stderr } = await serve([], async (address) => {
      const headers = { 'content-type': 'application/timestamp-query' }
      const answer = await fetch(`http://${address}`, { method: 'POST', body: query, headers })
      await writeFile(at('reply.tsr'), Buffer.from(await answer.arrayBuffer()))
    })
    expect(status).toBe(130)
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+\n$/)
    expect(stderr).toContain('until Ctrl-C')
    const files = ['-queryfile', at('query.tsq'), '-in', at('reply.tsr'), '-CAfile', at('pki/tsa-root.pem')]
    execFileSync('openssl', ['ts', '-verify', ...files], { stdio: 'ignore' })
    await expect(fetch(`http://${stdout.trim()}/`)).rejects.toThrow()
  })

  test('as JSON', async () => {
    await init()
    const { json } = await serve(['-o', 'json'], async () => {})
    expectContract(json)
  })

  test('what was revoked meanwhile', async () => {
    await init()
    const [leaf, intermediate] = await chainOf('pki/signing.pem')
    const said: string[] = []
    await serve(['--fresh-for', '10m'], async (address) => {
      const look = async (): Promise<void> => {
        const base = new Uint8Array(await (await fetch(`http://${address}/crl/intermediate.crl`)).arrayBuffer())
        if (leaf === undefined || intermediate === undefined) throw new Error('no chain')
        said.push(judgeCrlBytes({ base }, leaf, intermediate, Date.now()).status)
        said.push(judgeCrlBytes({ base }, leaf, intermediate, Date.now() + 11 * 60_000).status)
      }
      await look()
      await zegel(['pki', 'revoke', at('pki'), at('pki/signing.pem')])
      await look()
    })
    expect(said).toEqual(['good', 'unknown', 'revoked', 'unknown'])
  })

  test.each([
    ['no such folder', ['/nonexistent'], 'FILE_NOT_FOUND'],
    ['an address that others reach', ['--address', '0.0.0.0:0'], 'SERVE_ADDRESS_REMOTE'],
    ['no address', ['--address', 'here'], 'USAGE_VALUE_INVALID'],
  ])('%s', async (_, more, code) => {
    await init()
    const [first = ''] = more
    const argv = first.startsWith('/') ? more : [at('pki'), ...more]
    const { status, stderr } = await zegel(['pki', 'serve', ...argv])
    expect([status, stderr]).toEqual([2, expect.stringContaining(`[${code}]`)])
  })

  test.each([
    ['a key of another', 'tsa.key', 'root.key', 'AUTHORITY_DAMAGED'],
    ['a key that is none', 'tsa.key', 'certificates.pem', 'KEY_NOT_PRIVATE'],
    ['a list that is none', 'revoked.json', 'root.key', 'JSON_INVALID'],
    ['certificates that are none', 'certificates.pem', 'root.key', 'CERTIFICATE_FILE_INVALID'],
  ])('%s', async (_, file, content, code) => {
    await init()
    await writeFile(at(`pki/authority/${file}`), await readFile(at(`pki/authority/${content}`)))
    const { status, stderr } = await zegel(['pki', 'serve', at('pki'), '--address', '127.0.0.1:0'])
    expect(stderr).toContain(`[${code}]`)
    expect(status).not.toBe(0)
  })
})

describe('pki revoke', () => {
  test('by file and by serial number, once', async () => {
    await init()
    const first = await zegel([
      'pki',
      'revoke',
      at('pki'),
      at('pki/signing.pem'),
      '--reason',
      'superseded',
      '-o',
      'json',
    ])
    expectContract(first.json)
    expect(first.json).toMatchObject({ reason: 'superseded', wasRevoked: false })
    const serial = Buffer.from((await chainOf('pki/signing.pem'))[0]?.serial ?? []).toString('hex')
    const colons = serial.toUpperCase().replace(/..(?=.)/g, '$&:')
    for (const written of [serial, colons, `00${serial}`]) {
      const again = await zegel(['pki', 'revoke', at('pki'), written, '--reason', 'keyCompromise', '-o', 'json'])
      expectContract(again.json)
      expect(again.json).toMatchObject({ reason: 'superseded', wasRevoked: true, revokedAt: first.json['revokedAt'] })
    }
    expect(await modeOf('pki/authority/revoked.json')).toBe(0o600)
  })

  test('of a certificate by another authority', async () => {
    await init()
    await zegel(['pki', 'init', '--out', at('other')])
    const { status, stderr } = await zegel(['pki', 'revoke', at('pki'), at('other/signing.pem')])
    expect([status, stderr]).toEqual([2, expect.stringContaining('[SERIAL_UNKNOWN]')])
  })

  test('a list that is gone', async () => {
    await init()
    await rm(at('pki/authority/revoked.json'))
    const { status, stderr } = await zegel(['pki', 'revoke', at('pki'), at('pki/signing.pem')])
    expect([status, stderr]).toEqual([2, expect.stringContaining('[FILE_NOT_FOUND]')])
  })
})

/** `zegel trust`: stores that only hold what may vouch, policies that say what nobody chose. */

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concat } from '../../src/base/index.ts'
import { derWrite, writePem } from '../../src/crypto/index.ts'
import {
  generalName,
  make,
  makeCertificate,
  makeChain,
  notAfter,
  notBefore,
  type TestCertificate,
  usual,
} from '../support/certificates.ts'
import { expectContract } from './contract.ts'
import { type CallResult, zegel } from './fake-io.ts'

const { root, intermediate, leaf } = makeChain()
const other = makeCertificate({ subject: 'Other root', extensions: usual.authority() })
const expired = makeCertificate({ subject: 'Old root', extensions: usual.authority(), notAfter: Date.UTC(2026, 1, 1) })
const soft = makeCertificate({
  subject: 'Soft root',
  extensions: [make.basicConstraints(true), make.keyUsage(['keyCertSign'], false)],
})

const pem = (...certificates: readonly TestCertificate[]): Uint8Array =>
  concat(...certificates.map(({ der }) => writePem('CERTIFICATE', der)))

/** A PKCS#7 bag with nothing signed (RFC 2315 section 9), as authorities hand out chains. */
function pkcs7(...certificates: readonly TestCertificate[]): Uint8Array {
  const { sequence, set, oid, unsigned, explicit, implicit } = derWrite
  const bag = implicit(0, concat(...certificates.map(({ der }) => der)), true)
  const content = sequence(oid('1.2.840.113549.1.7.1'))
  return sequence(oid('1.2.840.113549.1.7.2'), explicit(0, sequence(unsigned(1), set(), content, bag, set())))
}

let folder = ''
const at = (...names: readonly string[]): string => join(folder, ...names)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
  await writeFile(at('root.pem'), pem(root))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const store = (type = 'ca', name = 'demo'): readonly string[] => ['--type', type, '--store', name, '--dir', at('ts')]
const add = (files: readonly string[], type = 'ca', more: readonly string[] = []): Promise<CallResult> =>
  zegel(['trust', 'add', ...store(type), ...more, ...files])
const inStore = (type = 'ca', name = 'demo'): Promise<string[]> => readdir(at('ts/x509', type, name))

async function json(...argv: readonly string[]): Promise<Record<string, unknown> & { status: unknown }> {
  const { json: report, status } = await zegel([...argv, '-o', 'json'])
  expectContract(report)
  return { ...report, status: report['status'] ?? status }
}

describe('trust add', () => {
  test('shows what it adds', async () => {
    const report = await json('trust', 'add', ...store(), at('root.pem'))
    expect(report['certificates']).toMatchObject([
      { file: 'root.pem', kind: 'root', validity: 'valid', isNew: true, subject: expect.stringContaining('CN=Root') },
    ])
    const { stdout, status } = await add([at('root.pem')], 'tsa')
    expect(status).toBe(0)
    for (const word of ['CN=Root', 'sha256:', '2026-01-01', '2036-01-01']) expect(stdout).toContain(word)
  })

  test.each([
    ['PEM', 'root.crt', pem(root), ['root.crt'], 1],
    ['DER', 'root.cer', root.der, ['root.cer'], 1],
    ['PKCS#7', 'chain.p7b', pkcs7(root, intermediate), ['chain.pem'], 2],
    ['PKCS#7 in PEM', 'chain.p7c', writePem('PKCS7', pkcs7(root, other)), ['chain.pem'], 2],
    ['a name that is none', '.pem', pem(root), ['certificate.pem'], 1],
    [
      'a private key beside it',
      'both.pem',
      concat(writePem('PRIVATE KEY', new Uint8Array(9)), pem(root)),
      ['both.pem'],
      1,
    ],
  ])('reads %s and writes PEM', async (_, name, content, files, count) => {
    await writeFile(at(name), content)
    expect((await add([at(name)])).stderr).not.toContain('fix:')
    expect(await inStore()).toEqual(files)
    const written = await readFile(at('ts/x509/ca/demo', files[0] ?? ''), 'latin1')
    expect(written.match(/-----BEGIN [A-Z ]+-----/g)).toEqual(
      Array.from({ length: count }, () => '-----BEGIN CERTIFICATE-----'),
    )
  })

  test('from standard input', async () => {
    const { status } = await zegel(['trust', 'add', ...store(), '-'], { stdin: pem(root) })
    expect(status).toBe(0)
    expect(await inStore()).toEqual(['certificate.pem'])
  })

  test('what is there already stays, and nothing is overwritten', async () => {
    await add([at('root.pem')])
    await writeFile(at('again.pem'), pem(root))
    const again = await json('trust', 'add', ...store(), at('again.pem'))
    expect(again['certificates']).toMatchObject([{ file: 'root.pem', isNew: false }])
    await writeFile(at('root.pem'), pem(root, other))
    await add([at('root.pem')])
    const files = await inStore()
    expect(files).toHaveLength(2)
    expect(files.every((name) => /^root(-[0-9a-f]{16})?\.pem$/.test(name))).toBe(true)
    const listed = await json('trust', 'show', ...store())
    expect(listed['stores']).toMatchObject([{ certificates: [{}, {}] }])
  })

  test('the same one twice in one call', async () => {
    await writeFile(at('twice.pem'), pem(root, root))
    await add([at('twice.pem'), at('root.pem')])
    expect(await inStore()).toEqual(['twice.pem'])
  })

  test.each([
    ['a leaf', 'ca', [leaf], 'TRUST_CERTIFICATE_UNFIT'],
    ['a leaf among others', 'ca', [root, leaf], 'TRUST_CERTIFICATE_UNFIT'],
    ['a leaf', 'signingAuthority', [leaf], 'TRUST_CERTIFICATE_UNFIT'],
    ['an intermediate', 'tsa', [intermediate], 'TRUST_CERTIFICATE_UNFIT'],
    ['a key', 'ca', [], 'CERTIFICATE_FILE_INVALID'],
  ])('refuses %s for %s, and writes nothing', async (_, type, certificates, code) => {
    await writeFile(
      at('x.pem'),
      certificates.length === 0 ? writePem('PRIVATE KEY', new Uint8Array(9)) : pem(...certificates),
    )
    const { status, stderr } = await add([at('root.pem'), at('x.pem')], type)
    expect(status).toBe(2)
    expect(stderr).toContain(`[${code}]`)
    expect(await readdir(folder)).not.toContain('ts')
  })

  test.each(['..', 'a/b', '../x', 'é'])('a name of a store that leads elsewhere: %s', async (name) => {
    const { status, stderr } = await zegel([
      'trust',
      'add',
      '--type',
      'ca',
      '--store',
      name,
      '--dir',
      at('ts'),
      at('root.pem'),
    ])
    expect([status, stderr]).toEqual([2, expect.stringContaining('[TRUST_STORE_NAME_INVALID]')])
  })

  test('a store that is a link is not written to', async () => {
    await mkdir(at('elsewhere'))
    await mkdir(at('ts/x509/ca'), { recursive: true })
    await symlink(at('elsewhere'), at('ts/x509/ca/demo'))
    expect((await add([at('root.pem')])).stderr).toContain('[TRUST_STORE_INVALID]')
    expect(await readdir(at('elsewhere'))).toEqual([])
  })

  test('an expired one and one that the rules for chains refuse are told', async () => {
    await writeFile(at('x.pem'), pem(expired, soft))
    const report = await json('trust', 'add', ...store(), at('x.pem'))
    expect(report['certificates']).toMatchObject([
      { validity: 'expired' },
      { problem: expect.stringContaining('critical') },
    ])
  })
})

describe('trust list and show', () => {
  test('each store on its own, what is broken too', async () => {
    await add([at('root.pem')])
    await add([at('root.pem')], 'tsa')
    await mkdir(at('ts/x509/ca/empty'))
    await mkdir(at('ts/x509/ca/broken'))
    await writeFile(at('ts/x509/ca/broken/x.pem'), 'hello')
    await writeFile(at('ts/x509/ca/stray'), 'hello')
    const { stores } = (await json('trust', 'list', '--dir', at('ts'))) as unknown as { stores: readonly object[] }
    expect(stores).toMatchObject([
      { type: 'ca', name: 'broken', problem: { code: 'CERTIFICATE_FILE_INVALID' } },
      { type: 'ca', name: 'demo', certificates: [{ file: 'root.pem' }] },
      { type: 'ca', name: 'empty', certificates: [] },
      { type: 'ca', name: 'stray', problem: {} },
      { type: 'tsa', name: 'demo' },
    ])
    const { stdout } = await zegel(['trust', 'list', '--dir', at('ts')])
    expect(stdout.split('\n')).toHaveLength(6)
    expect((await json('trust', 'list', '--dir', at('ts'), '--type', 'tsa'))['stores']).toHaveLength(1)
    expect((await json('trust', 'list', '--dir', at('ts'), '--store', 'demo'))['stores']).toHaveLength(2)
  })

  test.each([
    [['list', '--dir', 'nowhere'], 'TRUST_STORE_MISSING'],
    [['list', '--dir', 'DIR', '--store', 'none'], 'TRUST_STORE_MISSING'],
    [['show', '--type', 'ca', '--store', 'none', '--dir', 'DIR'], 'TRUST_STORE_MISSING'],
    [['show', '--type', 'ca', '--store', 'demo', '--dir', 'DIR', 'x.pem'], 'TRUST_CERTIFICATE_NOT_STORED'],
    [['remove', '--type', 'ca', '--store', 'demo', '--dir', 'DIR', 'x.pem'], 'TRUST_CERTIFICATE_NOT_STORED'],
    [['remove', '--type', 'ca', '--store', 'demo', '--dir', 'DIR', '../demo/root.pem'], 'TRUST_CERTIFICATE_NOT_STORED'],
    [['remove', '--type', 'ca', '--store', 'demo', '--dir', 'DIR'], 'USAGE_ARGUMENT_MISSING'],
    [['remove', '--type', 'ca', '--store', 'demo', '--dir', 'DIR', '--all', 'root.pem'], 'USAGE_ARGUMENT_MISSING'],
  ])('%j', async (argv, code) => {
    await add([at('root.pem')])
    const { status, stderr } = await zegel(['trust', ...argv.map((word) => (word === 'DIR' ? at('ts') : word))])
    expect([status, stderr]).toEqual([2, expect.stringContaining(`[${code}]`)])
    expect(await inStore()).toEqual(['root.pem'])
  })

  test('by file and by fingerprint', async () => {
    await writeFile(at('x.pem'), pem(root, other))
    await add([at('x.pem')])
    const { stores } = (await json('trust', 'show', ...store(), 'x.pem')) as unknown as {
      stores: readonly [{ certificates: readonly { fingerprint: string }[] }]
    }
    const [first] = stores[0].certificates
    expect(stores[0].certificates).toHaveLength(2)
    const digits = first?.fingerprint.slice(7) ?? ''
    const openssl = digits.toUpperCase().replace(/..(?=.)/g, '$&:')
    for (const word of [first?.fingerprint ?? '', digits.slice(0, 13), openssl])
      expect((await json('trust', 'show', ...store(), word))['stores']).toMatchObject([{ certificates: [first] }])
  })

  test('a name in a certificate cannot write to the terminal', async () => {
    const evil = makeCertificate({ subject: 'a\u202eb', extensions: usual.authority() })
    await writeFile(at('x.pem'), pem(evil))
    for (const { stdout } of [await add([at('x.pem')]), await zegel(['trust', 'list', '--dir', at('ts')])])
      expect(stdout).not.toContain('\u202e')
  })
})

describe('trust remove', () => {
  test('a file, one certificate of a file, all', async () => {
    await writeFile(at('x.pem'), pem(root, other))
    await add([at('x.pem')])
    const shown = await json('trust', 'show', ...store())
    const [{ certificates }] = shown['stores'] as readonly [{ certificates: readonly { fingerprint: string }[] }]
    const one = await json('trust', 'remove', ...store(), certificates[0]?.fingerprint ?? '')
    expect(one).toMatchObject({ files: ['x.pem'], isStoreGone: false })
    const left = await json('trust', 'show', ...store())
    expect(left['stores']).toMatchObject([{ certificates: [certificates[1]] }])
    const all = await json('trust', 'remove', ...store(), '--all')
    expect(all).toMatchObject({ files: ['x.pem'], isStoreGone: true })
    expect(await readdir(at('ts/x509/ca'))).toEqual([])
  })

  test('what cannot be read goes by its name', async () => {
    await add([at('root.pem')])
    await writeFile(at('ts/x509/ca/demo/junk'), 'hello')
    await symlink('/etc/passwd', at('ts/x509/ca/demo/link'))
    expect((await json('trust', 'remove', ...store(), 'junk', 'link'))['files']).toEqual(['junk', 'link'])
    expect(await inStore()).toEqual(['root.pem'])
  })
})

describe('trust policy init', () => {
  const init = (...more: readonly string[]): readonly string[] => [
    ...['trust', 'policy', 'init', '--out', at('p.json'), ...more],
  ]
  const written = async (): Promise<unknown> => JSON.parse(await readFile(at('p.json'), 'utf8'))

  test('says in plain words what nobody chose', async () => {
    await add([at('root.pem')])
    const { status, stderr, stdout } = await zegel(init('--trust-store', at('ts')))
    expect(status).toBe(0)
    expect(stderr).toContain('everyone')
    expect(stderr).toContain('every repository')
    expect(stdout).toContain('everyone')
    expect(await written()).toEqual({
      version: '1.0',
      trustPolicies: [
        {
          name: 'default',
          registryScopes: ['*'],
          signatureVerification: { level: 'strict' },
          trustStores: ['ca:demo'],
          trustedIdentities: ['*'],
        },
      ],
    })
  })

  test('with everything chosen it has nothing to add', async () => {
    await add([at('root.pem')])
    await writeFile(at('signing.pem'), pem(leaf, intermediate, root))
    const scope = ['--scope', 'registry.example.org/a', '--scope', 'registry.example.org/b']
    const report = await json(
      ...init('--trust-store', at('ts'), '--identity-of', at('signing.pem'), ...scope, '--level', 'permissive'),
    )
    expect(report).toMatchObject({
      notes: [],
      statements: [{ level: 'permissive', trustedIdentities: [expect.stringContaining('CN=Leaf')] }],
    })
  })

  test('a store of timestamps makes them demanded, and says so', async () => {
    await add([at('root.pem')])
    await add([at('root.pem')], 'tsa')
    const report = await json(
      ...init('--trust-store', at('ts'), '--identity', 'C=US, ST=WA, O=a', '--scope', 'registry.example.org/a'),
    )
    expect(report['notes']).toHaveLength(1)
    expect(await written()).toMatchObject({ trustPolicies: [{ signatureVerification: { verifyTimestamp: 'always' } }] })
  })

  test('stores by name need no folder', async () => {
    const report = await json(
      ...init('--store', 'ca:acme', '--identity', '*', '--scope', 'registry.example.org/team/*'),
    )
    expect(report).toMatchObject({
      statements: [{ trustStores: ['ca:acme'] }],
      notes: [expect.stringContaining('notation')],
    })
  })

  test.each([
    ['no store anywhere', [], 'TRUST_STORE_MISSING'],
    ['a folder without stores', ['--trust-store', 'DIR'], 'TRUST_STORE_MISSING'],
    ['a store that is not there', ['--trust-store', 'DIR', '--store', 'ca:none'], 'TRUST_STORE_MISSING'],
    ['no name of a store', ['--store', 'acme'], 'TRUST_STORE_NAME_INVALID'],
    ['an empty identity', ['--store', 'ca:a', '--identity', ' '], 'TRUST_IDENTITY_INVALID'],
    ['a name without C', ['--store', 'ca:a', '--identity', 'O=a'], 'DISTINGUISHED_NAME_INVALID'],
    ['a scope with a tag', ['--store', 'ca:a', '--scope', 'registry.example.org/a:1'], 'TRUST_POLICY_INVALID'],
    [
      '* beside a name',
      ['--store', 'ca:a', '--identity', '*', '--identity', 'C=US, ST=WA, O=a'],
      'TRUST_POLICY_INVALID',
    ],
    ['timestamps alone', ['--store', 'tsa:a'], 'TRUST_POLICY_INVALID'],
    ['the level skip', ['--store', 'ca:a', '--level', 'skip'], 'USAGE_VALUE_INVALID'],
  ])('refused: %s', async (_, more, code) => {
    const { status, stderr } = await zegel(init(...more.map((word) => (word === 'DIR' ? at('ts') : word))))
    expect([status, stderr]).toEqual([2, expect.stringContaining(`[${code}]`)])
    expect(await readdir(folder)).toEqual(['root.pem'])
  })

  test('a subject that no policy can name', async () => {
    const names = [generalName.dns('build.example.org')]
    const bare = makeCertificate({
      subject: [['2.5.4.3', 'x']],
      issuer: root,
      extensions: [make.subjectAltName(names)],
    })
    await writeFile(at('bare.pem'), pem(bare))
    const { stderr } = await zegel(init('--store', 'ca:a', '--identity-of', at('bare.pem')))
    expect(stderr).toContain('[TRUST_IDENTITY_INVALID]')
    expect(stderr).toContain('x509.san: dns:build.example.org')
  })

  test('an existing policy is replaced only by force', async () => {
    await writeFile(at('p.json'), 'mine')
    expect((await zegel(init('--store', 'ca:a'))).stderr).toContain('[FILE_EXISTS]')
    expect(await readFile(at('p.json'), 'utf8')).toBe('mine')
    expect((await zegel(init('--store', 'ca:a', '--force'))).status).toBe(0)
  })
})

describe('trust policy check and show', () => {
  const statement = {
    name: 'shop',
    registryScopes: ['registry.example.org/shop/*'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:demo'],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=a'],
  }
  const put = (...statements: readonly object[]): Promise<void> =>
    writeFile(at('p.json'), JSON.stringify({ version: '1.0', trustPolicies: statements }))
  const codes = async (...more: readonly string[]): Promise<readonly string[]> => {
    const report = await json('trust', 'policy', 'check', at('p.json'), ...more)
    return (report['notes'] as readonly { code: string }[]).map(({ code }) => code)
  }
  const exact = { ...statement, registryScopes: ['registry.example.org/shop'] }
  const level = (signatureVerification: object): object => ({ ...exact, signatureVerification })

  test.each([
    ['nothing to say', exact, []],
    ['a prefix scope', statement, ['POLICY_SCOPE_BEYOND_NOTATION']],
    [
      'an alternative name',
      { ...exact, trustedIdentities: ['x509.san: dns:a.example'] },
      ['POLICY_IDENTITY_BEYOND_NOTATION'],
    ],
    [
      'an issuer',
      { ...exact, trustedIdentities: ['x509.issuer: C=US, ST=WA, O=a'] },
      ['POLICY_IDENTITY_BEYOND_NOTATION'],
    ],
    [
      'an unknown prefix',
      { ...exact, trustedIdentities: ['X509.Subject: C=US, ST=WA, O=a'] },
      ['POLICY_IDENTITY_NEVER_MATCHES'],
    ],
    ['everybody', { ...exact, trustedIdentities: ['*'] }, ['POLICY_IDENTITY_ANYBODY']],
    ['audit', level({ level: 'audit' }), ['POLICY_PROVES_NOTHING']],
    ['permissive', level({ level: 'permissive' }), Array.from({ length: 3 }, () => 'POLICY_CHECK_LOGGED')],
    ['revocation skipped', level({ level: 'strict', override: { revocation: 'skip' } }), ['POLICY_CHECK_LOGGED']],
    [
      'timestamps without a store',
      level({ level: 'strict', verifyTimestamp: 'afterCertExpiry' }),
      ['POLICY_TIMESTAMP_UNUSED'],
    ],
    [
      'skip',
      { name: 'x', registryScopes: ['a.example/b'], signatureVerification: { level: 'skip' } },
      ['POLICY_PROVES_NOTHING'],
    ],
  ])('%s', async (_, one, expected) => {
    await put(one)
    expect(await codes()).toEqual(expected)
  })

  test.each([
    ['good', [root], [], 0],
    ['expired', [expired], ['POLICY_CERTIFICATE_EXPIRED'], 0],
    ['missing', [], ['POLICY_STORE_MISSING'], 1],
    ['not usable', [leaf], ['POLICY_STORE_UNUSABLE'], 1],
    [
      'expiring soon',
      [
        makeCertificate({
          subject: 'Soon',
          extensions: usual.authority(),
          notBefore,
          notAfter: Date.now() + 86_400_000,
        }),
      ],
      ['POLICY_CERTIFICATE_EXPIRES'],
      0,
    ],
    [
      'not valid yet',
      [makeCertificate({ subject: 'Later', extensions: usual.authority(), notBefore: notAfter - 1000 })],
      ['POLICY_CERTIFICATE_EXPIRED'],
      0,
    ],
  ])('a store that is %s', async (_, certificates, expected, status) => {
    await put(exact)
    await mkdir(at('ts/x509/ca', certificates.length === 0 ? 'else' : 'demo'), { recursive: true })
    if (certificates.length > 0) await writeFile(at('ts/x509/ca/demo/x.pem'), pem(...certificates))
    expect(await codes('--trust-store', at('ts'))).toEqual(expected)
    const { status: ended } = await zegel(['trust', 'policy', 'check', at('p.json'), '--trust-store', at('ts')])
    expect(ended).toBe(status)
  })

  test('a policy that breaks a rule', async () => {
    await put({ ...exact, trustedIdentities: [] })
    for (const word of ['check', 'show']) {
      const { status, stderr } = await zegel(['trust', 'policy', word, at('p.json')])
      expect([status, stderr]).toEqual([2, expect.stringContaining('[TRUST_POLICY_INVALID]')])
    }
  })

  test.each([
    ['registry.example.org/shop/api:1.4', 'shop', 'registry.example.org/shop/*', 0],
    ['registry.example.org/else', undefined, undefined, 1],
  ])('show --scope %s', async (scope, name, decisive, status) => {
    await put(statement, { ...exact, name: 'other' })
    const report = await json('trust', 'policy', 'show', at('p.json'), '--scope', scope)
    expect(report).toMatchObject({ status, statements: name === undefined ? [] : [{ name }] })
    expect(report['scope']).toBe(decisive)
    expect((await zegel(['trust', 'policy', 'show', at('p.json'), '--scope', scope])).status).toBe(status)
  })

  test("default is notation's own, and the newer name first", async () => {
    const environment = { XDG_CONFIG_HOME: at('config') }
    await mkdir(at('config/notation/truststore/x509/ca/demo'), { recursive: true })
    await writeFile(at('config/notation/truststore/x509/ca/demo/root.pem'), pem(root))
    await put(exact)
    await writeFile(at('config/notation/trustpolicy.json'), await readFile(at('p.json')))
    const check = ['trust', 'policy', 'check', 'default', '-o', 'json']
    expect((await zegel(check, { environment })).json).toMatchObject({
      status: 0,
      notes: [],
      file: at('config/notation/trustpolicy.json'),
    })
    await put(statement)
    await writeFile(at('config/notation/trustpolicy.oci.json'), await readFile(at('p.json')))
    expect((await zegel(check, { environment })).json['notes']).toHaveLength(1)
  })
})

test.each([
  [['trust'], 'trust policy init'],
  [['trust', 'policy'], 'trust policy check'],
])('%j alone is help', async (argv, word) => {
  const { status, stderr } = await zegel(argv)
  expect(status).toBe(2)
  expect(stderr).toContain(word)
  expect((await zegel([...argv, '--help'])).stdout).toContain(word)
})

test.each([
  [['trust', 'policy', 'inti'], 'zegel trust policy init'],
  [['trust', 'polcy', 'init'], 'zegel trust policy'],
])('%j: did you mean', async (argv, meant) => {
  expect((await zegel(argv)).stderr).toContain(meant)
})

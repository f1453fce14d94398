/** Trust stores and policies beside the real notation: each reads what the other writes. */

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { concat } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { describeWithPeers, type PeerRun, runPeer } from '../peers/peers.ts'
import { makeCertificate, makeChain, type TestCertificate, usual } from '../support/certificates.ts'
import { type CallResult, zegel } from './fake-io.ts'

const { root, intermediate, leaf } = makeChain()
const other = makeCertificate({ subject: 'Other root', extensions: usual.authority() })
const pem = (...certificates: readonly TestCertificate[]): Uint8Array =>
  concat(...certificates.map(({ der }) => writePem('CERTIFICATE', der)))

describeWithPeers(['notation'], 'with notation', () => {
  let folder = ''
  const at = (...names: readonly string[]): string => join(folder, ...names)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
    await writeFile(at('root.pem'), pem(root))
    await writeFile(at('two.p7b'), pem(intermediate, other))
    await writeFile(at('root.der'), root.der)
    await writeFile(at('leaf.pem'), pem(leaf))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  const notation = (...argv: readonly string[]): Promise<PeerRun> =>
    runPeer('notation', argv, { env: { XDG_CONFIG_HOME: folder, HOME: folder } })
  const ours = (...argv: readonly string[]): Promise<CallResult> =>
    zegel(argv, { environment: { XDG_CONFIG_HOME: folder }, home: folder })
  const store = (type: string): readonly string[] => ['--type', type, '--store', 'demo']

  it('lists and shows what we add', async () => {
    for (const [type, file] of [
      ['ca', 'root.pem'],
      ['ca', 'two.p7b'],
      ['signingAuthority', 'root.der'],
      ['tsa', 'root.pem'],
    ] as const)
      expect((await ours('trust', 'add', ...store(type), '--dir', 'default', at(file))).status).toBe(0)
    const listed = await notation('cert', 'list')
    expect(listed.status).toBe(0)
    for (const row of [
      /ca +demo +root\.pem/,
      /ca +demo +two\.pem/,
      /signingAuthority +demo +root\.pem/,
      /tsa +demo +root\.pem/,
    ])
      expect(listed.stdout).toMatch(row)
    const shown = await notation('cert', 'show', ...store('ca'), 'two.pem')
    expect(shown.status).toBe(0)
    expect(shown.stdout).toContain('CN=Other root')
  })

  it('adds what we list, under the same names', async () => {
    expect((await notation('cert', 'add', ...store('ca'), at('root.pem'))).status).toBe(0)
    expect((await notation('cert', 'add', ...store('tsa'), at('root.der'))).status).toBe(0)
    const { json } = await ours('trust', 'list', '--dir', 'default', '-o', 'json')
    expect(json['stores']).toMatchObject([
      { type: 'ca', name: 'demo', certificates: [{ file: 'root.pem', kind: 'root' }] },
      { type: 'tsa', name: 'demo', certificates: [{ file: 'root.der', kind: 'root' }] },
    ])
    expect((await ours('trust', 'remove', ...store('tsa'), '--dir', 'default', '--all')).status).toBe(0)
    expect((await notation('cert', 'list')).stdout).not.toContain('tsa')
  })

  it.each([
    ['ca', 'leaf.pem'],
    ['tsa', 'intermediate.pem'],
  ])('takes into %s a %s that it will not use; we refuse it at once', async (type, file) => {
    await writeFile(at('intermediate.pem'), pem(intermediate))
    expect((await ours('trust', 'add', ...store(type), '--dir', 'default', at(file))).status).toBe(2)
    expect((await notation('cert', 'add', ...store(type), at(file))).status).toBe(0)
    const { json } = await ours('trust', 'list', '--dir', 'default', '-o', 'json')
    expect(json['stores']).toMatchObject([{ certificates: [{ file, problem: expect.any(String) }] }])
  })

  it.each([
    ['as it comes', []],
    [
      'with everything chosen',
      ['--scope', 'registry.example.org/a', '--identity', 'C=US, ST=WA, O=a', '--level', 'permissive'],
    ],
    ['with a subject with special characters', ['--identity-of', 'odd.pem']],
    ['with a tsa store', ['--store', 'ca:demo', '--store', 'tsa:demo']],
  ])('imports the policy that we make: %s', async (_, more) => {
    const subject = [
      ['2.5.4.6', 'US'],
      ['2.5.4.8', 'W, "A" +;'],
      ['2.5.4.10', ' #a\\b '],
      ['2.5.4.3', 'ü=1'],
    ] as const
    await writeFile(at('odd.pem'), pem(makeCertificate({ subject, issuer: root, extensions: usual.codeSigning() })))
    await ours('trust', 'add', ...store('ca'), '--dir', 'default', at('root.pem'))
    await ours('trust', 'add', ...store('tsa'), '--dir', 'default', at('root.pem'))
    const flags = more.map((word) => (word === 'odd.pem' ? at(word) : word))
    const made = await ours('trust', 'policy', 'init', '--out', at('p.json'), '--trust-store', 'default', ...flags)
    expect(made.stderr).not.toContain('fix:')
    const imported = await notation('policy', 'import', at('p.json'))
    expect(imported.stderr).toBe('')
    expect(imported.status).toBe(0)
    const checked = await ours('trust', 'policy', 'check', 'default', '-o', 'json')
    expect(checked.json).toMatchObject({ status: 0, file: at('notation/trustpolicy.json') })
  })

  it('reads the policies of the vectors', async () => {
    await copyFile(new URL('../vectors/notation/trust/trustpolicy.json', import.meta.url), at('p.json'))
    const [{ status }, { json }] = [
      await notation('policy', 'import', at('p.json')),
      await ours('trust', 'policy', 'show', at('p.json'), '-o', 'json'),
    ]
    expect(status).toBe(0)
    const { trustPolicies } = JSON.parse(await readFile(at('p.json'), 'utf8')) as { trustPolicies: readonly object[] }
    expect(json['statements']).toHaveLength(trustPolicies.length)
  })
})

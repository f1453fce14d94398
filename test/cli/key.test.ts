/** `zegel key`: files that are never overwritten, passwords from everywhere but the arguments. */

import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectContract } from './contract.ts'
import { type CallOptions, zegel } from './fake-io.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const environment = { ZEGEL_PASSWORD: 'correct horse' }
const at = (name: string): string => join(folder, name)

describe('key generate', () => {
  test.each([
    ['p256', 'ecdsa-p256', 256],
    ['p384', 'ecdsa-p384', 384],
    ['p521', 'ecdsa-p521', 521],
    ['rsa-2048', 'rsa', 2048],
    ['ed25519', 'ed25519', 256],
  ])('--type %s', async (type, expected, bits) => {
    const made = await zegel(['key', 'generate', '--out', at('k'), '--type', type, '-o', 'json'], { environment })
    expect(made.stderr).toBe('')
    expect(made.status).toBe(0)
    expect(made.json).toMatchObject({ type: expected, bits, privateKey: at('k.key'), publicKey: at('k.pub') })
    expectContract(made.json)
    const pub = await zegel(['key', 'inspect', at('k.pub'), '-o', 'json'])
    expect(pub.json).toMatchObject({ kind: 'public', fingerprint: made.json['fingerprint'] })
    expectContract(pub.json)
    const key = await zegel(['key', 'inspect', at('k.key'), '--decrypt', '-o', 'json'], { environment })
    expect(key.json).toMatchObject({ kind: 'private', isEncrypted: true, fingerprint: made.json['fingerprint'] })
    const again = await zegel(['key', 'public', '--key', at('k.key'), '-o', 'json'], { environment })
    expectContract(again.json)
    expect(again.json['pem']).toBe(await readFile(at('k.pub'), 'utf8'))
  })

  test('the private key is for its owner alone', async () => {
    await zegel(['key', 'generate', '--out', at('k')], { environment })
    expect((await stat(at('k.key'))).mode & 0o777).toBe(0o600)
    expect(await readFile(at('k.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/)
    expect(await readdir(folder)).toEqual(['k.key', 'k.pub'])
  })

  test.each([['k.key'], ['k.pub']])('%s is never overwritten, and nothing is left half-made', async (taken) => {
    await writeFile(at(taken), 'mine')
    const { status, stderr } = await zegel(['key', 'generate', '--out', at('k')], { environment })
    expect(status).toBe(2)
    expect(stderr).toContain('[FILE_EXISTS]')
    expect(await readdir(folder)).toEqual([taken])
    expect(await readFile(at(taken), 'utf8')).toBe('mine')
  })

  test('a folder that is not there', async () => {
    const { status, stderr } = await zegel(['key', 'generate', '--out', at('no/k')], { environment })
    expect(status).toBe(2)
    expect(stderr).toContain('[FILE_NOT_WRITABLE]')
    expect(stderr).toContain(`mkdir -p ${at('no')}`)
  })

  test('under the name that cosign has, with its flag', async () => {
    const made = await zegel(['generate-key-pair', '--output-key-prefix', at('cosign')], { environment })
    expect(made.status).toBe(0)
    expect(await readdir(folder)).toEqual(['cosign.key', 'cosign.pub'])
  })
})

describe('the password', () => {
  const open = async (argv: readonly string[], options = {}): Promise<number> =>
    (await zegel(['key', 'inspect', at('k.key'), '--decrypt', ...argv], options)).status

  test('comes from variables, files, a terminal', async () => {
    await zegel(['key', 'generate', '--out', at('k')], { environment })
    await writeFile(at('password'), 'correct horse\n')
    expect(await open([], { environment })).toBe(0)
    expect(await open([], { environment: { COSIGN_PASSWORD: 'correct horse' } })).toBe(0)
    expect(await open(['--password-file', at('password')])).toBe(0)
    expect(await open(['--password-file', '-'], { stdin: 'correct horse\r\n' })).toBe(0)
    expect(await open([], { isTerminal: true, secrets: ['correct horse'] })).toBe(0)
    expect(await open([], { environment: { ZEGEL_PASSWORD_FILE: at('password') } })).toBe(0)
  })

  const refused: readonly (readonly [what: string, options: CallOptions, argv: readonly string[], code: string])[] = [
    ['wrong', { environment: { ZEGEL_PASSWORD: 'wrong' } }, [], 'KEY_WRONG_PASSWORD'],
    ['not given', {}, [], 'KEY_PASSWORD_MISSING'],
    ['a person who gives up', { isTerminal: true, secrets: [] }, [], 'KEY_PASSWORD_MISSING'],
    ['no descriptor', {}, ['--password-fd', 'x'], 'USAGE_VALUE_INVALID'],
    ['a closed descriptor', {}, ['--password-fd', '199'], 'FILE_NOT_READABLE'],
    ['two places', {}, ['--password-fd', '3', '--password-file', 'x'], 'USAGE'],
    ['no such file', {}, ['--password-file', '/nonexistent'], 'FILE_NOT_FOUND'],
  ]

  test('refused', async () => {
    await zegel(['key', 'generate', '--out', at('k')], { environment })
    for (const [what, options, argv, code] of refused) {
      const { status, stdout, stderr } = await zegel(['key', 'public', '--key', at('k.key'), ...argv], options)
      expect(stderr, what).toContain(`[${code}]`)
      expect(status, what).toBe(2)
      expect(stdout, what).toBe('')
      expect(stderr, what).not.toContain('correct horse')
    }
  })

  test('a new one is asked for twice', async () => {
    const call = ['key', 'generate', '--out', at('k')]
    const differ = await zegel(call, { isTerminal: true, secrets: ['one', 'two'] })
    expect(differ.status).toBe(2)
    expect(differ.stderr).toContain('[PASSWORD_MISMATCH]')
    expect(await readdir(folder)).toEqual([])
    expect((await zegel(call, { isTerminal: true, secrets: ['one', 'one'] })).status).toBe(0)
  })

  test('a new key without one is not made', async () => {
    const { status, stderr } = await zegel(['key', 'generate', '--out', at('k')])
    expect(status).toBe(2)
    expect(stderr).toContain('[PASSWORD_MISSING]')
  })

  test('an empty variable is an empty password, as cosign has it', async () => {
    const empty = { environment: { COSIGN_PASSWORD: '' } }
    expect((await zegel(['key', 'generate', '--out', at('k')], empty)).status).toBe(0)
    expect(await open([], empty)).toBe(0)
  })
})

describe('key import', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'sec1' })

  test('encrypts a plain key', async () => {
    await writeFile(at('plain.pem'), pem)
    const made = await zegel(['import-key-pair', '-k', at('plain.pem'), '--out', at('k'), '-o', 'json'], {
      environment,
    })
    expect(made.status).toBe(0)
    expectContract(made.json)
    const plain = await zegel(['key', 'inspect', at('plain.pem'), '-o', 'json'])
    expect(plain.json).toMatchObject({ isEncrypted: false, fingerprint: made.json['fingerprint'] })
  })

  test.each([
    ['env://RELEASE_KEY', 'import'],
    ['-', 'import'],
  ])('from %s', async (named) => {
    const options = { environment: { ...environment, RELEASE_KEY: String(pem) }, stdin: String(pem) }
    expect((await zegel(['key', 'import', '--key', named, '--out', at('k')], options)).status).toBe(0)
  })

  test('changes the password of one of ours', async () => {
    await zegel(['key', 'generate', '--out', at('old')], { environment })
    await writeFile(at('password'), 'correct horse')
    const argv = ['key', 'import', '--key', at('old.key'), '--old-password-file', at('password'), '--out', at('new')]
    expect((await zegel(argv, { environment: { ZEGEL_PASSWORD: 'new' } })).status).toBe(0)
    const opened = await zegel(['key', 'public', '--key', at('new.key')], { environment: { ZEGEL_PASSWORD: 'new' } })
    expect(opened.stdout).toBe(await readFile(at('old.pub'), 'utf8'))
  })
})

describe('what a person may name as a key', () => {
  test.each([
    ['a file that is not there', '/nonexistent/k.pub', 'FILE_NOT_FOUND'],
    ['a folder', '/', 'FILE_IS_FOLDER'],
    ['a variable that is not set', 'env://NOT_SET', 'VARIABLE_MISSING'],
    ['a place that is not read', 'awskms:///alias/x', 'KEY_PLACE_UNSUPPORTED'],
    ['an endless file', '/dev/zero', 'FILE_TOO_LARGE'],
    ['no key at all', '/dev/null', 'KEY_UNKNOWN_FORMAT'],
  ])('%s', async (_, named, code) => {
    const { status, stderr, json } = await zegel(['key', 'inspect', named, '-o', 'json'])
    expect(stderr).toContain(`[${code}]`)
    expect(status).toBe(2)
    expectContract(json)
  })
})

test('key public --out replaces the file whole', async () => {
  await zegel(['key', 'generate', '--out', at('k')], { environment })
  await writeFile(at('out.pub'), 'older')
  const { status, stdout } = await zegel(['public-key', '--key', at('k.key'), '--outfile', at('out.pub')], {
    environment,
  })
  expect(status).toBe(0)
  expect(stdout).toBe('')
  expect(await readFile(at('out.pub'), 'utf8')).toBe(await readFile(at('k.pub'), 'utf8'))
  expect(await readdir(folder)).toEqual(['k.key', 'k.pub', 'out.pub'])
})

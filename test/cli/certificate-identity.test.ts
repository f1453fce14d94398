/** `--certificate-identity`, `--ca-roots` and `--cert-chain`: what is wrong with them is said before anything is asked of a registry. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writePem } from '../../src/crypto/index.ts'
import { makeChain, type TestCertificate } from '../support/certificates.ts'
import { zegel } from './fake-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'zegel-identity-'))
const file = (name: string): string => join(folder, name)
const IMAGE = '127.0.0.1:9/shop/api:1.4'

beforeAll(() => {
  const { leaf, intermediate, root } = makeChain()
  const write = (name: string, { der }: TestCertificate): void =>
    writeFileSync(file(name), writePem('CERTIFICATE', der))
  write('leaf.pem', leaf)
  write('intermediate.pem', intermediate)
  write('root.pem', root)
  writeFileSync(file('leaf.key'), writePem('PRIVATE KEY', leaf.key.keyObject.export({ format: 'der', type: 'pkcs8' })))
})
afterAll(() => rmSync(folder, { recursive: true }))

const name = ['--certificate-identity', 'release@example.org']
const root = (): readonly string[] => ['--ca-roots', file('root.pem')]

describe.each([
  ['verify', [IMAGE]],
  ['verify-attestation', ['--type', 'any', IMAGE]],
])('%s', (command, rest) => {
  test.each<[string, () => readonly string[], string]>([
    ['a name without a root', () => name, 'USAGE_FLAG_MISSING'],
    ['a root without a name', root, 'USAGE_FLAG_MISSING'],
    ['an authority between without a name', () => ['--ca-intermediates', file('root.pem')], 'USAGE_FLAG_MISSING'],
    [
      'a name with nothing but an authority between',
      () => [...name, '--ca-intermediates', file('intermediate.pem')],
      'USAGE_FLAG_MISSING',
    ],
    ['an empty name', () => ['--certificate-identity', '', ...root()], 'USAGE_VALUE_MISSING'],
    ['a name of spaces', () => ['--certificate-identity', '  ', ...root()], 'TRUST_IDENTITY_INVALID'],
    ['a pattern', () => ['--certificate-identity', '*@example.org', ...root()], 'TRUST_IDENTITY_INVALID'],
    [
      'an authority between as the root',
      () => [...name, '--ca-roots', file('intermediate.pem')],
      'USAGE_VALUE_INVALID',
    ],
    ['a leaf as the root', () => [...name, '--ca-roots', file('leaf.pem')], 'USAGE_VALUE_INVALID'],
    ['a key as the root', () => [...name, '--ca-roots', file('leaf.key')], 'CERTIFICATE_FILE_INVALID'],
    ['a file that is not there', () => [...name, '--ca-roots', file('none.pem')], 'FILE_NOT_FOUND'],
    [
      'the issuer of a token',
      () => [...name, ...root(), '--certificate-oidc-issuer', 'https://x'],
      'USAGE_FLAG_UNKNOWN',
    ],
    ['a pattern by name', () => ['--certificate-identity-regexp', '.*', ...root()], 'USAGE_FLAG_UNKNOWN'],
  ])('%s', async (_, flags, code) => {
    const { status, stderr } = await zegel([command, ...flags(), ...rest])
    expect([status, /\[([A-Z_]+)\]/.exec(stderr)?.[1]]).toEqual([2, code])
    expect(stderr).toContain('fix:')
  })

  test('a whole question goes to the registry', async () => {
    const { status } = await zegel([command, ...name, ...root(), ...rest])
    expect(status).toBe(3)
  })
})

describe('--cert-chain', () => {
  test.each([
    ['an incomplete chain', 'leaf.pem', 'SIGNING_CHAIN_INVALID'],
    ['the certificates of others', 'root.pem', 'SIGNING_CHAIN_INVALID'],
    ['a key', 'leaf.key', 'CERTIFICATE_FILE_INVALID'],
  ])('%s', async (_, chain, code) => {
    const { status, stderr } = await zegel(['sign', '--key', file('leaf.key'), '--cert-chain', file(chain), IMAGE])
    expect([status, /\[([A-Z_]+)\]/.exec(stderr)?.[1]]).toEqual([2, code])
  })
})

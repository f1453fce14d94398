/** Flags about certificates that would be taken for something else than what was meant. */

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writePem } from '../../src/crypto/index.ts'
import { makeChain } from '../support/certificates.ts'
import { zegel } from './fake-io.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
  await writeFile(join(folder, 'root.pem'), writePem('CERTIFICATE', makeChain().root.der))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test.each([
  ['a scope with a tag', ['--scope', 'registry.example.org/shop/api:1.4'], 'USAGE_VALUE_INVALID'],
  [
    'a scope with a digest',
    ['--scope', `registry.example.org/shop/api@sha256:${'0'.repeat(64)}`],
    'USAGE_VALUE_INVALID',
  ],
  ['a folder of answers that is not there', ['--offline', '--revocation-dir', 'no-such-folder'], 'FILE_NOT_FOUND'],
  ['a file where answers are', ['--offline', '--revocation-dir', import.meta.filename], 'FILE_NOT_FOUND'],
])('%s', async (_, flags, code) => {
  const identity = ['--x509-identity', 'C=NL, ST=Utrecht, O=Example', '--root', join(folder, 'root.pem')]
  const found = await zegel(['verify', ...identity, ...flags, `oci:${folder}:1`])
  expect(found.status).toBe(2)
  expect(found.stderr).toContain(`[${code}]`)
})

test('fetch-revocation makes the folder even where nothing could be revoked', async () => {
  const chain = makeChain()
  const file = join(folder, 'chain.pem')
  await writeFile(
    file,
    [chain.leaf, chain.intermediate, chain.root].map(({ der }) => writePem('CERTIFICATE', der)),
  )
  const out = join(folder, 'answers')
  expect((await zegel(['trust', 'fetch-revocation', '--out', out, '--cert-chain', file])).status).toBe(0)
  expect((await stat(out)).isDirectory()).toBe(true)
  const inFile = ['trust', 'fetch-revocation', '--out', join(file, 'x'), '--cert-chain', file]
  expect((await zegel(inFile)).stderr).toContain('[FILE_NOT_WRITABLE]')
})

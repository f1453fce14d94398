/** What verification loads: for ECDSA and RSA nothing beside Node itself; the curve library only for Ed25519. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const program = (key: string): string => `
  import { registerHooks } from 'node:module'
  import { readFileSync } from 'node:fs'
  const loaded = []
  registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
  const { readPublicKey, prepareKey, verifyParts, schemesOf } = await import('./src/crypto/index.ts')
  const key = readPublicKey(readFileSync('test/vectors/cosign/keys/${key}.pub'), 'key')
  await prepareKey(key)
  const signature = Buffer.from(readFileSync('test/vectors/cosign/blob/legacy-${key}.sig', 'utf8'), 'base64')
  const artifact = readFileSync('test/vectors/cosign/blob/artifact.txt')
  const results = schemesOf(key.type).map((scheme) => verifyParts(key, scheme, [artifact], signature))
  console.log(JSON.stringify({ results, foreign: loaded.filter((url) => url.includes('node_modules')).length }))
`

test.each([
  ['cosign', [true], false],
  ['rsa2048', [true], false],
  ['ed25519', [true, false], true],
])('%s', async (key, results, loadsLibrary) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program(key)], {
    cwd: root,
  })
  const answer = JSON.parse(stdout) as { results: boolean[]; foreign: number }
  expect(answer.results).toEqual(results)
  expect(answer.foreign > 0).toBe(loadsLibrary)
})

test('Ed25519ph that was not prepared says so instead of calling a signature wrong', async () => {
  const unprepared = `
    import { readFileSync } from 'node:fs'
    const { readPublicKey, verifyParts } = await import('./src/crypto/index.ts')
    const key = readPublicKey(readFileSync('test/vectors/cosign/keys/ed25519.pub'), 'key')
    try { verifyParts(key, 'ed25519ph', [], new Uint8Array(64)) } catch (error) { console.log(error.code) }`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', unprepared], {
    cwd: root,
  })
  expect(stdout.trim()).toBe('SCHEME_NOT_PREPARED')
})

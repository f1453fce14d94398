/** `zegel notation-plugin`: what it writes, and how it answers notation where something is wrong. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { zegel } from '../cli/fake-io.ts'
import { openPluginFolder } from './install.ts'

const place = openPluginFolder()
const folder = mkdtempSync(join(tmpdir(), 'zegel-own-plugin-'))
afterAll(() => {
  place.close()
  rmSync(folder, { recursive: true })
})

const config = { cert_chain: place.chain }
const request = (members: object = {}) =>
  JSON.stringify({ contractVersion: '1.0', keyId: place.key, pluginConfig: config, ...members })
const call = (command: string, stdin: string) => zegel(['notation-plugin', 'run', command], { stdin })
const toSign = { keySpec: 'EC-256', hashAlgorithm: 'SHA-256', payload: Buffer.from('x').toString('base64') }

describe('run', () => {
  it.each(['{}', '{"pluginConfig":{"a":"b"}}', '{"contractVersion":"1.0"}'])('says who it is: %s', async (stdin) => {
    const { status, json } = await call('get-plugin-metadata', stdin)
    expect(status).toBe(0)
    expect(json).toMatchObject({ name: 'zegel', supportedContractVersions: ['1.0'] })
    expect(Object.values(json).every((value) => String(value).length > 0)).toBe(true)
  })

  it('signs', async () => {
    expect((await call('describe-key', request())).json).toEqual({ keyId: place.key, keySpec: 'EC-256' })
    const { json } = await call('generate-signature', request(toSign))
    expect(json).toMatchObject({ keyId: place.key, signingAlgorithm: 'ECDSA-SHA-256' })
    expect(json['certificateChain']).toHaveLength(3)
    expect(Buffer.from(String(json['signature']), 'base64')).toHaveLength(64)
  })

  it.each<[string, string, string, string]>([
    ['a key that is not there', 'describe-key', request({ keyId: '/nowhere' }), 'VALIDATION_ERROR'],
    ['the key on standard input', 'describe-key', request({ keyId: '-' }), 'VALIDATION_ERROR'],
    ['no certificates', 'describe-key', request({ pluginConfig: {} }), 'VALIDATION_ERROR'],
    ['a misspelt setting', 'describe-key', request({ pluginConfig: { cert: 'x' } }), 'VALIDATION_ERROR'],
    ['a setting that is no text', 'describe-key', request({ pluginConfig: { cert_chain: 1 } }), 'VALIDATION_ERROR'],
    ['no key', 'describe-key', '{"contractVersion":"1.0"}', 'VALIDATION_ERROR'],
    ['no JSON', 'describe-key', 'x', 'VALIDATION_ERROR'],
    ['another contract', 'describe-key', request({ contractVersion: '2.0' }), 'UNSUPPORTED_CONTRACT_VERSION'],
    ['no contract', 'describe-key', '{}', 'UNSUPPORTED_CONTRACT_VERSION'],
    ['another kind of key', 'generate-signature', request({ ...toSign, keySpec: 'EC-384' }), 'VALIDATION_ERROR'],
    ['another hash', 'generate-signature', request({ ...toSign, hashAlgorithm: 'SHA-512' }), 'VALIDATION_ERROR'],
    ['a payload in no base64', 'generate-signature', request({ ...toSign, payload: '*' }), 'VALIDATION_ERROR'],
  ])('complains as the contract has it: %s', async (_, command, stdin, code) => {
    const { status, stdout, stderr } = await call(command, stdin)
    expect(status).toBe(1)
    expect(stdout).toBe('')
    const error = JSON.parse(stderr) as Record<string, string>
    expect(error['errorCode']).toBe(code)
    expect(error['errorMessage']).not.toBe('')
  })
})

describe('install', () => {
  const install = (...args: readonly string[]) => zegel(['notation-plugin', 'install', '--dir', folder, ...args])
  const program = join(folder, 'zegel', 'notation-zegel')

  it('writes a program into the folder, and over its own one', async () => {
    expect((await install('--executable', "/opt/it's/zegel")).stdout).toBe(`${program}\n`)
    expect((await install('--executable', "/opt/it's/zegel")).status).toBe(0)
    expect(statSync(program).mode & 0o777).toBe(0o755)
    expect(readFileSync(program, 'utf8')).toContain(`exec '/opt/it'\\''s/zegel' notation-plugin run "$@"`)
  })

  it("takes notation's own folder where none is named", async () => {
    const { stdout } = await zegel(['notation-plugin', 'install'], { environment: { XDG_CONFIG_HOME: folder } })
    expect(stdout).toBe(`${join(folder, 'notation', 'plugins', 'zegel', 'notation-zegel')}\n`)
  })

  it('leaves alone what others wrote', async () => {
    writeFileSync(program, '#!/bin/sh\n')
    const { status, stderr } = await install()
    expect(status).toBe(2)
    expect(stderr).toContain('not written by this program')
    expect(readFileSync(program, 'utf8')).toBe('#!/bin/sh\n')
  })
})

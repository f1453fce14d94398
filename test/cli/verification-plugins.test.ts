/** `--allow-plugin`: a program runs only by the name and the digest that were allowed. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { allowedPlugins } from '../../src/cli/verification-plugins.ts'
import { parseNotation } from '../../src/envelope/index.ts'
import { pluginCapabilities } from '../../src/signing/index.ts'
import type { PluginAnswer } from '../../src/verification/index.ts'
import { openPluginFolder } from '../plugins/install.ts'
import { codeOfAsync } from '../support/fuzz.ts'
import { notationVector } from '../support/notation-vectors.ts'
import { zegel } from './fake-io.ts'

const plugins = openPluginFolder()
afterAll(() => plugins.close())
const capabilities = Object.values(pluginCapabilities)
// It has a critical header of its own; the plugin that it demands is called as that of the tests.
const bytes = readFileSync(notationVector('ours/jws-verification-plugin/envelope.jws'))
const envelope = { ...parseNotation(bytes, 'application/jose+json'), verificationPlugin: { name: 'testing' } }

function ask(written: string): Promise<PluginAnswer | undefined> {
  const environment = { XDG_CONFIG_HOME: plugins.home, PATH: process.env['PATH'] }
  const context = { io: { environment, home: plugins.home }, signal: new AbortController().signal }
  const asked = { envelope, trustedIdentities: ['*'], asksRevocation: true }
  return allowedPlugins(context, [written]).ask(asked)
}

const digestOf = (path: string): string => `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`

describe('an allowed plugin', () => {
  test('answers for what it can, and for every header', async () => {
    const program = plugins.install({ capabilities })
    const answer = await ask(`testing=${digestOf(program)}`)
    expect(answer).toMatchObject({ identity: { success: true }, revocation: { success: true }, unprocessed: [] })
  })

  test('that refuses the identity, or processes nothing, says so', async () => {
    const refusing = plugins.install({ capabilities, wrong: 'refuses-identity' })
    expect((await ask(`testing=${digestOf(refusing)}`))?.identity?.success).toBe(false)
    const idle = plugins.install({ capabilities, wrong: 'processes-nothing' })
    expect((await ask(`testing=${digestOf(idle)}`))?.unprocessed).toContain('com.x.attr')
  })

  test('with another digest is not run, with another name is not allowed', async () => {
    plugins.install({ capabilities })
    expect(await codeOfAsync(() => ask(`testing=sha256:${'0'.repeat(64)}`))).toBe('PLUGIN_UNSAFE')
    expect(await ask(`another=sha256:${'0'.repeat(64)}`)).toBeUndefined()
  })

  test('that only signs is not suitable', async () => {
    const program = plugins.install({})
    expect(await codeOfAsync(() => ask(`testing=${digestOf(program)}`))).toBe('PLUGIN_UNSUITABLE')
  })

  test.each(['testing', 'testing=', '../x=sha256:00', 'a=sha512:00'])('"%s" allows nothing', async (written) => {
    const words = ['verify', '--x509-identity', 'san:dns:a', '--root', notationVector('pki/root.crt')]
    const { status, stderr } = await zegel([...words, '--allow-plugin', written, '127.0.0.1:9/x'])
    expect([status, stderr.includes('USAGE_VALUE_INVALID')]).toEqual([2, true])
  })
})

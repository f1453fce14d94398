/** Puts the testing plugin into a folder of plugins, as notation has it. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyType } from '../../src/crypto/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import type { RunPlugin } from '../../src/signing/index.ts'
import { makeChain, type TestChain } from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import { answersOf, type PluginRequest, type PluginSettings } from './answers.ts'

export interface PluginFolder {
  /** Of configuration, for XDG_CONFIG_HOME. */
  readonly home: string
  /** Of plugins. */
  readonly folder: string
  readonly key: string
  readonly chain: string
  readonly chainOf: TestChain
  /** Writes `testing/notation-testing` anew. @returns its path */
  install(settings?: Partial<PluginSettings>, name?: string): string
  /** What `install` would write, filled up. */
  settings(settings: Partial<PluginSettings>): PluginSettings
  close(): void
}

/** The right and wrong answers without a process for each. */
export function runInProcess(settings: PluginSettings): RunPlugin {
  return async ({ command, request }) => {
    const asked = JSON.parse(Buffer.from(request).toString()) as PluginRequest
    const answer = answersOf(settings, command, asked)[command]?.()
    return { status: 0, stdout: Buffer.from(JSON.stringify(answer)), stderr: Buffer.alloc(0) }
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

export function openPluginFolder(type: KeyType = 'ecdsa-p256', bits?: number): PluginFolder {
  const home = mkdtempSync(join(tmpdir(), 'zegel-plugins-'))
  const folder = join(home, 'notation', 'plugins')
  const chainOf = makeChain({ leaf: { key: makeKey(type, bits) } })
  const [key, chain] = [join(home, 'signing.key'), join(home, 'signing.pem')]
  writeFileSync(key, chainOf.leaf.key.keyObject.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  writeFileSync(chain, Buffer.concat(chainOf.certificates.map(({ raw }) => writePem('CERTIFICATE', raw))))
  const filled = (settings: Partial<PluginSettings>): PluginSettings => ({
    key,
    chain,
    capabilities: ['SIGNATURE_GENERATOR.RAW'],
    ...settings,
  })
  return {
    home,
    settings: filled,
    folder,
    key,
    chain,
    chainOf,
    install: (settings = {}, name = 'testing') => {
      const program = join(folder, name, `notation-${name}`)
      const script = join(import.meta.dirname, 'testing-plugin.ts')
      mkdirSync(join(folder, name), { recursive: true })
      const words = [
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        script,
        JSON.stringify(filled(settings)),
      ]
      writeFileSync(program, `#!/bin/sh\nexec ${words.map(quoted).join(' ')} "$@"\n`)
      chmodSync(program, 0o755)
      return program
    },
    close: () => rmSync(home, { recursive: true }),
  }
}

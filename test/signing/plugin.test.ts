/** Plugins of Notation that sign (plugin-extensibility.md): how they are found and run, and that nothing wrong in what they answer is used. */

import { chmodSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { digestOf, Fault, fixedClock, limits, parseDigest } from '../../src/base/index.ts'
import { verifyNamed } from '../../src/crypto/index.ts'
import { namedAlgorithmOf, parseNotation } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import {
  type NotationSignature,
  openPlugin,
  type PluginOptions,
  pluginSigner,
  type RunPlugin,
  type SigningContext,
  signNotation,
  spawnPlugin,
} from '../../src/signing/index.ts'
import type { PluginSettings } from '../plugins/answers.ts'
import { openPluginFolder, type PluginFolder, runInProcess } from '../plugins/install.ts'
import { codeOfAsync, fuzzOptions, mutate, mutation } from '../support/fuzz.ts'
import { putImage } from '../support/image.ts'

const clock = (): number => Date.now()
const plugins = openPluginFolder()
afterAll(() => plugins.close())

const open = (settings: Partial<PluginSettings> = {}, options: Partial<PluginOptions> = {}, place = plugins) => {
  place.install(settings)
  return openPlugin({
    name: 'testing',
    folder: place.folder,
    environment: process.env,
    config: {},
    run: spawnPlugin,
    ...options,
  })
}
const RAW = { capabilities: ['SIGNATURE_GENERATOR.RAW'] }
const ENVELOPE = { capabilities: ['SIGNATURE_GENERATOR.ENVELOPE'] }
const context: SigningContext = { clock, pause: { wait: async () => {}, random: () => 0 } }

/** The signed envelope, of an image in memory. */
async function signImage(
  settings: Partial<PluginSettings>,
  signature: Partial<NotationSignature> = {},
  options: Partial<PluginOptions> = {},
  place: PluginFolder = plugins,
) {
  const run = options.run ?? runInProcess(place.settings(settings))
  const signer = pluginSigner(await open(settings, { run, ...options }, place), 'key 1', clock)
  const store = memoryStore('registry.test/shop/api', { referrers: 'api' })
  const subject = await putImage(store)
  const target = { subject, repository: 'registry.test/shop/api', store }
  const wanted: NotationSignature = { encoding: 'jws', annotations: { build: '42' }, ...signature }
  const signed = await signNotation(target, wanted, signer, context)
  const [bytes = new Uint8Array()] = await signed.content()
  return { signed, bytes, subject }
}
const inProcess = (settings: Partial<PluginSettings> = RAW) => ({ run: runInProcess(plugins.settings(settings)) })
const codeOf = (settings: Partial<PluginSettings>, signature?: Partial<NotationSignature>) =>
  codeOfAsync(() => signImage(settings, signature))

describe('a plugin signs', () => {
  it.each(['jws', 'cose'] as const)('RAW, in %s', async (encoding) => {
    const { signed, bytes } = await signImage(RAW, { encoding }, { run: spawnPlugin })
    expect(signed.outcome).toBe('pushed')
    const envelope = parseNotation(bytes, encoding === 'jws' ? 'application/jose+json' : 'application/cose')
    const [leaf] = plugins.chainOf.certificates
    const key = leaf?.publicKey()
    expect(envelope.chain).toHaveLength(3)
    expect(
      key !== undefined &&
        verifyNamed(key, namedAlgorithmOf(envelope.algorithm), envelope.signedParts, envelope.signature),
    ).toBe(true)
  })

  it.each([
    ['ecdsa-p384', 384],
    ['ecdsa-p521', 521],
    ['rsa', 2048],
  ] as const)('with a key %s', async (type, bits) => {
    const place = openPluginFolder(type, bits)
    try {
      expect((await signImage(RAW, {}, {}, place)).signed.outcome).toBe('pushed')
    } finally {
      place.close()
    }
  })

  it('ENVELOPE, with annotations of its own and an expiry', async () => {
    const { bytes } = await signImage({ ...ENVELOPE, wrong: 'added-annotations' }, { expiresAfter: 3_600_000 })
    const envelope = parseNotation(bytes, 'application/jose+json')
    expect(envelope.signingAgent).toBe('testing/1.2.3')
    expect(Buffer.from(envelope.payload).toString()).toContain('"profile":"7"')
    expect(envelope.expiry).toBeGreaterThan(Date.now())
  })

  it('RAW where it can be both', async () => {
    const plugin = await open({ capabilities: [...ENVELOPE.capabilities, ...RAW.capabilities] })
    expect(pluginSigner(plugin, 'k', clock).kind).toBe('raw')
  })

  it('not, where it only verifies', async () => {
    const plugin = await open({ capabilities: ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY'] })
    expect(await codeOfAsync(async () => pluginSigner(plugin, 'k', clock))).toBe('PLUGIN_UNSUITABLE')
  })
})

describe('an answer that is not what was asked for is refused', () => {
  const rows: readonly (readonly [NonNullable<PluginSettings['wrong']>, string, string])[] = [
    ['other-name', 'get-plugin-metadata', 'PLUGIN_ANSWER_INVALID'],
    ['other-contract', 'get-plugin-metadata', 'PLUGIN_ANSWER_INVALID'],
    ['no-capabilities', 'get-plugin-metadata', 'PLUGIN_UNSUITABLE'],
    ['wrong-key-id', 'describe-key', 'PLUGIN_ANSWER_INVALID'],
    ['unknown-key-spec', 'describe-key', 'PLUGIN_ANSWER_INVALID'],
    ['other-key-spec', 'describe-key', 'PLUGIN_ANSWER_INVALID'],
    ['wrong-key-id', 'generate-signature', 'PLUGIN_ANSWER_INVALID'],
    ['other-algorithm', 'generate-signature', 'PLUGIN_ANSWER_INVALID'],
    ['other-signature', 'generate-signature', 'PLUGIN_ANSWER_INVALID'],
    ['der-signature', 'generate-signature', 'PLUGIN_ANSWER_INVALID'],
    ['reordered-chain', 'generate-signature', 'SIGNING_CHAIN_INVALID'],
    ['no-root', 'generate-signature', 'SIGNING_CHAIN_INVALID'],
  ]
  it.each(rows)('%s (%s)', async (wrong, at, code) => {
    expect(await codeOf({ ...RAW, wrong, at })).toBe(code)
  })

  it.each<[NonNullable<PluginSettings['wrong']>, string]>([
    ['other-envelope-type', 'PLUGIN_ANSWER_INVALID'],
    ['other-payload-type', 'PLUGIN_ANSWER_INVALID'],
    ['no-expiry', 'PLUGIN_ANSWER_INVALID'],
    ['altered-payload', 'SIGNATURE_NOT_MADE'],
    ['dropped-annotations', 'SIGNATURE_NOT_MADE'],
    ['other-signature', 'SIGNATURE_NOT_MADE'],
  ])('%s (generate-envelope)', async (wrong, code) => {
    expect(await codeOf({ ...ENVELOPE, wrong, at: 'generate-envelope' }, { expiresAfter: 3_600_000 })).toBe(code)
  })

  it.each(['describe-key', 'generate-signature'])(
    'whatever is changed in it, no wrong signature passes (%s)',
    async (at) => {
      const toBeSigned = Buffer.from('to be signed')
      const [leaf] = plugins.chainOf.certificates
      const run = runInProcess(plugins.settings(RAW))
      await fc.assert(
        fc.asyncProperty(mutation, async (change) => {
          const mutating: RunPlugin = async (call) => {
            const exit = await run(call)
            return call.command === at ? { ...exit, stdout: mutate(exit.stdout, change) } : exit
          }
          const signer = pluginSigner(await open(RAW, { run: mutating }), 'k', clock)
          if (signer.kind !== 'raw' || leaf === undefined) throw new Error('RAW was asked for')
          const algorithm = namedAlgorithmOf('ES256')
          const code = await codeOfAsync(async () => {
            const { signature } = await signer.sign(toBeSigned)
            expect(verifyNamed(leaf.publicKey(), algorithm, [toBeSigned], signature)).toBe(true)
          })
          expect(code ?? 'SIGNING_DONE').toMatch(/^(?:PLUGIN|SIGNING)_/)
        }),
        fuzzOptions(150),
      )
    },
  )

  it('a chain that is not valid when it signs', async () => {
    const signer = pluginSigner(await open(RAW, inProcess()), 'k', fixedClock(Date.UTC(2050, 0, 1)))
    if (signer.kind !== 'raw') throw new Error('RAW was asked for')
    expect(await codeOfAsync(() => signer.sign(Buffer.from('x')))).toBe('SIGNING_CHAIN_INVALID')
  })
})

describe('a plugin is run', () => {
  it.each<[NonNullable<PluginSettings['wrong']>, string]>([
    ['no-json', 'PLUGIN_ANSWER_INVALID'],
    ['duplicate-member', 'PLUGIN_ANSWER_INVALID'],
    ['folded-member', 'PLUGIN_ANSWER_INVALID'],
    ['exits', 'PLUGIN_FAILED'],
    ['flood', 'PLUGIN_FAILED'],
    ['flood-errors', 'PLUGIN_FAILED'],
  ])('and is not believed: %s', async (wrong, code) => {
    expect(await codeOfAsync(() => open({ ...RAW, wrong }))).toBe(code)
  })

  it('within its time, and ended with what it started', async () => {
    for (const wrong of ['hang', 'hang-with-child'] as const) {
      const started = Date.now()
      const code = await codeOfAsync(() => open({ ...RAW, wrong }, { timeoutMs: 700 }))
      expect(code).toBe('PLUGIN_FAILED')
      expect(Date.now() - started).toBeLessThan(10_000)
    }
    await expect.poll(() => processesWith(plugins.chain), { timeout: 5000 }).toEqual([])
  })

  it('until we are told to stop', async () => {
    const abort = new AbortController()
    const reason = new Error('stop')
    const opening = open({ ...RAW, wrong: 'hang' }, { signal: abort.signal })
    setTimeout(() => abort.abort(reason), 300)
    await expect(opening).rejects.toBe(reason)
    expect(await open(RAW, { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error)).toBe(reason)
  })

  it('with the part of our environment that it may see', async () => {
    const environment = {
      PATH: process.env['PATH'],
      AWS_PROFILE: 'build',
      https_proxy: 'http://127.0.0.1:9',
      ZEGEL_PASSWORD: 'secret',
      COSIGN_PASSWORD: 'secret',
      NOTATION_PASSWORD: 'secret',
      GITHUB_TOKEN: 'secret',
      NODE_OPTIONS: '--require /tmp/evil.js',
      LD_PRELOAD: '/tmp/evil.so',
      WANTED: '1',
    }
    const found = await open({ ...RAW, wrong: 'says-environment' }, { environment, alsoPassed: ['WANTED'] }).catch(
      (error: unknown) => error,
    )
    const told = found instanceof Fault ? found.message : ''
    for (const name of ['PATH', 'AWS_PROFILE', 'https_proxy', 'WANTED']) expect(told).toContain(name)
    for (const name of ['PASSWORD', 'TOKEN', 'NODE_OPTIONS', 'LD_PRELOAD']) expect(told).not.toContain(name)
  })

  it('and its complaint is shown, escaped, with its code', async () => {
    const found = await open({ ...RAW, wrong: 'refuses' }).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: 'PLUGIN_FAILED', facts: { errorCode: 'ACCESS_DENIED' } })
    expect(String(found)).toContain('log in first')
    expect(String(found)).not.toContain('\u001b')
  })
})

function processesWith(argument: string): readonly string[] {
  const list = readProcesses()
  return list.filter((line) => line.includes('setInterval') && line.includes(argument))
}

function readProcesses(): readonly string[] {
  const { readdirSync } = process.getBuiltinModule('node:fs')
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'latin1')]
      } catch {
        return []
      }
    })
}

describe('a plugin is found', () => {
  const find = (name: string, options: Partial<PluginOptions> = {}) =>
    codeOfAsync(() => open(RAW, { name, ...options }))

  it.each([
    '.',
    '..',
    '',
    '../testing',
    'testing/../testing',
    '/bin/sh',
    'testing\0',
    'test ing',
    'tésting',
    `${'a'.repeat(101)}`,
  ])('never by the name %j', async (name) => {
    expect(await find(name)).toBe('PLUGIN_UNSAFE')
  })

  it('not where there is none', async () => {
    expect(await find('other')).toBe('PLUGIN_NOT_FOUND')
    expect(await find('testing', { folder: join(plugins.home, 'nowhere') })).toBe('PLUGIN_NOT_FOUND')
    mkdirSync(join(plugins.folder, 'empty', 'notation-empty'), { recursive: true })
    expect(await find('empty')).toBe('PLUGIN_UNSAFE')
  })

  it('not through a link, to a program or to a folder', async () => {
    const program = plugins.install({}, 'linked')
    renameSync(program, `${program}.real`)
    symlinkSync(`${program}.real`, program)
    expect(await find('linked')).toBe('PLUGIN_UNSAFE')
    plugins.install({}, 'moved')
    renameSync(join(plugins.folder, 'moved'), join(plugins.home, 'moved'))
    symlinkSync(join(plugins.home, 'moved'), join(plugins.folder, 'moved'))
    expect(await find('moved')).toBe('PLUGIN_UNSAFE')
  })

  it('but in a folder of plugins that is a link itself', async () => {
    const link = join(plugins.home, 'link')
    symlinkSync(plugins.folder, link)
    expect((await open(RAW, { folder: link })).metadata.version).toBe('1.2.3')
  })

  it('not where it may not be run, or may be changed by anybody', async () => {
    const program = plugins.install({}, 'plain')
    chmodSync(program, 0o644)
    expect(await find('plain')).toBe('PLUGIN_UNSAFE')
    chmodSync(program, 0o757)
    expect(await find('plain')).toBe('PLUGIN_UNSAFE')
  })

  it('with the digest that is demanded, and no other', async () => {
    const sha256 = digestOf(readFileSync(plugins.install(RAW)))
    expect(await find('testing', { sha256 })).toBeUndefined()
    expect(await find('testing', { sha256: parseDigest(`sha256:${'0'.repeat(64)}`) })).toBe('PLUGIN_UNSAFE')
  })

  it('and what is no program is a failure', async () => {
    const program = plugins.install({}, 'broken')
    writeFileSync(program, '#!/no/such/interpreter\n')
    expect(await find('broken', { run: spawnPlugin })).toBe('PLUGIN_FAILED')
  })
})

it('limits leave room for an envelope', () => {
  expect(limits.pluginOutputBytes).toBeGreaterThan((limits.signatureBytes / 3) * 4)
})

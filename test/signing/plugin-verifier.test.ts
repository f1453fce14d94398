/** Plugins of Notation that verify: which may run, what they are asked, and that what they leave out is a refusal. */

import { afterAll, describe, expect, it } from 'vitest'
import { parseDigest } from '../../src/base/index.ts'
import type { NotationEnvelope } from '../../src/envelope/index.ts'
import {
  askVerificationPlugin,
  openPlugin,
  type PluginQuestion,
  pluginCapabilities,
  verificationPluginAllowed,
} from '../../src/signing/index.ts'
import { isAtLeast } from '../../src/signing/notation-plugin/versions.ts'
import type { PluginSettings } from '../plugins/answers.ts'
import { openPluginFolder, runInProcess } from '../plugins/install.ts'
import { codeOfAsync } from '../support/fuzz.ts'

const plugins = openPluginFolder()
afterAll(() => plugins.close())
const { trustedIdentity, revocationCheck } = pluginCapabilities

const envelope: NotationEnvelope = {
  encoding: 'jws',
  algorithm: 'ES256',
  contentType: 'application/vnd.cncf.notary.payload.v1+json',
  scheme: 'notary.x509.signingAuthority',
  authenticSigningTime: Date.UTC(2026, 0, 1),
  critical: [],
  extended: [
    { key: 'com.example.profile', value: { arn: ['a', 1, true, null] }, isCritical: true },
    { key: 'com.example.note', value: 'x', isCritical: false },
  ],
  verificationPlugin: { name: 'testing', minVersion: '1.2.0' },
  payload: Buffer.alloc(0),
  signedParts: [],
  signature: Buffer.alloc(0),
  chain: plugins.chainOf.certificates.map(({ raw }) => raw),
}

async function ask(settings: Partial<PluginSettings> = {}, question: Partial<PluginQuestion> = {}) {
  const capabilities = [trustedIdentity, revocationCheck]
  plugins.install({ capabilities })
  const requests: unknown[] = []
  const run = runInProcess(plugins.settings({ capabilities, ...settings }))
  const plugin = await openPlugin({
    name: 'testing',
    folder: plugins.folder,
    environment: {},
    config: { region: 'eu' },
    run: async (call) => {
      requests.push(JSON.parse(Buffer.from(call.request).toString()))
      return await run(call)
    },
  })
  const asked = { envelope, trustedIdentities: ['arn:1'], capabilities, ...question }
  const verdict = await askVerificationPlugin(plugin, asked)
  return { verdict, request: requests.at(-1) }
}
const codeOf = (settings?: Partial<PluginSettings>, question?: Partial<PluginQuestion>) =>
  codeOfAsync(() => ask(settings, question))

describe('a plugin is asked', () => {
  it('with what the contract has, and answers for each capability', async () => {
    const { verdict, request } = await ask()
    expect(verdict).toEqual({
      results: [
        { capability: trustedIdentity, success: true },
        { capability: revocationCheck, success: true },
      ],
      unprocessed: [],
    })
    expect(request).toMatchObject({
      contractVersion: '1.0',
      pluginConfig: { region: 'eu' },
      signature: {
        criticalAttributes: {
          signingScheme: 'notary.x509.signingAuthority',
          expiry: '0001-01-01T00:00:00Z',
          authenticSigningTime: '2026-01-01T00:00:00Z',
          extendedAttributes: { 'com.example.profile': { arn: ['a', 1, true, null] }, 'com.example.note': 'x' },
        },
        unprocessedAttributes: ['com.example.profile', 'com.example.note'],
      },
      trustPolicy: { trustedIdentities: ['arn:1'], signatureVerification: [trustedIdentity, revocationCheck] },
    })
  })

  it('and what it does not answer has failed', async () => {
    const { verdict } = await ask({ wrong: 'verifies-nothing' })
    expect(verdict.results.map(({ success }) => success)).toEqual([false, false])
  })

  it('and what it refuses is refused, with its reason', async () => {
    const { verdict } = await ask({ wrong: 'refuses-identity' })
    expect(verdict.results[0]).toEqual({ capability: trustedIdentity, success: false, reason: 'not one of ours' })
    expect(verdict.results[1]?.success).toBe(true)
  })

  it('and what it has not processed is told', async () => {
    const { verdict } = await ask({ wrong: 'processes-nothing' })
    expect(verdict.unprocessed).toEqual(['com.example.profile', 'com.example.note'])
  })

  it.each<[string, Partial<PluginSettings>, Partial<NotationEnvelope>]>([
    ['older than the signature demands', { version: '1.1.9' }, {}],
    ['a version that is none', { version: 'new' }, {}],
    ['another than the signature names', {}, { verificationPlugin: { name: 'other' } }],
    ['without a capability', { capabilities: [trustedIdentity] }, {}],
    ['about a numbered header', {}, { extended: [{ key: 7, value: 1, isCritical: true }] }],
    ['about a value that is no JSON', {}, { extended: [{ key: 'a', value: new Map(), isCritical: true }] }],
  ])('never: %s', async (_, settings, changed) => {
    expect(await codeOf(settings, { envelope: { ...envelope, ...changed } })).toBe('PLUGIN_UNSUITABLE')
  })
})

it('only what the operator allowed may run', () => {
  const sha256 = parseDigest(`sha256:${'0'.repeat(64)}`)
  const allowed = [{ name: 'testing', sha256 }]
  expect(verificationPluginAllowed('testing', allowed)).toEqual({ name: 'testing', sha256 })
  for (const name of ['other', 'Testing', '../testing', '', '.'])
    expect(verificationPluginAllowed(name, [...allowed, { name: '../testing', sha256 }])).toBeUndefined()
})

describe('the order of versions (Semantic Versioning clause 11)', () => {
  const order = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
    '2.0.0',
  ]
  it.each(order.map((version, at) => [version, at] as const))('%s', (version, at) => {
    for (const [index, other] of order.entries()) expect(isAtLeast(version, other)).toBe(at >= index)
    expect(isAtLeast(`${version}+build.7`, version)).toBe(true)
  })

  it.each(['', '1', '1.0', 'v1.0.0', '1.0.0.0', '1.0.0-', ' 1.0.0'])('%j is none', (version) => {
    expect(isAtLeast(version, '0.0.1')).toBe(false)
    expect(isAtLeast('9.0.0', version)).toBe(false)
  })
})

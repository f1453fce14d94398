/** Real notation with our testing plugin (which proves that it is one), and with ourselves as its plugin. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writePem } from '../../src/crypto/index.ts'
import { describeWithPeers, type RunningRegistry, runPeer, startRegistryPeer } from '../peers/peers.ts'
import { openPluginFolder, type PluginFolder } from '../plugins/install.ts'
import { zegelProcess } from '../plugins/zegel-process.ts'

const policy = {
  version: '1.0',
  trustPolicies: [
    {
      name: 'all',
      registryScopes: ['*'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:own'],
      trustedIdentities: ['*'],
    },
  ],
}

describeWithPeers(['notation', 'docker-registry', 'oras'], 'notation', () => {
  let registry: RunningRegistry
  let reference: string
  const places: PluginFolder[] = []
  const place = (...args: Parameters<typeof openPluginFolder>): PluginFolder => {
    const made = openPluginFolder(...args)
    places.push(made)
    const store = join(made.home, 'notation', 'truststore', 'x509', 'ca', 'own')
    mkdirSync(store, { recursive: true })
    writeFileSync(join(store, 'root.pem'), writePem('CERTIFICATE', made.chainOf.root.der))
    writeFileSync(join(made.home, 'notation', 'trustpolicy.json'), JSON.stringify(policy))
    return made
  }
  const notation = async (at: PluginFolder, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const [command = '', ...rest] = args
    const { status, stdout, stderr } = await runPeer('notation', [command, '--insecure-registry', ...rest, reference], {
      env: { XDG_CONFIG_HOME: at.home, ...env },
      cwd: at.home,
    })
    return { status, said: stdout + stderr }
  }

  beforeAll(async () => {
    registry = await startRegistryPeer('docker-registry')
    reference = `${registry.address}/shop/api:1`
    const args = ['push', '--plain-http', '--artifact-type', 'application/vnd.example', reference]
    const { status, stderr } = await runPeer('oras', [...args, 'plugin-notation.test.ts:text/plain'], {
      cwd: import.meta.dirname,
    })
    expect(status, stderr).toBe(0)
  })
  afterAll(async () => {
    await registry.stop()
    for (const made of places) made.close()
  })

  it.each(['SIGNATURE_GENERATOR.RAW', 'SIGNATURE_GENERATOR.ENVELOPE'])(
    'signs with the testing plugin: %s',
    async (capability) => {
      const own = place()
      own.install({ capabilities: [capability] })
      const signed = await notation(own, ['sign', '--plugin', 'testing', '--id', 'key 1'])
      expect(signed.status, signed.said).toBe(0)
      const verified = await notation(own, ['verify'])
      expect(verified.status, verified.said).toBe(0)
    },
  )

  it('refuses what we refuse of it', async () => {
    const own = place()
    own.install({ wrong: 'der-signature' })
    expect((await notation(own, ['sign', '--plugin', 'testing', '--id', 'key 1'])).status).toBe(1)
  })

  it.each([
    ['ecdsa-p256', 256, 'jws'],
    ['ecdsa-p384', 384, 'cose'],
    ['ecdsa-p521', 521, 'jws'],
    ['rsa', 2048, 'cose'],
  ] as const)('signs with ours: a key file, %s %i, %s', async (type, bits, format) => {
    const own = place(type, bits)
    const installed = await zegelProcess(['notation-plugin', 'install', '--dir', own.folder])
    expect(installed.status, installed.stderr).toBe(0)
    const config = `cert_chain=${own.chain}`
    const args = ['sign', '--plugin', 'zegel', '--id', own.key, '--plugin-config', config]
    const signed = await notation(own, [...args, '--signature-format', format])
    expect(signed.status, signed.said).toBe(0)
    const verified = await notation(own, ['verify'])
    expect(verified.status, verified.said).toBe(0)
  })

  it('signs with ours: a PKCS#12 file, with its password from the environment or a file', async () => {
    const own = place()
    await zegelProcess(['notation-plugin', 'install', '--dir', own.folder])
    const files = ['-inkey', own.key, '-in', own.chain, '-out', 'release.p12']
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    spawnSync('openssl', ['pkcs12', '-export', ...files, '-passout', 'pass:secret'], { cwd: own.home })
    writeFileSync(join(own.home, 'password'), 'secret\n')
    const args = ['sign', '--plugin', 'zegel', '--id', 'release.p12']
    const byVariable = await notation(own, args, { ZEGEL_PASSWORD: 'secret' })
    expect(byVariable.status, byVariable.said).toBe(0)
    const byFile = await notation(own, [...args, '--plugin-config', 'password_file=password'])
    expect(byFile.status, byFile.said).toBe(0)
    const without = await notation(own, args)
    expect(without.status).toBe(1)
    expect(without.said).toContain('no password was given')
  })
})

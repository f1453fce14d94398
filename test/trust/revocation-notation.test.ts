/** One CRL cache for notation and us: what each writes, the other reads (notation 1.3, `{cache}/crl`). */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { collectRevocation, networkRevocation, offlineRevocation, withCrlCache } from '../../src/trust/index.ts'
import { serve, type TestServer } from '../http/servers.ts'
import { describeWithPeers, runPeer } from '../peers/peers.ts'
import { make, makeChain, type TestChain, usual } from '../support/certificates.ts'
import { putImage } from '../support/image.ts'
import { makeCrl } from '../support/revocation.ts'

describeWithPeers(['notation'], 'one CRL cache for notation and us', () => {
  // notation has no clock but the machine's.
  const now = Date.now()
  const day = 86_400_000
  const times = { notBefore: now - day, notAfter: now + 30 * day }
  let work = ''
  let registry: RegistryServer
  let lists: TestServer
  let isServing = true
  let chain: TestChain
  let image = ''

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'zegel-notation-crl-'))
    const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
    registry = await startRegistry({ log: silentLog, clock: Date.now, random })
    lists = await serve((_, response) => {
      const crl = { issuer: chain.intermediate, number: 1, thisUpdate: now - day, nextUpdate: now + day }
      response.writeHead(isServing ? 200 : 500).end(isServing ? makeCrl(crl) : undefined)
    })
    const extensions = [...usual.codeSigning(), make.crlAt(`${lists.url}/1.crl`)]
    chain = makeChain({ root: times, intermediate: times, leaf: { ...times, extensions } })
    configure()
    const client = createRegistry({ environment: {}, clock: Date.now, log: silentLog, credentials: noCredentials })
    const { digest } = await putImage(
      client.repository({ registry: registry.address, repository: 'shop/api' }),
      'api',
      '1',
    )
    client.close()
    image = `${registry.address}/shop/api@${digest}`
    const signed = await notation('sign', '--key', 'test', image)
    expect(signed.stderr, signed.stderr).not.toMatch(/^Error/m)
  })
  afterAll(async () => {
    await registry.close()
    await lists.close()
    rmSync(work, { recursive: true, force: true })
  })

  function configure(): void {
    const config = join(work, 'config/notation')
    const store = join(config, 'truststore/x509/ca/test')
    mkdirSync(store, { recursive: true })
    writeFileSync(join(store, 'root.pem'), writePem('CERTIFICATE', chain.root.der))
    const pem = [chain.leaf, chain.intermediate, chain.root].map(({ der }) => writePem('CERTIFICATE', der))
    writeFileSync(join(work, 'chain.pem'), Buffer.concat(pem))
    writeFileSync(join(work, 'key.pem'), chain.leaf.key.keyObject.export({ format: 'pem', type: 'pkcs8' }))
    const save = (name: string, value: unknown): void => writeFileSync(join(config, name), JSON.stringify(value))
    save('config.json', { insecureRegistries: [registry.address] })
    save('signingkeys.json', {
      default: 'test',
      keys: [{ name: 'test', keyPath: join(work, 'key.pem'), certPath: join(work, 'chain.pem') }],
    })
    const signatureVerification = { level: 'strict' }
    const policy = {
      name: 'a',
      registryScopes: ['*'],
      signatureVerification,
      trustStores: ['ca:test'],
      trustedIdentities: ['*'],
    }
    save('trustpolicy.json', { version: '1.0', trustPolicies: [policy] })
  }

  const notation = (...args: readonly string[]): ReturnType<typeof runPeer> =>
    runPeer('notation', args, {
      env: { XDG_CONFIG_HOME: join(work, 'config'), XDG_CACHE_HOME: join(work, 'cache'), HOME: work },
    })
  const cache = (): string => join(work, 'cache/notation/crl')

  it('notation reads what we wrote', async () => {
    const network = networkRevocation({ environment: {}, log: silentLog, clock: Date.now, hosts: ['127.0.0.1'] })
    const verdict = await collectRevocation(chain.certificates, now, withCrlCache(network, cache(), silentLog))
    network.close()
    expect(verdict.code).toBe('REVOCATION_GOOD')
    isServing = false
    const run = await notation('verify', '-v', image)
    expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, ''])
    rmSync(cache(), { recursive: true })
    expect((await notation('verify', image)).status).not.toBe(0)
    isServing = true
  })

  it('we read what notation wrote', async () => {
    expect((await notation('verify', image)).status).toBe(0)
    expect(readdirSync(cache())).toHaveLength(1)
    const verdict = await collectRevocation(
      chain.certificates,
      now,
      withCrlCache(offlineRevocation, cache(), silentLog),
    )
    expect(verdict.code).toBe('REVOCATION_GOOD')
  })
})

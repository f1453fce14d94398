/** The client against registries of other people: the suite where they follow the specification, logins over basic, TLS by certs.d. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileHosts } from '../../src/registry/index.ts'
import { tlsFixture } from '../http/servers.ts'
import { codeOf, contentStoreSuite, manifestOf, type SuiteTraits } from '../oci/content-store.suite.ts'
import { describeWithPeers, type RunningRegistry, startRegistryPeer } from '../peers/peers.ts'
import type { RegistryPeer } from '../peers/registry-peer.ts'
import { closing, credentialsOf, password, registryClient } from './client.ts'

const peers: readonly (readonly [RegistryPeer, SuiteTraits])[] = [
  ['docker-registry', { referrers: 'unsupported', gaps: ['sha512-manifests', 'tag-deletes'] }],
  ['registry-honest', { referrers: 'api', gaps: ['tags-outlive-manifests'] }],
  ['registry-lying', { referrers: 'api', gaps: ['tags-outlive-manifests', 'referrer-details'] }],
]

for (const [name, traits] of peers) {
  describeWithPeers([name], `against ${name}`, () => {
    for (const uploadChunkBytes of [undefined, 100_000]) {
      contentStoreSuite(uploadChunkBytes === undefined ? 'whole blobs' : 'blobs in chunks', traits, async () => {
        const peer = await startRegistryPeer(name)
        const registry = registryClient(uploadChunkBytes === undefined ? {} : { uploadChunkBytes })
        return {
          store: registry.repository({ registry: peer.address, repository: 'shop/api' }),
          sibling: {
            store: registry.repository({ registry: peer.address, repository: 'shop/base' }),
            repository: 'shop/base',
          },
          close: async () => {
            registry.close()
            await peer.stop()
          },
        }
      })
    }
  })
}

describeWithPeers(['docker-registry'], 'docker-registry with a login and TLS', () => {
  let peer: RunningRegistry
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zegel-peer-'))
    // bcrypt of "hunter2".
    await writeFile(join(folder, 'htpasswd'), 'alice:$2y$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.\n')
    await writeFile(join(folder, 'server.crt'), tlsFixture('server.crt'))
    await writeFile(join(folder, 'server.key'), tlsFixture('server.key'))
    peer = await startRegistryPeer('docker-registry', {
      ready: 'connection',
      config: `auth:\n  htpasswd: { realm: test, path: ${join(folder, 'htpasswd')} }`,
      http: `  tls: { certificate: ${join(folder, 'server.crt')}, key: ${join(folder, 'server.key')} }`,
    })
    await mkdir(join(folder, 'certs.d', peer.address), { recursive: true })
    await writeFile(join(folder, 'certs.d', peer.address, 'ca.crt'), tlsFixture('ca.crt'))
  })
  afterAll(async () => {
    await peer?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('takes the right password and refuses others', async () => {
    const hosts = fileHosts([join(folder, 'certs.d')])
    const right = closing(registryClient({ hosts, credentials: credentialsOf({ [peer.address]: password() }) }))
    expect(await right.checkLogin(peer.address)).toBe('accepted')
    const store = right.repository({ registry: peer.address, repository: 'shop/api' })
    expect(await store.manifest('v1')).toBeUndefined()
    const wrong = closing(
      registryClient({ hosts, credentials: credentialsOf({ [peer.address]: password('alice', 'other') }) }),
    )
    expect(await codeOf(wrong.checkLogin(peer.address))).toBe('REGISTRY_UNAUTHORIZED')
    const none = closing(registryClient({ hosts }))
    expect(await codeOf(none.repository({ registry: peer.address, repository: 'a' }).putManifest(manifestOf({})))).toBe(
      'REGISTRY_UNAUTHORIZED',
    )
  })

  it('says that it is asked over plain HTTP, or by somebody who does not trust it', async () => {
    const plain = closing(registryClient())
    const error = await plain.checkLogin(peer.address).catch((one) => one)
    expect(error).toMatchObject({ code: 'REGISTRY_REFUSED', fix: expect.stringContaining('certs.d') })
    const untrusting = closing(registryClient({ hosts: { configured: async () => ({ mirrors: [], tls: {} }) } }))
    expect(await codeOf(untrusting.checkLogin(peer.address))).toBe('TLS_UNTRUSTED')
  })
})

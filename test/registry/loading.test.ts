import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { manifestOf } from '../oci/content-store.suite.ts'
import { closing } from './client.ts'
import { startTestRegistry } from './test-registry.ts'

const script = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
const { createRegistry, dockerCredentials, fileHosts, hostsFolders } = await import(process.argv[1])
const home = '/nonexistent'
const registry = createRegistry({
  environment: {}, log: { debug() {}, warn() {} }, clock: () => 0,
  credentials: dockerCredentials({ environment: {}, home, run: async () => ({ status: 1, stdout: '' }) }),
  hosts: fileHosts([home]),
})
const store = registry.repository({ registry: process.argv[2], repository: 'a' })
const found = await store.manifest('v1')
registry.close()
console.log(JSON.stringify({ found: found?.descriptor.digest, loaded, builtins: process.moduleLoadList }))
`

it('plain HTTP loads no https, no TOML reader, no schema library', async () => {
  const server = closing(await startTestRegistry())
  const manifest = manifestOf({})
  server.manifests.set('a v1', { bytes: Buffer.from(manifest.bytes), type: manifest.descriptor.mediaType })
  const room = new URL('../../src/registry/index.ts', import.meta.url).href
  const argv = ['--input-type=module', '-e', script, room, server.host]
  const { stdout } = await promisify(execFile)(process.execPath, argv)
  const { found, loaded, builtins } = JSON.parse(stdout)
  expect(found).toBe(manifest.descriptor.digest)
  expect(loaded.filter((url: string) => url.includes('node_modules') || /^node:(https|tls)$/.test(url))).toEqual([])
  expect(loaded.filter((url: string) => url.endsWith('hosts-toml.ts'))).toEqual([])
  expect(builtins).not.toContain('NativeModule https')
})

import { contentStoreSuite } from '../oci/content-store.suite.ts'
import { registryClient } from './client.ts'
import { startTestRegistry, type TestRegistryOptions } from './test-registry.ts'

function suite(name: string, options: TestRegistryOptions, uploadChunkBytes?: number): void {
  const referrers = options.hasReferrersApi === false ? 'unsupported' : 'api'
  contentStoreSuite(name, { referrers }, async () => {
    const server = await startTestRegistry(options)
    const registry = registryClient(uploadChunkBytes === undefined ? {} : { uploadChunkBytes })
    return {
      store: registry.repository({ registry: server.host, repository: 'shop/api' }),
      sibling: {
        store: registry.repository({ registry: server.host, repository: 'shop/base' }),
        repository: 'shop/base',
      },
      close: async () => {
        registry.close()
        await server.close()
      },
    }
  })
}

suite('a registry with the Referrers API', {})
suite('a registry without it', { hasReferrersApi: false, relativeLocations: true })
suite('a registry that is pushed to in chunks', {}, 100_000)

/** A registry that answers badly, and the honest manifest that it should have served. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ContentStore, mediaTypes } from '../../src/oci/index.ts'
import type { RegistryOptions } from '../../src/registry/index.ts'
import { manifestOf } from '../oci/content-store.suite.ts'
import { closing, registryClient } from './client.ts'
import { startTestRegistry, type TestRegistry, type TestRegistryOptions } from './test-registry.ts'

export type Before = NonNullable<TestRegistryOptions['before']>

export async function registryWith(
  before: Before,
  options: Partial<RegistryOptions> = {},
  server: TestRegistryOptions = {},
): Promise<{ server: TestRegistry; store: ContentStore }> {
  const started = closing(await startTestRegistry({ ...server, before }))
  const store = closing(registryClient(options)).repository({ registry: started.host, repository: 'a' })
  return { server: started, store }
}

export const always =
  (answer: (response: ServerResponse, request: IncomingMessage) => unknown): Before =>
  (request, response) => {
    answer(response, request)
    return true
  }

export const manifest = manifestOf({})
export const manifestHeaders = { 'content-type': mediaTypes.manifest }
export const honest = { ...manifestHeaders, 'docker-content-digest': manifest.descriptor.digest }
export const other = manifestOf({ annotations: { other: 'yes' } })

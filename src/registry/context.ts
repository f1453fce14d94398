/** What every request about one repository needs, and how its sources are asked one after another. */

import { clip, Fault, isDigest, type Log } from '../base/index.ts'
import { isTag } from '../oci/index.ts'
import type { Capability, Endpoint, RegistryEndpoints } from './endpoint.ts'
import { registryFault } from './faults.ts'
import { repositoryScope, type Scope } from './scope.ts'
import type { Transport } from './transport.ts'

export interface RepositoryContext {
  readonly transport: Transport
  readonly log: Log
  readonly registry: string
  readonly repository: string
  /** `registry.example.org/shop/api`. */
  readonly name: string
  /** Read at the first request. */
  endpoints(): Promise<RegistryEndpoints>
}

const REPOSITORY = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/

/** Names become paths: what is no name goes no further. @throws REGISTRY_NAME_INVALID */
export function checkRepository(repository: string): void {
  if (repository.length <= 255 && REPOSITORY.test(repository)) return
  throw registryFault('REGISTRY_NAME_INVALID', `"${clip(repository, 100)}" is not a repository name.`)
}

/** @throws REGISTRY_NAME_INVALID */
export function checkTarget(target: string): void {
  if (isTag(target) || isDigest(target)) return
  throw registryFault('REGISTRY_NAME_INVALID', `"${clip(target, 140)}" is neither a tag nor a digest.`)
}

export function pullScope(context: RepositoryContext): Scope {
  return repositoryScope(context.repository, 'pull')
}

export function pushScope(context: RepositoryContext): Scope {
  return repositoryScope(context.repository, 'pull', 'push')
}

/** Mirrors that may be asked for this, then the server. */
export async function sourcesFor(context: RepositoryContext, capability: Capability): Promise<readonly Endpoint[]> {
  const { mirrors, server } = await context.endpoints()
  if (mirrors.length === 0) return [server]
  return [...mirrors.filter((mirror) => mirror.capabilities.has(capability)), server]
}

/** The first source that has it. A mirror that fails is passed over and said in the log; the server's word is the last. */
export async function readFrom<T>(
  context: RepositoryContext,
  capability: Capability,
  read: (endpoint: Endpoint) => Promise<T | undefined>,
): Promise<T | undefined> {
  const sources = await sourcesFor(context, capability)
  for (const endpoint of sources) {
    try {
      const found = await read(endpoint)
      if (found !== undefined) return found
    } catch (error) {
      if (endpoint.mirrorOf === undefined || !(error instanceof Fault)) throw error
      context.log.warn(`The mirror ${endpoint.base.host} was passed over: ${error.message}`, { code: error.code })
    }
  }
  return undefined
}

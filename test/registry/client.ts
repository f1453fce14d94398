/** Clients of the tests: no environment, no files, short waits. */

import { afterEach } from 'vitest'
import { silentLog, utf8 } from '../../src/base/index.ts'
import {
  type Credential,
  type CredentialSource,
  createRegistry,
  type Registry,
  type RegistryOptions,
} from '../../src/registry/index.ts'

const closers: (() => unknown)[] = []

/** Closed after the test, the last one first. */
export function closing<T extends { close(): unknown }>(made: T): T {
  closers.push(() => made.close())
  return made
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

export function registryClient(options: Partial<RegistryOptions> = {}): Registry {
  return createRegistry({
    environment: {},
    log: silentLog,
    clock: () => performance.now(),
    credentials: credentialsOf({}),
    backoffMs: 1,
    ...options,
  })
}

export interface RecordingSource extends CredentialSource {
  /** The hosts for which credentials were asked. */
  readonly asked: string[]
}

export function credentialsOf(known: Readonly<Record<string, Credential>>): RecordingSource {
  const asked: string[] = []
  return {
    asked,
    find: async (registry) => {
      asked.push(registry)
      return known[registry]
    },
  }
}

export function password(username = 'alice', secret = 'hunter2'): Credential {
  return { kind: 'password', username, password: secret }
}

export const text = utf8

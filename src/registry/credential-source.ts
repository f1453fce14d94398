/** Credentials as people already have them: docker's and podman's files, and the helpers those name. */

import type { Environment } from '../base/index.ts'
import type { Credential, CredentialSource } from './credentials.ts'
import {
  type CredentialFile,
  credentialFiles,
  helperOf,
  readCredentialFile,
  storedCredential,
} from './docker-config.ts'
import { helperCredential, type RunProgram } from './helper.ts'

export interface DockerCredentialsOptions {
  /** DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME. */
  readonly environment: Environment
  readonly home: string
  readonly run: RunProgram
}

/**
 * Files are read at the first question and once; a helper is run once for a registry.
 * @example dockerCredentials({ environment: process.env, home: homedir(), run }).find('registry.example.org', 'shop/api')
 */
export function dockerCredentials(options: DockerCredentialsOptions): CredentialSource {
  let files: Promise<readonly CredentialFile[]> | undefined
  const helped = new Map<string, Promise<Credential | undefined>>()
  const fromHelper = (helper: string, registry: string): Promise<Credential | undefined> => {
    const key = `${helper} ${registry}`
    const found = helped.get(key) ?? helperCredential(options.run, helper, registry)
    helped.set(key, found)
    return found
  }
  return {
    find: async (registry, repository) => {
      files ??= readAll(options)
      for (const file of await files) {
        const helper = helperOf(file, registry)
        const credential =
          (helper === undefined ? undefined : await fromHelper(helper, registry)) ??
          storedCredential(file, registry, repository)
        if (credential !== undefined) return credential
      }
      return undefined
    },
  }
}

async function readAll(options: DockerCredentialsOptions): Promise<readonly CredentialFile[]> {
  const files = await Promise.all(credentialFiles(options.environment, options.home).map(readCredentialFile))
  return files.filter((file) => file !== undefined)
}

/** The credential files of docker (`config.json`) and podman (`auth.json`, containers-auth.json(5)). */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  asObject,
  asString,
  type Environment,
  Fault,
  isJsonObject,
  type Json,
  type JsonObject,
  limits,
  readJson,
} from '../base/index.ts'
import { type Credential, credentialKey, registryOfKey } from './credentials.ts'
import { registryFault } from './faults.ts'

export interface CredentialFile {
  readonly path: string
  readonly auths: ReadonlyMap<string, JsonObject>
  /** The helper for every registry without one of its own. */
  readonly store: string | undefined
  readonly helpers: ReadonlyMap<string, string>
}

/** Where credentials are looked for, first found first: what REGISTRY_AUTH_FILE names, docker's file, podman's two. */
export function credentialFiles(environment: Environment, home: string): readonly string[] {
  const named = environment['REGISTRY_AUTH_FILE']
  const runtime = environment['XDG_RUNTIME_DIR']
  const config = environment['XDG_CONFIG_HOME'] || join(home, '.config')
  return [
    ...(named ? [named] : []),
    join(dockerFolder(environment, home), 'config.json'),
    ...(runtime ? [join(runtime, 'containers', 'auth.json')] : []),
    join(config, 'containers', 'auth.json'),
  ]
}

export function dockerFolder(environment: Environment, home: string): string {
  return environment['DOCKER_CONFIG'] || join(home, '.docker')
}

/** @throws CREDENTIALS_FILE_INVALID; a file that is not there is undefined */
export async function readCredentialFile(path: string): Promise<CredentialFile | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw registryFault('CREDENTIALS_FILE_INVALID', `The credentials in ${path} cannot be read.`, {
      cause,
      fix: 'Check who may read the file.',
    })
  }
  if (bytes.length === 0) return undefined
  try {
    return parseCredentialFile(path, readJson(bytes, { what: path, maxBytes: limits.configFileBytes }))
  } catch (cause) {
    throw registryFault('CREDENTIALS_FILE_INVALID', `${path} is no docker configuration: ${reason(cause)}`, {
      cause,
      fix: 'Correct the file, or log in again after moving it away.',
    })
  }
}

function reason(cause: unknown): string {
  return cause instanceof Fault ? cause.message : 'it cannot be understood.'
}

function parseCredentialFile(path: string, json: Json): CredentialFile {
  const root = asObject(json, path)
  const auths = new Map<string, JsonObject>()
  for (const [key, value] of members(root['auths'])) if (isJsonObject(value)) auths.set(key, value)
  const helpers = new Map<string, string>()
  for (const [key, value] of members(root['credHelpers'])) helpers.set(key, asString(value, `credHelpers["${key}"]`))
  const store = root['credsStore']
  return { path, auths, helpers, store: typeof store === 'string' && store !== '' ? store : undefined }
}

function members(value: Json | undefined): readonly (readonly [string, Json | undefined])[] {
  return isJsonObject(value) ? Object.entries(value) : []
}

/** The helper that a file names for a registry; its own before the common one. */
export function helperOf(file: CredentialFile, registry: string): string | undefined {
  return file.helpers.get(credentialKey(registry)) ?? file.helpers.get(registry) ?? file.store
}

/** The entry for a repository, the most specific path first (containers-auth.json(5)), then the registry in any of docker's spellings. */
export function storedCredential(
  file: CredentialFile,
  registry: string,
  repository: string | undefined,
): Credential | undefined {
  const parts = repository === undefined ? [] : repository.split('/')
  for (let length = parts.length; length > 0; length--) {
    const found = credentialOf(file, `${registry}/${parts.slice(0, length).join('/')}`)
    if (found !== undefined) return found
  }
  const exact = credentialOf(file, credentialKey(registry)) ?? credentialOf(file, registry)
  if (exact !== undefined) return exact
  for (const key of file.auths.keys()) {
    if (!isWholeHost(key) || registryOfKey(key) !== registry) continue
    const found = credentialOf(file, key)
    if (found !== undefined) return found
  }
  return undefined
}

/** `host`, `https://host`, `https://host/v1/`: what docker itself writes; a path of podman's is no word about the whole host. */
function isWholeHost(key: string): boolean {
  return /^(?:https?:\/\/)?[^/]+(?:\/(?:v1|v2)?\/?)?$/.test(key)
}

function credentialOf(file: CredentialFile, key: string): Credential | undefined {
  const entry = file.auths.get(key)
  if (entry === undefined) return undefined
  const identityToken = stringOf(entry['identitytoken'])
  if (identityToken !== '') return { kind: 'identity-token', token: identityToken }
  const registryToken = stringOf(entry['registrytoken'])
  if (registryToken !== '') return { kind: 'registry-token', token: registryToken }
  const auth = stringOf(entry['auth'])
  if (auth !== '') return decodedAuth(file, key, auth)
  const [username, password] = [stringOf(entry['username']), stringOf(entry['password'])]
  return username === '' ? undefined : { kind: 'password', username, password }
}

function decodedAuth(file: CredentialFile, key: string, auth: string): Credential {
  // Docker's own decoder takes base64 with and without its padding, and drops trailing NULs.
  const text = /^[A-Za-z0-9+/_-]+={0,2}$/.test(auth)
    ? Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
    : ''
  const colon = text.indexOf(':')
  if (colon > 0) return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }
  throw registryFault(
    'CREDENTIALS_FILE_INVALID',
    `The "auth" of ${key} in ${file.path} is not the base64 of user:password.`,
    {
      fix: `zegel login ${registryOfKey(key)}`,
    },
  )
}

function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** `login` and `logout`: docker's config.json, changed in the one place that is meant, written beside and renamed. */

import { mkdir, mkdtemp, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Environment, toBase64, utf8 } from '../base/index.ts'
import { credentialKey, registryOfKey } from './credentials.ts'
import { dockerFolder, helperOf, readCredentialFile } from './docker-config.ts'
import { registryFault } from './faults.ts'
import { eraseWithHelper, type RunProgram, storeWithHelper } from './helper.ts'

export interface LoginPlace {
  readonly environment: Environment
  readonly home: string
  readonly run: RunProgram
}

export interface Login {
  readonly registry: string
  readonly username: string
  readonly password: string
}

export interface LoginResult {
  readonly path: string
  /** The helper that keeps the secret; undefined when the file holds it, readable to whoever can read the file. */
  readonly helper: string | undefined
}

/** The file that `login` writes: what REGISTRY_AUTH_FILE names, else docker's. */
export function loginFile(environment: Environment, home: string): string {
  return environment['REGISTRY_AUTH_FILE'] || join(dockerFolder(environment, home), 'config.json')
}

/**
 * Keeps a login where docker, cosign and podman find it as well: with the configured helper, else in the file (mode 0600).
 * @throws CREDENTIALS_FILE_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function saveLogin(place: LoginPlace, login: Login): Promise<LoginResult> {
  const path = loginFile(place.environment, place.home)
  const helper = await helperFor(path, login.registry)
  if (helper !== undefined) await storeWithHelper(place.run, helper, login.registry, login.username, login.password)
  await changeAuths(path, (auths) => {
    const others = Object.entries(auths).filter(([key]) => !isOf(key, login.registry))
    const entry = helper === undefined ? { auth: toBase64(utf8(`${login.username}:${login.password}`)) } : {}
    return { ...Object.fromEntries(others), [credentialKey(login.registry)]: entry }
  })
  return { path, helper }
}

/** False when there was no login of that registry. */
export async function removeLogin(place: LoginPlace, registry: string): Promise<boolean> {
  const path = loginFile(place.environment, place.home)
  const file = await readCredentialFile(path)
  if (file === undefined) return false
  const helper = helperOf(file, registry)
  const erased = helper !== undefined && (await eraseWithHelper(place.run, helper, registry))
  const isListed = [...file.auths.keys()].some((key) => isOf(key, registry))
  if (isListed) {
    await changeAuths(path, (auths) =>
      Object.fromEntries(Object.entries(auths).filter(([key]) => !isOf(key, registry))),
    )
  }
  return erased || isListed
}

/** The whole registry in any spelling, not a path of it (podman's keys). */
function isOf(key: string, registry: string): boolean {
  return (
    key === credentialKey(registry) ||
    (registryOfKey(key) === registry && /^(?:https?:\/\/)?[^/]+\/?(?:v[12]\/?)?$/.test(key))
  )
}

async function helperFor(path: string, registry: string): Promise<string | undefined> {
  const file = await readCredentialFile(path)
  return file === undefined ? undefined : helperOf(file, registry)
}

type Auths = Readonly<Record<string, unknown>>

/** Everything else in the file stays as docker wrote it. */
async function changeAuths(path: string, change: (auths: Auths) => Auths): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const text = await textIn(target)
  const root: unknown = text.trim() === '' ? {} : JSON.parse(text)
  if (!isRecord(root)) throw registryFault('CREDENTIALS_FILE_INVALID', `${path} is no docker configuration.`)
  const auths = isRecord(root['auths']) ? root['auths'] : {}
  await writeBeside(target, `${JSON.stringify({ ...root, auths: change(auths) }, undefined, '\t')}\n`)
}

/** Empty only where there is none: what cannot be read must not be written over. */
async function textIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw registryFault('CREDENTIALS_FILE_INVALID', `The credentials in ${path} cannot be read.`, {
      cause,
      fix: 'Check who may read the file.',
    })
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whole or not at all, and never readable to others, not even for a moment. */
async function writeBeside(path: string, text: string): Promise<void> {
  let folder: string | undefined
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    folder = await mkdtemp(`${path}.`)
    const beside = join(folder, 'config.json')
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (cause) {
    throw registryFault('CREDENTIALS_FILE_INVALID', `${path} cannot be written.`, {
      cause,
      fix: 'Check who may write the folder.',
    })
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

/** The one registry client of a call, made of its flags, the user's credentials and what administrators wrote about hosts. */

import { limits, textOf } from '../base/index.ts'
import {
  type CredentialSource,
  createRegistry,
  dockerCredentials,
  explicitCredentials,
  fileHosts,
  type HostsConfig,
  hostsFolders,
  type Registry,
} from '../registry/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'
import { runProgram } from './programs.ts'

export interface RegistryOptions {
  readonly username: string | undefined
  readonly passwordStdin: boolean
  readonly allowHttp: boolean
  readonly registryCa: string | undefined
  readonly registryClientCert: string | undefined
  readonly registryClientKey: string | undefined
  readonly hostsDir: readonly string[]
  readonly maxConcurrency: number | undefined
}

const opened = new WeakMap<Context, Promise<{ registry: Registry; host: string }>>()

/**
 * The client of this call; it is made once and closed at its end.
 * @param host the registry of the image: what `--username` and `--registry-client-cert` are for
 * @param credentials in place of those of the flags and the user's files
 */
export async function openRegistry(
  context: Context,
  options: RegistryOptions,
  host: string,
  credentials?: CredentialSource,
): Promise<Registry> {
  const made = opened.get(context) ?? open(context, options, host, credentials)
  opened.set(context, made)
  const { registry, host: first } = await made
  if (first !== host && (options.username !== undefined || options.registryClientCert !== undefined)) {
    const what = options.username === undefined ? '--registry-client-cert' : '--username'
    throw cliFault('USAGE', `${what} is for one registry, but ${first} and ${host} were named.`, {
      fix: 'Log in to both with "zegel login", or describe them in a folder for --hosts-dir.',
    })
  }
  return registry
}

async function open(
  context: Context,
  options: RegistryOptions,
  host: string,
  credentials?: CredentialSource,
): Promise<{ registry: Registry; host: string }> {
  const { io, log, signal } = context
  const { environment, clock, random } = io
  const registry = createRegistry({
    environment,
    clock,
    log,
    signal,
    random,
    credentials: credentials ?? (await credentialsOf(context, options, host)),
    hosts: await hostsOf(context, options, host),
    allowPlainHttp: options.allowHttp,
    connectionsPerHost: options.maxConcurrency ?? limits.connectionsPerHost,
    ...(options.registryCa === undefined ? {} : { ca: [await readPem(context, options.registryCa)] }),
  })
  context.atEnd(() => registry.close())
  return { registry, host }
}

/** What the user has, after what he gave with the call. */
export async function credentialsOf(
  context: Context,
  options: RegistryOptions,
  host: string,
): Promise<CredentialSource> {
  const { environment, home } = context.io
  const kept = dockerCredentials({ environment, home, run: runProgram(environment) })
  const { username, passwordStdin } = options
  if (username === undefined && !passwordStdin) return kept
  if (username === undefined)
    throw cliFault('USAGE_FLAG_MISSING', '--password-stdin needs the name too.', { fix: 'Add --username NAME.' })
  const password = passwordStdin
    ? await readPassword(context)
    : await context.io.askSecret(`Password of ${username} at ${host}`)
  if (password === undefined || password === '') {
    throw cliFault('PASSWORD_MISSING', `There is no password for ${username} at ${host}.`, {
      fix: 'Give it on standard input: printf %s "$TOKEN" | zegel … --username NAME --password-stdin',
    })
  }
  return explicitCredentials(host, { kind: 'password', username, password }, kept)
}

async function readPassword(context: Context): Promise<string> {
  return textOf(await readNamedFile(context, '-', limits.keyFileBytes)).replace(/\r?\n$/, '')
}

async function hostsOf(context: Context, options: RegistryOptions, host: string): Promise<HostsConfig> {
  const { environment, home } = context.io
  const files = fileHosts([...options.hostsDir, ...hostsFolders(environment, home)])
  const { registryClientCert, registryClientKey } = options
  if (registryClientCert === undefined && registryClientKey === undefined) return files
  if (registryClientCert === undefined || registryClientKey === undefined) {
    throw cliFault('USAGE_FLAG_MISSING', 'A client certificate and its key belong together.', {
      fix: 'Give both --registry-client-cert and --registry-client-key.',
    })
  }
  const clientCertificate = {
    certificate: await readPem(context, registryClientCert),
    key: await readPem(context, registryClientKey),
  }
  return {
    configured: async (registry) => {
      const found = await files.configured(registry)
      return registry === host ? { mirrors: [], ...found, tls: { ...found?.tls, clientCertificate } } : found
    },
  }
}

async function readPem(context: Context, path: string): Promise<string> {
  return textOf(await readNamedFile(context, path, limits.keyFileBytes))
}

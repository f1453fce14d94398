/**
 * What administrators wrote about registries: containerd's `hosts.toml` (docs/hosts.md) and docker's certs.d folder (`ca.crt`,
 * `client.cert`, `client.key`). Nothing is loaded for a host of which nothing is written.
 */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../base/index.ts'
import { pemCertificates, type TlsSettings } from '../http/index.ts'
import { readConfigured } from './configured-file.ts'
import type { ConfiguredHost, HostsConfig } from './endpoint.ts'

/** Where such folders are, the most particular first: containerd's, docker's, podman's, and the user's own. */
export function hostsFolders(environment: Environment, home: string): readonly string[] {
  const config = environment['XDG_CONFIG_HOME'] || join(home, '.config')
  return [
    join(config, 'containers', 'certs.d'),
    join(config, 'docker', 'certs.d'),
    '/etc/containerd/certs.d',
    '/etc/docker/certs.d',
    '/etc/containers/certs.d',
  ]
}

/** @example fileHosts(hostsFolders(process.env, homedir())) */
export function fileHosts(folders: readonly string[]): HostsConfig {
  let present: readonly string[] | undefined
  const known = new Map<string, Promise<ConfiguredHost | undefined>>()
  return {
    configured: (registry) => {
      present ??= folders.filter((folder) => existsSync(folder))
      const found = known.get(registry) ?? readHost(present, registry)
      known.set(registry, found)
      return found
    },
  }
}

async function readHost(folders: readonly string[], registry: string): Promise<ConfiguredHost | undefined> {
  // A host is checked before it becomes part of a path; IPv6 brackets and a port are all the punctuation there is.
  if (!/^[a-z0-9.\-:[\]]+$/i.test(registry) || registry.includes('..')) return undefined
  for (const folder of folders) {
    for (const name of [registry, registry.replace(/:(\d+)$/, '_$1_')]) {
      const found = await readFolder(join(folder, name))
      if (found !== undefined) return found
    }
  }
  for (const folder of folders) {
    const found = await readToml(join(folder, '_default'))
    if (found !== undefined) return found
  }
  return undefined
}

async function readFolder(folder: string): Promise<ConfiguredHost | undefined> {
  if (!existsSync(folder)) return undefined
  return (await readToml(folder)) ?? (await readCertificates(folder))
}

async function readToml(folder: string): Promise<ConfiguredHost | undefined> {
  const path = join(folder, 'hosts.toml')
  if (!existsSync(path)) return undefined
  const text = await readConfigured(path)
  const { parseHostsToml } = await import('./hosts-toml.ts')
  return parseHostsToml(text, path, folder)
}

async function readCertificates(folder: string): Promise<ConfiguredHost | undefined> {
  const names = (await readdir(folder)).sort()
  const read = (name: string): Promise<string> => readConfigured(join(folder, name))
  const authorities = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read))
  const certificate = names.find((name) => name.endsWith('.cert') && names.includes(name.replace(/cert$/, 'key')))
  if (authorities.length === 0 && certificate === undefined) return undefined
  const tls: TlsSettings = {
    ca: authorities.flatMap(pemCertificates),
    ...(certificate === undefined
      ? {}
      : {
          clientCertificate: {
            certificate: await read(certificate),
            key: await read(certificate.replace(/cert$/, 'key')),
          },
        }),
  }
  return { mirrors: [], tls }
}

/** containerd's `hosts.toml` (docs/hosts.md): the server, the mirrors before it, and how TLS is spoken with each. Loaded only where such a file is. */

import { resolve } from 'node:path'
import { parse, type TomlTable, type TomlValue } from 'smol-toml'
import { clip } from '../base/index.ts'
import { pemCertificates, type TlsSettings } from '../http/index.ts'
import { readConfigured } from './configured-file.ts'
import type { Capability, ConfiguredEndpoint, ConfiguredHost } from './endpoint.ts'
import { registryFault } from './faults.ts'

const CAPABILITIES: readonly string[] = ['pull', 'resolve', 'push', 'referrers']

/** @throws HOSTS_FILE_INVALID */
export async function parseHostsToml(text: string, path: string, folder: string): Promise<ConfiguredHost> {
  const reader = new HostsReader(path, folder)
  let root: TomlTable
  try {
    root = parse(text)
  } catch (cause) {
    throw reader.invalid(`it is no TOML: ${clip(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '')}`)
  }
  return reader.host(root)
}

class HostsReader {
  private readonly path: string
  private readonly folder: string

  constructor(path: string, folder: string) {
    this.path = path
    this.folder = folder
  }

  async host(root: TomlTable): Promise<ConfiguredHost> {
    const tls = await this.tls(root)
    const url = root['server'] === undefined ? undefined : this.string(root['server'], 'server')
    const server = url === undefined || url === '' ? undefined : await this.endpoint(url, root)
    const mirrors: ConfiguredEndpoint[] = []
    // In the order in which they are written: that is the order in which they are asked.
    for (const [mirror, table] of Object.entries(this.table(root['host'] ?? {}, 'host'))) {
      mirrors.push(await this.endpoint(mirror, this.table(table, `host."${mirror}"`)))
    }
    return { mirrors, ...(server === undefined ? {} : { server }), ...(tls === undefined ? {} : { tls }) }
  }

  private async endpoint(url: string, table: TomlTable): Promise<ConfiguredEndpoint> {
    const tls = await this.tls(table)
    const capabilities = table['capabilities']
    return {
      url: this.url(url),
      ...(table['override_path'] === true ? { overridePath: true } : {}),
      ...(capabilities === undefined ? {} : { capabilities: this.capabilities(capabilities) }),
      ...(table['header'] === undefined ? {} : { headers: this.headers(table['header']) }),
      ...(tls === undefined ? {} : { tls }),
    }
  }

  private url(text: string): string {
    const full = text.includes('://') ? text : `https://${text}`
    const url = URL.canParse(full) ? new URL(full) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
      throw this.invalid(`"${clip(text, 100)}" is not the address of a registry`)
    }
    return full
  }

  private capabilities(value: TomlValue): readonly Capability[] {
    const names = this.strings(value, 'capabilities')
    const unknown = names.find((name) => !CAPABILITIES.includes(name))
    if (unknown !== undefined) throw this.invalid(`"${clip(unknown, 60)}" is not a capability`)
    return names as readonly Capability[]
  }

  private headers(value: TomlValue): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {}
    for (const [name, one] of Object.entries(this.table(value, 'header'))) {
      const values = this.strings(one, `header.${name}`)
      if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || values.some((text) => /[^\t\x20-\x7e]/.test(text))) {
        throw this.invalid(`"${clip(name, 60)}" cannot be sent as a header`)
      }
      headers[name.toLowerCase()] = values.join(', ')
    }
    return headers
  }

  private async tls(table: TomlTable): Promise<TlsSettings | undefined> {
    const { ca, client, skip_verify: skipVerify } = table
    if (ca === undefined && client === undefined && skipVerify === undefined) return undefined
    const files = ca === undefined ? [] : await Promise.all(this.strings(ca, 'ca').map((file) => this.read(file)))
    const certificate = client === undefined ? undefined : await this.clientCertificate(client)
    return {
      ca: files.flatMap(pemCertificates),
      ...(certificate === undefined ? {} : { clientCertificate: certificate }),
      ...(skipVerify === true ? { insecure: true } : {}),
    }
  }

  /** `"both.pem"`, `["both.pem"]`, `[["client.cert", "client.key"]]`; the first one is used. */
  private async clientCertificate(value: TomlValue): Promise<{ certificate: string; key: string }> {
    const first = Array.isArray(value) ? (value[0] ?? '') : value
    const files = this.strings(first, 'client')
    const certificate = await this.read(files[0] ?? '')
    const key = files[1] === undefined || files[1] === '' ? certificate : await this.read(files[1])
    return { certificate, key }
  }

  private read(file: string): Promise<string> {
    return readConfigured(resolve(this.folder, file))
  }

  private table(value: TomlValue, where: string): TomlTable {
    if (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)) return value as TomlTable
    throw this.invalid(`${clip(where, 100)} is no table`)
  }

  private string(value: TomlValue, where: string): string {
    if (typeof value === 'string') return value
    throw this.invalid(`${where} is no string`)
  }

  private strings(value: TomlValue, where: string): readonly string[] {
    return Array.isArray(value) ? value.map((one) => this.string(one, where)) : [this.string(value, where)]
  }

  invalid(why: string): Error {
    return registryFault('HOSTS_FILE_INVALID', `${this.path} cannot be used: ${why}.`, {
      fix: 'Correct the file; containerd describes it in docs/hosts.md.',
    })
  }
}

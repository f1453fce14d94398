/** The port through which plugins are run, and the part of the environment that they see. */

import type { Bytes, Environment } from '../../base/index.ts'
import type { PluginCommand } from './protocol.ts'

export interface PluginCall {
  /** Absolute path. */
  readonly program: string
  readonly command: PluginCommand
  /** Written to its standard input. */
  readonly request: Bytes
  /** The whole environment of the process. */
  readonly environment: Environment
  readonly timeoutMs: number
  /** Ends the process when it is aborted. */
  readonly signal?: AbortSignal
}

export interface PluginExit {
  /** Undefined where a signal ended it. */
  readonly status: number | undefined
  readonly stdout: Bytes
  readonly stderr: Bytes
  /** It was killed, with everything that it had started, for this. */
  readonly stopped?: 'timeout' | 'flood'
}

/** Runs a program without a shell, with the command as its one argument. Rejects where it cannot be started, and with the signal's reason. */
export type RunPlugin = (call: PluginCall) => Promise<PluginExit>

/**
 * What plugins may see of our environment: where programs, folders, proxies and authorities of TLS are, the language, and what the services behind
 * the known plugins are configured with. Passwords of keys and registries are not among it.
 */
export const passedVariables: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_*',
  'TZ',
  'TMPDIR',
  'XDG_*',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'DOTNET_*',
  'AWS_*',
  'AZURE_*',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'IMDS_ENDPOINT',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'VAULT_*',
  'VENAFI_*',
  'ALIBABA_CLOUD_*',
  'GOOGLE_*',
  'PKCS11_*',
  // Of Windows, where programs hardly start without them.
  'SYSTEMROOT',
  'WINDIR',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
]

/** @param also further names, in capitals, `*` at the end standing for any rest */
export function pluginEnvironment(environment: Environment, also: readonly string[] = []): Environment {
  const allowed = [...passedVariables, ...also]
  const passes = (name: string): boolean =>
    allowed.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known))
  return Object.fromEntries(Object.entries(environment).filter(([name]) => passes(name.toUpperCase())))
}

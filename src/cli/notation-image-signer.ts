/** The signer of Notation signatures that the flags of `sign` name: a key with its certificates, a key of notation's own list, or a plugin. */

import { limits } from '../base/index.ts'
import { readCertificates } from '../pki/index.ts'
import {
  certifiedSigner,
  findNotationKey,
  type NotationFormat,
  type NotationSignature,
  type NotationSigner,
  openPlugin,
  pluginSigner,
  readNotationKeys,
  type SignedContent,
  signNotation,
  spawnPlugin,
} from '../signing/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'
import { type ImageSignerOptions, noKey } from './image-signer-options.ts'
import { openSigningKey } from './keys.ts'
import { notationFolders } from './notation-folders.ts'
import type { PasswordOptions } from './password.ts'
import { readAnnotations } from './question.ts'
import type { OpenedSigner, SignerReport } from './sign-images.ts'
import { timestampService } from './timestamp-service.ts'

/** @throws USAGE…, KEY_…, SIGNING_…, PLUGIN_… */
export async function openNotationSigner(
  context: Context,
  format: NotationFormat,
  options: ImageSignerOptions,
): Promise<OpenedSigner> {
  if (options.signContainerIdentity !== undefined) {
    throw cliFault('USAGE', 'A Notation signature has no place for a repository name.', {
      fix: 'Leave --sign-container-identity out, or sign the name with it: --user-metadata name=NAME.',
    })
  }
  const signature: NotationSignature = {
    encoding: format === 'notation-jws' ? 'jws' : 'cose',
    annotations: readAnnotations([...options.annotations, ...options.userMetadata]),
    ...(options.expiry === undefined ? {} : { expiresAfter: wholeSeconds(options.expiry) }),
    ...(await timestampOf(context, options)),
  }
  const { signer, name } = await openChosen(context, options)
  return {
    sign: (target, signing) => signNotation(target, signature, signer, signing),
    report: (signed) => certificateReport(signed, name),
  }
}

function wholeSeconds(milliseconds: number): number {
  if (milliseconds % 1000 === 0) return milliseconds
  throw cliFault('USAGE_VALUE_INVALID', 'A signature expires at a whole second.', { fix: 'Write --expiry 24h.' })
}

async function timestampOf(
  context: Context,
  { timestampUrl, timestampRootCert }: ImageSignerOptions,
): Promise<Pick<NotationSignature, 'timestamp'>> {
  if (timestampUrl === undefined && timestampRootCert === undefined) return {}
  if (timestampUrl === undefined || timestampRootCert === undefined) {
    throw cliFault('USAGE_FLAG_MISSING', '--timestamp-url and --timestamp-root-cert belong together.', {
      fix: 'Give both: the address of the timestamp authority, and the root certificate that it must chain to.',
    })
  }
  return { timestamp: await timestampService(context, timestampUrl, timestampRootCert) }
}

interface ChosenSigner {
  readonly signer: NotationSigner
  /** How it was named. */
  readonly name: string
}

async function openChosen(context: Context, options: ImageSignerOptions): Promise<ChosenSigner> {
  const { key, keyName, plugin, certChain } = options
  if ([key, keyName, plugin].filter((it) => it !== undefined).length > 1) {
    throw cliFault('USAGE', '--key, --key-name and --plugin are three ways to name one key.', {
      fix: 'Give one of them.',
    })
  }
  refuseLonely(options)
  if (plugin !== undefined) return openNamedPlugin(context, plugin, options)
  if (keyName !== undefined) return openListedKey(context, keyName, options)
  if (key === undefined) throw noKey()
  return { signer: await openCertified(context, key, certChain, options), name: key }
}

/** Flags that would silently mean nothing. */
function refuseLonely({ key, plugin, id, pluginConfig, certChain }: ImageSignerOptions): void {
  const without = (flag: string, other: string): Error =>
    cliFault('USAGE_FLAG_MISSING', `${flag} says something only together with ${other}.`, { fix: `Add ${other}.` })
  if (plugin === undefined && id !== undefined) throw without('--id', '--plugin NAME')
  if (plugin === undefined && pluginConfig.length > 0) throw without('--plugin-config', '--plugin NAME')
  if (plugin !== undefined && id === undefined) throw without('--plugin', '--id KEYID')
  if (key === undefined && certChain !== undefined) throw without('--cert-chain', '--key FILE')
}

async function openNamedPlugin(
  context: Context,
  name: string,
  { id, pluginConfig }: ImageSignerOptions,
): Promise<ChosenSigner> {
  const config = readAnnotations(pluginConfig)
  return { signer: await openPluginSigner(context, name, id ?? '', config), name: `${name} ${id}` }
}

/** @param name `default` is the one that the list names so */
async function openListedKey(context: Context, name: string, options: ImageSignerOptions): Promise<ChosenSigner> {
  const { signingKeys: path } = notationFolders(context.io)
  const list = readNotationKeys(await readNamedFile(context, path, limits.configFileBytes), path)
  const key = findNotationKey(list, name === 'default' ? undefined : name, path)
  if (key.kind === 'plugin')
    return { signer: await openPluginSigner(context, key.pluginName, key.id, key.pluginConfig), name: key.name }
  return { signer: await openCertified(context, key.keyPath, key.certPath, options), name: key.name }
}

async function openPluginSigner(
  context: Context,
  name: string,
  keyId: string,
  config: Readonly<Record<string, string>>,
): Promise<NotationSigner> {
  const { io, signal } = context
  const { plugins: folder } = notationFolders(io)
  const { environment } = io
  const plugin = await openPlugin({ name, folder, environment, config, run: spawnPlugin, signal })
  return pluginSigner(plugin, keyId, io.clock)
}

/** A key file with its certificates; the same for a key of notation's list. */
async function openCertified(
  context: Context,
  key: string,
  chainFile: string | undefined,
  options: PasswordOptions,
): Promise<NotationSigner> {
  const opened = await openSigningKey(context, key, options)
  if (chainFile === undefined && opened.certificates.length === 0) {
    throw cliFault('USAGE_FLAG_MISSING', `A Notation signature carries certificates, and ${key} brings none.`, {
      fix: 'Add --cert-chain FILE: the certificate of the key, those that issued it, up to the root.',
    })
  }
  const named =
    chainFile === undefined
      ? []
      : readCertificates(await readNamedFile(context, chainFile, limits.keyFileBytes), chainFile)
  const certificates = [...named, ...opened.certificates]
  return certifiedSigner(opened.key, certificates, chainFile ?? key, context.io.clock())
}

function certificateReport({ certificate }: SignedContent, file: string | undefined): SignerReport {
  if (certificate === undefined) throw new TypeError('A Notation signature has a certificate.')
  const { type, fingerprint } = certificate.publicKey()
  return { type, fingerprint, ...(file === undefined ? {} : { file }) }
}

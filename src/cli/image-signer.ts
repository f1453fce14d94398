/** The signer that the flags of `sign` name, for each format: a key, a key with its certificates, a key of notation's own list, or a plugin. */

import { limits } from '../base/index.ts'
import {
  type NotationFormat,
  type NotationSignature,
  type NotationSigner,
  type SignatureFormat,
  type SignedContent,
  signImage,
} from '../signing/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'
import { openSigningKey } from './keys.ts'
import type { PasswordOptions } from './password.ts'
import { readAnnotations } from './question.ts'
import { type OpenedSigner, openKeySigner, type SignerReport } from './sign-images.ts'
import { timestampService } from './timestamp-service.ts'

export interface ImageSignerOptions extends PasswordOptions {
  readonly key: string | undefined
  readonly format: SignatureFormat | NotationFormat
  readonly annotations: readonly string[]
  readonly signContainerIdentity: string | undefined
  readonly certChain: string | undefined
  readonly expiry: number | undefined
  readonly userMetadata: readonly string[]
  readonly timestampUrl: string | undefined
  readonly timestampRootCert: string | undefined
}

/** @throws USAGE…; whatever keeps the key from being opened */
export async function openImageSigner(context: Context, options: ImageSignerOptions): Promise<OpenedSigner> {
  const { format } = options
  if (format === 'notation-jws' || format === 'notation-cose') return openNotationSigner(context, format, options)
  refuseNotationFlags(options)
  const { key, signContainerIdentity: name } = options
  if (key === undefined) throw noKey()
  const signature = {
    format,
    annotations: readAnnotations(options.annotations),
    ...(name === undefined ? {} : { name }),
  }
  return openKeySigner(context, key, options, (target, signer, signing) =>
    signImage(target, signature, signer, signing),
  )
}

function noKey(): Error {
  return cliFault('USAGE_FLAG_MISSING', 'Nothing says which key signs.', {
    fix: 'Add --key FILE; make one with "zegel key generate --out release".',
  })
}

/** Flags that would silently mean nothing. */
function refuseNotationFlags(options: ImageSignerOptions): void {
  const given = [
    options.certChain === undefined ? [] : ['--cert-chain'],
    options.expiry === undefined ? [] : ['--expiry'],
    options.userMetadata.length === 0 ? [] : ['--user-metadata'],
    options.timestampUrl === undefined ? [] : ['--timestamp-url'],
    options.timestampRootCert === undefined ? [] : ['--timestamp-root-cert'],
  ].flat()
  if (given.length === 0) return
  throw cliFault('USAGE', `${given[0]} belongs to Notation signatures, but the format is ${options.format}.`, {
    fix: 'Add --format notation-jws or notation-cose, or leave it out.',
  })
}

async function openNotationSigner(
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
  const { signNotation } = await import('../signing/index.ts')
  const { key: file } = options
  if (file === undefined) throw noKey()
  const signer = await openCertified(context, file, options.certChain, options)
  return {
    sign: (target, signing) => signNotation(target, signature, signer, signing),
    report: (signed) => certificateReport(signed, file),
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

/** A key file with its certificates; the same for a key of notation's list. */
export async function openCertified(
  context: Context,
  key: string,
  chainFile: string | undefined,
  options: PasswordOptions,
): Promise<NotationSigner> {
  const [{ readCertificates }, { certifiedSigner }] = await Promise.all([
    import('../pki/index.ts'),
    import('../signing/index.ts'),
  ])
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

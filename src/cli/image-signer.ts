/** The signer that the flags of `sign` name, for each format. */

import { signImage } from '../signing/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { type ImageSignerOptions, noKey } from './image-signer-options.ts'
import { readAnnotations } from './question.ts'
import { type OpenedSigner, openKeySigner } from './sign-images.ts'

/** @throws USAGE…; whatever keeps the key from being opened */
export async function openImageSigner(context: Context, options: ImageSignerOptions): Promise<OpenedSigner> {
  const { format } = options
  // Certificates, plugins and timestamps are a world of their own: the other formats load none of it.
  if (format === 'notation-jws' || format === 'notation-cose')
    return (await import('./notation-image-signer.ts')).openNotationSigner(context, format, options)
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

/** Flags that would silently mean nothing. */
function refuseNotationFlags(options: ImageSignerOptions): void {
  const given = [
    options.keyName === undefined ? [] : ['--key-name'],
    options.plugin === undefined ? [] : ['--plugin'],
    options.id === undefined ? [] : ['--id'],
    options.pluginConfig.length === 0 ? [] : ['--plugin-config'],
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

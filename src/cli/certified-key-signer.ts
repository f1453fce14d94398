/** The key of `--key` with the certificates of `--cert-chain`, for the formats where a certificate may lie beside the signature. */

import { limits } from '../base/index.ts'
import { readCertificates } from '../pki/index.ts'
import { certifiedKeySigner, type Signer } from '../signing/index.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './files.ts'
import { openSigningKey } from './keys.ts'
import type { PasswordOptions } from './password.ts'

/** @throws KEY_…, FILE_…, CERTIFICATE_FILE_INVALID, SIGNING_CHAIN_INVALID */
export async function openCertifiedKey(
  context: Context,
  key: string,
  chainFile: string,
  options: PasswordOptions,
): Promise<Signer> {
  const opened = await openSigningKey(context, key, options)
  // A PKCS#12 file is named for both.
  const isBoth = chainFile === key && opened.certificates.length > 0
  const named = isBoth ? [] : readCertificates(await readNamedFile(context, chainFile, limits.keyFileBytes), chainFile)
  const signer = certifiedKeySigner(opened.key, [...named, ...opened.certificates], chainFile, context.io.clock())
  if (signer.certificate === undefined) {
    context.say(
      'The certificate has no subject alternative name that anybody could ask for: it is left out, and the signature is verified with its key (verify --key).',
    )
  }
  return signer
}

/** Files of a trust store that we write: PEM, as notation reads them, named after the file that the certificates came from. */

import { basename, extname } from 'node:path'
import { type Bytes, concat, digestHex } from '../base/index.ts'
import { writePem } from '../crypto/index.ts'
import type { Certificate } from '../pki/index.ts'

const EXTENSIONS: readonly string[] = ['.pem', '.crt', '.cer']
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/

/**
 * A name that is not taken yet: "root.pem", else "root-1a2b3c4d.pem" by the digest of the certificate.
 * @param from the path that the certificates came from; "-" where it has none
 */
export function storeFileName(from: string, certificate: Certificate, isTaken: (name: string) => boolean): string {
  const extension = extname(from)
  const kept = EXTENSIONS.includes(extension) ? extension : '.pem'
  const named = basename(from, extension)
  const stem = SAFE.test(named) ? named : 'certificate'
  const name = `${stem}${kept}`
  return isTaken(name) ? `${stem}-${digestHex(certificate.fingerprint).slice(0, 16)}${kept}` : name
}

/** The certificates and nothing else: what lay beside them in the original file stays there. */
export function writeStoreFile(certificates: readonly Certificate[]): Bytes {
  return concat(...certificates.map(({ raw }) => writePem('CERTIFICATE', raw)))
}

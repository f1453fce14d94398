/** Certificates of a trust store as a person names them: by their file, or by their fingerprint or its beginning. */

import type { StoredCertificate } from '../trust/index.ts'
import { formatStoreName, type StoreName, trustFault } from '../trust/index.ts'

const BEGINNING = /^[0-9a-f]{8,64}$/

/** With colons between the octets too, as OpenSSL writes it. */
export function isNamedBy(word: string, { file, certificate }: StoredCertificate): boolean {
  if (word === file) return true
  const digits = word
    .toLowerCase()
    .replace(/^sha256:/, '')
    .replaceAll(':', '')
  return BEGINNING.test(digits) && certificate.fingerprint.startsWith(`sha256:${digits}`)
}

export function notStored(word: string, store: StoreName, directory: string): Error {
  const { type, name } = store
  return trustFault('TRUST_CERTIFICATE_NOT_STORED', `${formatStoreName(store)} has no "${word.slice(0, 200)}".`, {
    fix: `See what it has: zegel trust list --type ${type} --store ${name} --dir ${directory}`,
  })
}

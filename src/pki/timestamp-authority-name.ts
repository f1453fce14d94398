/** The name in a timestamp of who made it (RFC 3161 section 2.4.2, `tsa`): it must be one of the names in the certificate that signed. */

import { type Bytes, sameBytes } from '../base/index.ts'
import { DerReader, derTags, readDerSequence } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { extensionIds } from './certificate-extensions.ts'
import { readGeneralName } from './general-name.ts'
import type { Name } from './name.ts'

const WHAT = 'The name of the authority in the timestamp'

/**
 * @param authority GeneralName, DER; where there is none, nothing is claimed
 * @throws DER_INVALID, CERTIFICATE_INVALID
 */
export function isAuthorityNamed(authority: Bytes | undefined, certificate: Certificate): boolean {
  if (authority === undefined) return true
  const reader = new DerReader(authority, WHAT)
  const name = readGeneralName(reader.next(), WHAT)
  if (name.kind === 'directory' && isSameName(name.name, certificate.subject)) return true
  return alternativeNames(certificate).some((one) => sameBytes(one, authority))
}

/** The same attributes; authorities write one name in several string types. */
function isSameName(a: Name, b: Name): boolean {
  if (sameBytes(a.raw, b.raw)) return true
  return (
    a.attributes.length === b.attributes.length &&
    a.attributes.every((one, index) => {
      const other = b.attributes[index]
      return other?.rdn === one.rdn && other.oid === one.oid && one.text !== undefined && other.text === one.text
    })
  )
}

/** Each GeneralName of the certificate, DER. */
function alternativeNames({ extensions }: Certificate): readonly Bytes[] {
  const extension = extensions.get(extensionIds.subjectAltName)
  if (extension?.value[0] !== derTags.sequence) return []
  const list = readDerSequence(extension.value, WHAT)
  const names: Bytes[] = []
  while (!list.atEnd) names.push(list.next().raw)
  return names
}

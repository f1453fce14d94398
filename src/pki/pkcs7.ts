/** Bags of certificates (PKCS#7, RFC 2315 and RFC 5652 section 5): SignedData that signs nothing, as `.p7b` and `.p7c` files are. */

import type { Bytes } from '../base/index.ts'
import { derFromBer } from './ber.ts'
import type { Certificate } from './certificate.ts'
import { parseSignedData } from './cms.ts'
import { pkiFault } from './faults.ts'

/** Down to the list of certificates: those themselves are DER, or refused. */
const BER_LEVELS = 3

/**
 * The certificates of the bag, in its order, which says nothing; at least one. Signatures that it may have are not looked at.
 * @param bag DER, or BER as Windows and Java write it
 * @throws CERTIFICATE_FILE_INVALID where one of them cannot be read; DER_INVALID, CMS_INVALID, CMS_UNSUPPORTED, LIMIT_EXCEEDED
 */
export function readPkcs7(bag: Bytes, where: string): readonly Certificate[] {
  const { certificates, strangers } = parseSignedData(
    derFromBer(bag, `The PKCS#7 bag in ${where}`, BER_LEVELS),
    `The PKCS#7 bag in ${where}`,
  )
  if (strangers > 0)
    throw pkiFault('CERTIFICATE_FILE_INVALID', `${strangers} of the certificates in ${where} cannot be read.`)
  if (certificates.length === 0)
    throw pkiFault('CERTIFICATE_FILE_INVALID', `The PKCS#7 bag in ${where} has no certificate.`)
  return certificates
}

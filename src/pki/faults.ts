/** The closed list of what can be wrong with a certificate, a list of revoked ones, an answer about them or a timestamp. */

import { faults } from '../base/index.ts'

export const pkiFault = faults({
  CERTIFICATE_INVALID: 1,
  ALGORITHM_REFUSED: 1,
  DISTINGUISHED_NAME_INVALID: 2,
  CERTIFICATE_FILE_INVALID: 2,
  PKCS12_INVALID: 2,
  /** Encryption that is broken, integrity by a signature, several keys. */
  PKCS12_UNSUPPORTED: 2,
  CMS_INVALID: 1,
  CMS_UNSUPPORTED: 1,
  TIMESTAMP_INVALID: 1,
  TIMESTAMP_REFUSED: 3,
  TIMESTAMP_REPLY_INVALID: 3,
  TIMESTAMP_AUTHORITY_FAILED: 3,
  CRL_INVALID: 1,
  /** Delta without base, indirect, limited to some reasons, an unknown critical extension. */
  CRL_UNSUPPORTED: 1,
  OCSP_INVALID: 1,
  OCSP_UNSUPPORTED: 1,
})

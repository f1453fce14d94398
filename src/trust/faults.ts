/** The closed list of what can be wrong with trust material, and with fetching what it needs. */

import { faults } from '../base/index.ts'

export const trustFault = faults({
  /** Nothing, or no answer, came from where a certificate says that its revocation can be asked. */
  REVOCATION_UNREACHABLE: 3,
  REVOCATION_TIMEOUT: 3,
  REVOCATION_URL_UNUSABLE: 3,
  /** Nobody was asked, and what was collected beforehand does not have it. */
  REVOCATION_NOT_COLLECTED: 3,
  REVOCATION_FOLDER_INVALID: 2,
  TRUST_POLICY_INVALID: 2,
  TRUST_IDENTITY_INVALID: 2,
  TRUST_STORE_NAME_INVALID: 2,
  TRUST_STORE_MISSING: 2,
  TRUST_STORE_INVALID: 2,
  TRUST_CERTIFICATE_UNFIT: 2,
  TRUST_CERTIFICATE_NOT_STORED: 2,
})

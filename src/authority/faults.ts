/** The closed list of what the testing authority refuses to issue, to answer, or to read. */

import { faults } from '../base/index.ts'

export const authorityFault = faults({
  /** A part of a distinguished name that no certificate may have. */
  NAME_UNUSABLE: 2,
  /** The folder of `pki init` lacks a part, or its parts do not belong together. */
  AUTHORITY_DAMAGED: 2,
  /** No certificate of this authority has the serial number. */
  SERIAL_UNKNOWN: 2,
  /** A request for a timestamp or an OCSP answer that is not one. */
  REQUEST_MALFORMED: 1,
})

/** A certificate as the outputs of `zegel pki` show it. */

import { hex, rfc3339 } from '../base/index.ts'
import type { PkiRevokeReport } from '../contract/index.ts'
import { type Certificate, formatName } from '../pki/index.ts'

export function certificateReport({
  subject,
  serial,
  fingerprint,
  notBefore,
  notAfter,
}: Certificate): PkiRevokeReport['certificate'] {
  return {
    subject: formatName(subject),
    serial: hex(serial),
    fingerprint,
    notBefore: rfc3339(notBefore),
    notAfter: rfc3339(notAfter),
  }
}

/** The closed list of what a registry, or the way to it, can say or do. */

import { faults } from '../base/index.ts'

export const registryFault = faults({
  REGISTRY_UNREACHABLE: 3,
  /** 401, also after what credentials there are were shown. */
  REGISTRY_UNAUTHORIZED: 3,
  /** 403: known who asks, and not allowed. */
  REGISTRY_DENIED: 3,
  REGISTRY_RATE_LIMITED: 3,
  REGISTRY_SERVER_ERROR: 3,
  /** An answer that the distribution specification does not know. */
  REGISTRY_ANSWER_INVALID: 3,
  /** 400, 405, 413 …: what was sent is not taken, or not supported. */
  REGISTRY_REFUSED: 3,
  /** An upload that broke and could not be resumed or begun anew. */
  REGISTRY_UPLOAD_LOST: 3,
  /** A challenge asks for credentials in a way or at a place where they are not given. */
  REGISTRY_CHALLENGE_REFUSED: 3,
  REGISTRY_NAME_INVALID: 2,
  CREDENTIALS_FILE_INVALID: 2,
  CREDENTIAL_HELPER_FAILED: 3,
  HOSTS_FILE_INVALID: 2,
})

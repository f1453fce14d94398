/** The closed list of what can be wrong with a layout, an archive or the disk they are on. */

import { baseFault, type Digest, type Fault, faults } from '../base/index.ts'

export const layoutFault = faults({
  LAYOUT_MISSING: 2,
  LAYOUT_INVALID: 2,
  LAYOUT_AMBIGUOUS: 2,
  LAYOUT_IMAGE_MISSING: 3,
  LAYOUT_LOCKED: 3,
  ARCHIVE_MISSING: 2,
  ARCHIVE_INVALID: 2,
  DOCKER_ARCHIVE_HAS_NO_DIGEST: 2,
  DOCKER_ARCHIVE_NOT_REPRODUCED: 2,
  STORAGE_FULL: 3,
  STORAGE_DENIED: 2,
  STORAGE_FAILED: 3,
})

const DAMAGED = 'It was changed or damaged after it was made: make it again from its source.'

/** Stored bytes are not what their name says. */
export function damaged(where: string, digest: Digest, found: string): Fault {
  return baseFault('DIGEST_MISMATCH', `${where} should hold ${digest}, but ${found}.`, { fix: DAMAGED })
}

/** An error of the file system in one sentence, with what to do. Faults pass as they are. */
export function storageFault(error: unknown, path: string, doing: 'read' | 'written'): unknown {
  const code = (error as { code?: unknown } | undefined)?.code
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return error
  const details = { cause: error, facts: { path, errno: code } }
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return layoutFault('STORAGE_FULL', `${path} could not be written: the disk or the quota is full.`, {
        ...details,
        fix: 'Free some space and run the same again; what was completed is kept and not transferred twice.',
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return layoutFault('STORAGE_DENIED', `${path} may not be ${doing} by this user (${code}).`, {
        ...details,
        fix: 'Use a path this user may use, or change its permissions.',
      })
    default:
      return layoutFault('STORAGE_FAILED', `${path} could not be ${doing} (${code}).`, details)
  }
}

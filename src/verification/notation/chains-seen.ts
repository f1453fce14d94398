/**
 * Chains that were read and checked before, by the digest of their bytes: the rules of a chain are a function of nothing else, and the images of
 * one organisation are signed with few chains. Neither trust nor time is in it.
 */

import { limits } from '../../base/index.ts'
import type { Certificate } from '../../pki/index.ts'
import type { Finding } from '../finding.ts'

interface ReadChain {
  readonly chain?: readonly Certificate[]
  readonly finding: Finding
}

const kept = new Map<string, ReadChain>()

export const chainsSeen = {
  get: (key: string): ReadChain | undefined => kept.get(key),
  /** The oldest one goes when there are too many: whoever sends many chains only pushes out others. */
  set: (key: string, chain: ReadChain): void => {
    const [oldest] = kept.keys()
    if (kept.size >= limits.chainsKept && oldest !== undefined) kept.delete(oldest)
    kept.set(key, chain)
  },
}

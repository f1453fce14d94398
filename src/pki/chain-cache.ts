/** Remembers what the rules said of a chain: most images of an organisation are signed with the same one. */

import { type Digest, digestOfParts, utf8 } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { checkChain } from './chain.ts'
import type { ChainProblem, ChainPurpose } from './chain-problem.ts'

export interface ChainCache {
  /** As `checkChain`. */
  check(chain: readonly Certificate[], purpose: ChainPurpose): ChainProblem | undefined
}

/**
 * The rules read nothing but the bytes of the chain and the purpose, so their answer holds for good; the one that was asked for longest ago goes first.
 * @param limit how many answers are kept
 */
export function createChainCache(limit: number): ChainCache {
  const answers = new Map<Digest, ChainProblem | 'kept'>()
  return {
    check: (chain, purpose) => {
      const key = keyOf(chain, purpose)
      const answer = answers.get(key) ?? checkChain(chain, purpose) ?? 'kept'
      answers.delete(key)
      answers.set(key, answer)
      for (const oldest of answers.keys()) {
        if (answers.size <= limit) break
        answers.delete(oldest)
      }
      return answer === 'kept' ? undefined : answer
    },
  }
}

function keyOf(chain: readonly Certificate[], purpose: ChainPurpose): Digest {
  const frame = [purpose, ...chain.map(({ raw }) => raw.length)].join()
  return digestOfParts([utf8(`${frame};`), ...chain.map(({ raw }) => raw)])
}

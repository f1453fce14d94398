/** The chain from the leaf of a signature to one of the roots that were given (RFC 5280 section 6, RFC 4158), by the rules of code signing. */

import {
  type Certificate,
  type ChainProblem,
  checkChain,
  isForCodeSigning,
  pathsToRoots,
  validAt,
} from '../../pki/index.ts'
import type { CertificateQuestion } from '../question.ts'

export interface FoundPath {
  readonly chain: readonly Certificate[]
  /** A rule that it breaks; nothing is to be believed of it then. */
  readonly broken?: Pick<ChainProblem, 'detail' | 'fix'>
  /** The certificate of it that is not valid at the moment of verification. */
  readonly outside?: Pick<ChainProblem, 'detail' | 'fix'>
}

/**
 * Any path that holds is enough, and where none does the nearest is told; undefined where no name leads to a root.
 * @param carried what the signature brings along; believed in nothing
 */
export function findPath(
  leaf: Certificate,
  carried: readonly Certificate[],
  { roots, intermediates, at }: CertificateQuestion,
): FoundPath | undefined {
  let nearest: FoundPath | undefined
  // Those of the asker come first: however many a signature brings along, they push none of them out of the search.
  for (const chain of pathsToRoots(leaf, [...intermediates, ...carried], roots)) {
    const broken = checkChain(chain, 'code-signing') ?? otherUse(leaf)
    const outside = validAt(chain, at)
    const path = { chain, ...(broken === undefined ? {} : { broken }), ...(outside === undefined ? {} : { outside }) }
    if (broken === undefined && outside === undefined) return path
    if (nearest === undefined || (nearest.broken !== undefined && broken === undefined)) nearest = path
  }
  return nearest
}

/** The rules forbid some purposes and demand none. Asked after them, so that what is read is well formed. */
function otherUse(leaf: Certificate): Pick<ChainProblem, 'detail' | 'fix'> | undefined {
  if (isForCodeSigning(leaf)) return undefined
  return {
    detail: 'The certificate that signed is for other things than code signing (extended key usage).',
    fix: 'Have it issued again with the extended key usage codeSigning.',
  }
}

/**
 * Chains of certificates, held to the Notary specification's rules (signature specification, "Certificate Requirements") and beyond them to RFC 5280's for
 * critical extensions and name constraints. It says nothing of trust, time and revocation.
 */

import { Fault, limits, sameBytes } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import {
  authorityKeyIdentifier,
  certificatePolicies,
  extendedKeyUsage,
  hasOcspNoCheck,
  nameConstraints,
  subjectKeyIdentifier,
} from './certificate-extensions.ts'
import { type BrokenRule, brokenAuthorityRule, brokenExtensionRule, brokenLeafRule } from './certificate-rules.ts'
import { type ChainProblem, type ChainPurpose, type ChainRule, chainProblem } from './chain-problem.ts'
import { constrainedNames, forbiddenName } from './name-constraints.ts'
import { distributionPointsOf, ocspUrlsOf } from './revocation-pointers.ts'
import { isAuthoritySignedBy, wasSeen } from './seen-links.ts'
import { isSignedBy } from './signature-algorithm.ts'

const WHOLE_CHAIN =
  'Give the whole chain in its order: the certificate that signs, each issuer, the self-signed root, and nothing else.'

/**
 * The first problem of a chain that should be complete and in order, from the leaf to its self-signed root, and nothing else; undefined where it keeps
 * every rule. A certificate that signs itself may stand alone, and is held to the rules of a leaf.
 * @example const problem = checkChain(chain, 'code-signing'); if (problem !== undefined) refuse(problem.detail, problem.fix)
 */
export function checkChain(chain: readonly Certificate[], purpose: ChainPurpose): ChainProblem | undefined {
  if (chain.length === 0) return chainProblem(chain, 0, 'empty', 'has no certificate', WHOLE_CHAIN)
  if (chain.length > limits.certificateChain) {
    const problem = `has ${chain.length} certificates; at most ${limits.certificateChain} are read`
    return { index: 0, subject: '', rule: 'too-long', detail: `The chain ${problem}.`, fix: WHOLE_CHAIN }
  }
  return checkRules(chain, purpose) ?? checkKeys(chain) ?? checkLinks(chain) ?? checkNameConstraints(chain)
}

/** The first certificate that is not valid at the time, in milliseconds since 1970; both ends of a validity belong to it. */
export function validAt(chain: readonly Certificate[], time: number): ChainProblem | undefined {
  const index = chain.findIndex(({ notBefore, notAfter }) => !(time >= notBefore && time <= notAfter))
  const found = chain[index]
  if (chain.length === 0) return chainProblem(chain, 0, 'empty', 'has no certificate', WHOLE_CHAIN)
  if (found === undefined) return undefined
  const dates = `is valid from ${seconds(found.notBefore)} to ${seconds(found.notAfter)}, not at ${seconds(time)}`
  return chainProblem(
    chain,
    index,
    'validity',
    dates,
    'Have the image signed with a certificate that is valid, or with a timestamp.',
  )
}

function seconds(time: number): string {
  return Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 19)}Z` : 'no time'
}

/** Rules of each certificate alone; cheap, so they come before the signatures. */
function checkRules(chain: readonly Certificate[], purpose: ChainPurpose): ChainProblem | undefined {
  return firstProblem(chain, (certificate, index) => {
    for (const read of READERS) read(certificate)
    return (
      brokenExtensionRule(certificate) ??
      (index === 0 ? brokenLeafRule(certificate, purpose) : brokenAuthorityRule(certificate, index - 1))
    )
  })
}

/** Extensions that decide nothing here, or not for each certificate, must be well-formed too. */
const READERS: readonly ((certificate: Certificate) => unknown)[] = [
  extendedKeyUsage,
  subjectKeyIdentifier,
  authorityKeyIdentifier,
  certificatePolicies,
  hasOcspNoCheck,
  ocspUrlsOf,
  distributionPointsOf,
]

/** Keys that no check of a signature below would read for the first time, so that a bad one is told of the certificate that has it. */
function checkKeys(chain: readonly Certificate[]): ChainProblem | undefined {
  return firstProblem(chain, (certificate, index) => {
    const below = chain[index - 1]
    if (below === undefined || index === 1 || !wasSeen(below, certificate)) certificate.publicKey()
    return undefined
  })
}

function checkLinks(chain: readonly Certificate[]): ChainProblem | undefined {
  return firstProblem(chain, (certificate, index) => {
    const next = chain[index + 1]
    if (next === undefined) return brokenRoot(certificate)
    if (isSelfSigned(certificate)) return broken('self-signed', 'signs itself, yet others come after it', WHOLE_CHAIN)
    if (!sameBytes(certificate.issuer.raw, next.subject.raw))
      return broken('issuer', 'was issued by another than the next certificate: the names differ', WHOLE_CHAIN)
    const isSigned = index === 0 ? isSignedBy(certificate, next.publicKey()) : isAuthoritySignedBy(certificate, next)
    return isSigned ? undefined : broken('signature', 'is not signed by the key of the next certificate', WHOLE_CHAIN)
  })
}

function brokenRoot(certificate: Certificate): BrokenRule | undefined {
  if (!sameBytes(certificate.issuer.raw, certificate.subject.raw))
    return broken('root', 'is the last one and was issued by another: the root is missing', WHOLE_CHAIN)
  if (!isAuthoritySignedBy(certificate, certificate))
    return broken('root', 'is the last one and is not signed by its own key', WHOLE_CHAIN)
  return undefined
}

/** Issued by itself and signed by its own key. @throws as `isSignedBy` and `publicKey()` */
export function isSelfSigned(certificate: Certificate): boolean {
  return sameBytes(certificate.issuer.raw, certificate.subject.raw) && isAuthoritySignedBy(certificate, certificate)
}

/** Each authority's constraints on every certificate before it, self-issued ones too. */
function checkNameConstraints(chain: readonly Certificate[]): ChainProblem | undefined {
  return firstProblem(chain, (certificate, index) => {
    const names = constrainedNames(certificate)
    for (const authority of chain.slice(index + 1)) {
      const constraints = nameConstraints(authority)
      const forbidden = constraints === undefined ? undefined : forbiddenName(constraints, names)
      if (forbidden !== undefined)
        return broken(
          'name-constraints',
          `has a name that the name constraints of an authority above it do not allow: ${forbidden}`,
          'Use an authority that may issue for this name.',
        )
    }
    return undefined
  })
}

function broken(rule: ChainRule, problem: string, fix: string): BrokenRule {
  return { rule, problem, fix }
}

/** What cannot be read breaks a rule too: whatever is thrown over a certificate becomes the problem of it. */
function firstProblem(
  chain: readonly Certificate[],
  judge: (certificate: Certificate, index: number) => BrokenRule | undefined,
): ChainProblem | undefined {
  for (const [index, certificate] of chain.entries()) {
    const found = judgeOne(judge, certificate, index)
    if (found !== undefined) return chainProblem(chain, index, found.rule, found.problem, found.fix)
  }
  return undefined
}

function judgeOne(
  judge: (certificate: Certificate, index: number) => BrokenRule | undefined,
  certificate: Certificate,
  index: number,
): BrokenRule | undefined {
  try {
    return judge(certificate, index)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const problem = `cannot be used: ${error.message.replace(/\.$/, '')}`
    return broken(
      ruleOf(error.code),
      problem,
      error.fix ?? 'Have it issued again by an authority that keeps to RFC 5280.',
    )
  }
}

function ruleOf(code: string): ChainRule {
  if (code === 'ALGORITHM_REFUSED') return 'signature-algorithm'
  return code.startsWith('KEY_') ? 'key' : 'malformed'
}

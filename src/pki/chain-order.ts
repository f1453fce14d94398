/**
 * Orders certificates for signing: from those that a person or a key service gives, in any order and with others among them, the way from the
 * certificate of the key to its self-signed root.
 */

import { clip, limits, sameBytes } from '../base/index.ts'
import type { PublicKey } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { checkChain } from './chain.ts'
import { type ChainProblem, type ChainPurpose, chainProblem } from './chain-problem.ts'
import { formatName } from './format-name.ts'
import { pathsToRoots } from './paths.ts'
import { isSignedBy } from './signature-algorithm.ts'

export type OrderedChain =
  | { readonly ok: true; readonly chain: readonly Certificate[] }
  | { readonly ok: false; readonly problem: ChainProblem }

/**
 * The first complete way that keeps every rule for its purpose; where none does, the first complete one, whose problem `checkChain` then says.
 * @param leaf the certificate that signs, or the key whose certificate is looked for in the pool
 * @example const ordered = orderChain(key.publicKey, certificates); if (!ordered.ok) refuse(ordered.problem.detail)
 */
export function orderChain(
  leaf: PublicKey | Certificate,
  pool: readonly Certificate[],
  purpose: ChainPurpose = 'code-signing',
): OrderedChain {
  const leaves = 'tbs' in leaf ? [leaf] : pool.filter(({ spki }) => sameBytes(spki, leaf.spki))
  if (leaves.length === 0) return refused([], 0, noLeaf(pool.length), OWN_CERTIFICATE)
  const different = distinct(pool)
  if (different.length > limits.chainPool)
    return refused([], 0, `cannot be ordered: more than ${limits.chainPool} certificates were given`, OWN_CERTIFICATE)
  const roots = different.filter(isRoot)
  let first: readonly Certificate[] | undefined
  for (const way of waysOf(distinct(leaves), different, roots)) {
    if (checkChain(way, purpose) === undefined) return { ok: true, chain: way }
    if (isLinked(way)) first ??= way
  }
  return first === undefined ? missingIssuer(leaves, different) : { ok: true, chain: first }
}

/** As `orderChain`, of a chain that begins with its leaf and may lack the rest. */
export function completeChain(
  given: readonly Certificate[],
  pool: readonly Certificate[],
  purpose: ChainPurpose = 'code-signing',
): OrderedChain {
  const leaf = given[0]
  return leaf === undefined
    ? refused([], 0, 'has no certificate', OWN_CERTIFICATE)
    : orderChain(leaf, [...given, ...pool], purpose)
}

const OWN_CERTIFICATE = 'Give the certificate of the key, and with it each issuer up to the self-signed root.'

function noLeaf(count: number): string {
  return count === 0 ? 'has no certificate' : `cannot be made: none of the ${count} certificates is that of the key`
}

function* waysOf(
  leaves: readonly Certificate[],
  pool: readonly Certificate[],
  roots: readonly Certificate[],
): Generator<readonly Certificate[]> {
  // Of several certificates of one key the one that is valid longest comes first.
  for (const leaf of leaves.toSorted((a, b) => b.notAfter - a.notAfter)) yield* pathsToRoots(leaf, pool, roots)
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint, certificate])).values()]
}

function isRoot(certificate: Certificate): boolean {
  return sameBytes(certificate.issuer.raw, certificate.subject.raw) && isIssuedBy(certificate, certificate)
}

function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!sameBytes(certificate.issuer.raw, issuer.subject.raw)) return false
  try {
    return isSignedBy(certificate, issuer.publicKey())
  } catch {
    return false
  }
}

/** Signed all the way up, not only by name. */
function isLinked(way: readonly Certificate[]): boolean {
  return way.every((certificate, index) => {
    const issuer = way[index + 1]
    return issuer === undefined || isIssuedBy(certificate, issuer)
  })
}

/** Goes up as far as there are issuers, and names the one that is not there. */
function missingIssuer(leaves: readonly Certificate[], pool: readonly Certificate[]): OrderedChain {
  const chain: Certificate[] = leaves.slice(0, 1)
  for (let last = chain.at(-1); last !== undefined; ) {
    const child = last
    last = pool.find((one) => !chain.includes(one) && isIssuedBy(child, one))
    if (last !== undefined) chain.push(last)
  }
  const index = chain.length - 1
  const issuer = clip(formatName(chain[index]?.issuer ?? { raw: new Uint8Array(), attributes: [] }), 200)
  const problem = `was issued by "${issuer}", and no certificate of that name that signed it was given`
  return refused(
    chain,
    index,
    problem,
    `Add the certificate of "${issuer}" to the file, and its issuers up to the root.`,
  )
}

function refused(chain: readonly Certificate[], index: number, problem: string, fix: string): OrderedChain {
  return { ok: false, problem: chainProblem(chain, index, 'issuer', problem, fix) }
}

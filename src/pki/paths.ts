/** Ways from a certificate to a root over certificates that lie about (RFC 4158): candidates by name only, which the rules for chains then judge. */

import { limits, sameBytes } from '../base/index.ts'
import type { Certificate } from './certificate.ts'

/**
 * Each is the certificate, its issuers, and last one of the roots itself; shorter ways and those of earlier roots come first. The search ends
 * after `limits.pathSteps` certificates were looked at, whatever the pool is made of.
 * @param pool intermediates, believed in nothing
 */
export function* pathsToRoots(
  leaf: Certificate,
  pool: readonly Certificate[],
  roots: readonly Certificate[],
): Generator<readonly Certificate[]> {
  const rooted = new Set(roots.map(({ fingerprint }) => fingerprint))
  const own = roots.find(({ fingerprint }) => fingerprint === leaf.fingerprint)
  if (own !== undefined) yield [own]
  const between = pool.filter(({ fingerprint }) => !rooted.has(fingerprint) && fingerprint !== leaf.fingerprint)
  let ways: readonly (readonly Certificate[])[] = [[leaf]]
  let steps = 0
  for (let length = 1; ways.length > 0 && length < limits.certificateChain; length++) {
    const longer: (readonly Certificate[])[] = []
    for (const way of ways) {
      for (const root of roots) if (isIssuerOf(root, way)) yield [...way, root]
      for (const next of between) {
        if (!isIssuerOf(next, way) || way.some(({ fingerprint }) => fingerprint === next.fingerprint)) continue
        if (++steps > limits.pathSteps) return
        longer.push([...way, next])
      }
    }
    ways = longer
  }
}

function isIssuerOf(candidate: Certificate, way: readonly Certificate[]): boolean {
  const last = way.at(-1)
  return last !== undefined && sameBytes(candidate.subject.raw, last.issuer.raw)
}

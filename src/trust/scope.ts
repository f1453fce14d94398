/**
 * Registry scopes of a trust policy (trust-store-trust-policy.md, "Registry scopes constraints"), and beyond notation those that end in `/*`: the most
 * specific one wins, the whole name before the longest beginning, and `*` last.
 */

import { Fault } from '../base/index.ts'
import { parseReference, repositoryName } from '../oci/index.ts'
import type { TrustPolicyDocument, TrustPolicyStatement } from './document.ts'

const WILDCARD = '/*'

/** `registry.example.org/team/*`: what notation does not know. */
export function isPrefixScope(scope: string): boolean {
  return scope.endsWith(WILDCARD)
}

export interface ScopeProblem {
  /** What is wrong with it, without its name: "has a tag". */
  readonly problem: string
  readonly fix: string
}

/**
 * Why it is no scope; undefined where it is `registry/repository` as references are normalised, or such a beginning with `/*` after it. `*`
 * is none: what it may stand beside is another rule.
 */
export function scopeProblem(scope: string): ScopeProblem | undefined {
  const name = isPrefixScope(scope) ? scope.slice(0, -WILDCARD.length) : scope
  if (name.includes('*'))
    return {
      problem: 'has a "*" in another place than its end',
      fix: 'Write registry.example.org/team/* for all below.',
    }
  // A beginning alone is no reference; any two parts below it make one, and of Docker Hub one that stays as it is.
  const below = isPrefixScope(scope) ? '/x/y' : ''
  const normal = normalName(`${name}${below}`)
  if ('problem' in normal) return normal
  if (normal.name === `${name}${below}`) return undefined
  const meant = normal.name.slice(0, normal.name.length - below.length)
  return {
    problem: 'is not how the name is compared',
    fix: `Write "${meant}${isPrefixScope(scope) ? WILDCARD : ''}", registry and repository in full.`,
  }
}

const FORM = 'Write registry.example.org/team/app, without a tag or digest and in lower case.'

function normalName(name: string): { readonly name: string } | ScopeProblem {
  try {
    const reference = parseReference(name)
    if (reference.tag !== undefined || reference.digest !== undefined)
      return { problem: 'has a tag or a digest', fix: `Write "${repositoryName(reference)}".` }
    return { name: repositoryName(reference) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { problem: 'names no repository', fix: FORM }
  }
}

/**
 * The one statement that speaks for a repository; undefined where none does.
 * @param repository normalised, as `repositoryName` gives it: `registry.example.org/shop/api`
 */
export function statementFor(
  { statements }: TrustPolicyDocument,
  repository: string,
): TrustPolicyStatement | undefined {
  return matchScope(statements, repository)?.statement
}

/** As `statementFor`, with the scope of it that decided. */
export function matchScope(
  statements: readonly TrustPolicyStatement[],
  repository: string,
): { readonly statement: TrustPolicyStatement; readonly scope: string } | undefined {
  const ranked = statements.flatMap((statement) =>
    statement.registryScopes.flatMap((scope) => {
      const rank = rankOf(scope, repository)
      return rank === undefined ? [] : [{ statement, scope, rank }]
    }),
  )
  return ranked.toSorted((a, b) => b.rank - a.rank)[0]
}

/** A registry that is named with the port of HTTPS is the same registry: its name with the port is no way around its statement. */
export function withoutPort(name: string): string {
  return name.replace(/^([^/]+):0*443(?=\/)/, '$1')
}

function rankOf(written: string, named: string): number | undefined {
  const [scope, repository] = [withoutPort(written), withoutPort(named)]
  if (scope === repository) return Number.POSITIVE_INFINITY
  if (scope === '*') return 0
  if (isPrefixScope(scope) && repository.startsWith(scope.slice(0, -1))) return scope.length
  return undefined
}

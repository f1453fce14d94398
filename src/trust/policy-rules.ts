/** Rules about the members of a statement together, and about statements together (trust-store-trust-policy.md, "Trust Policy Constraints"). */

import type { TrustPolicyStatement } from './document.ts'
import { covers, type Identity } from './identity.ts'
import { invalid, repeated } from './policy-members.ts'
import { withoutPort } from './scope.ts'

/** Nothing is verified at this level: whatever stands there would look as if it were. */
export function checkSkip(statement: TrustPolicyStatement, allowSkipAll: boolean, place: string): void {
  if (statement.trustStores.length > 0)
    throw invalid(place, 'it has trustStores at the level skip, which looks at none', 'Leave "trustStores" out.')
  if (statement.identities.length > 0)
    throw invalid(
      place,
      'it has trustedIdentities at the level skip, which looks at none',
      'Leave "trustedIdentities" out.',
    )
  if (!allowSkipAll && statement.registryScopes.includes('*')) {
    throw invalid(
      place,
      'its level skip is for all registryScopes ("*")',
      'The specification forbids it: name the repositories that need no signature.',
    )
  }
}

export function checkTrusting({ trustStores, identities }: TrustPolicyStatement, place: string): void {
  if (trustStores.length === 0) throw invalid(place, 'it has no trustStores', 'Add "ca:NAME" to its trustStores.')
  if (trustStores.every(({ type }) => type === 'tsa'))
    throw invalid(
      place,
      'its trustStores are all of the type tsa, which vouches for no signer',
      'Add "ca:NAME" to its trustStores.',
    )
  if (identities.length === 0)
    throw invalid(
      place,
      'it has no trustedIdentities',
      'Add "x509.subject: C=…, ST=…, O=…", or "*" for every certificate of its stores.',
    )
  if (identities.length > 1 && identities.some(({ kind }) => kind === 'any'))
    throw invalid(place, 'its trustedIdentities have "*" beside others', 'Leave "*" out, or let it stand alone.')
  checkOverlap(identities, place)
}

/** One name that is part of another makes the longer one say nothing. */
function checkOverlap(identities: readonly Identity[], place: string): void {
  for (const one of identities) {
    const wider = identities.find((other) => other !== one && covers(other, one))
    if (wider === undefined) continue
    const problem = `"${one.text.slice(0, 200)}" in its trustedIdentities is covered by "${wider.text.slice(0, 200)}"`
    throw invalid(place, problem, 'Keep the one that is meant.')
  }
}

/** Names and scopes are told apart, so that one statement speaks for each image. */
export function checkTogether(statements: readonly TrustPolicyStatement[], where: string): void {
  const name = repeated(statements.map((statement) => statement.name))
  if (name !== undefined)
    throw invalid(
      where,
      `two statements have the name "${name.slice(0, 100)}"`,
      'Give each statement a name of its own.',
    )
  const scope = repeated(statements.flatMap(({ registryScopes }) => registryScopes.map(withoutPort)))
  if (scope === undefined) return
  const of = statements
    .filter(({ registryScopes }) => registryScopes.map(withoutPort).includes(scope))
    .map((one) => `"${one.name.slice(0, 100)}"`)
  throw invalid(where, `"${scope}" stands twice in registryScopes, of ${of.join(' and ')}`, 'Keep it in one statement.')
}

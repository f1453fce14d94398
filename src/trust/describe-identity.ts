/** Who a leaf is, as a trust policy would write it: what a refusal offers, and what a policy is made from. */

import { type Certificate, formatName, type Name } from '../pki/index.ts'
import { alternativeNames } from './alternative-name.ts'
import { type Identity, matchesIdentity, tryIdentity } from './identity.ts'

/**
 * The identity of its whole subject; undefined where a policy cannot say it: without C, ST and O, with a type twice, with values that are no text.
 * @example subjectIdentity(leaf)?.text // 'x509.subject: CN=release,O=ACME,ST=WA,C=US'
 */
export function subjectIdentity(leaf: Certificate): Identity | undefined {
  return identityOf('x509.subject', leaf.subject, leaf)
}

/** Everything that a policy can call this leaf by, the most exact first. */
export function identitiesOf(leaf: Certificate): readonly Identity[] {
  const names = alternativeNames(leaf).map(({ form, value }) => tryIdentity(`x509.san: ${form}:${value}`))
  return [subjectIdentity(leaf), ...names, identityOf('x509.issuer', leaf.issuer, leaf)].filter(
    (identity) => identity !== undefined,
  )
}

function identityOf(prefix: string, name: Name, leaf: Certificate): Identity | undefined {
  const identity = tryIdentity(`${prefix}: ${formatName(name)}`)
  return identity !== undefined && matchesIdentity(identity, leaf) ? identity : undefined
}

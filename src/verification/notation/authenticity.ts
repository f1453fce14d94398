/**
 * The authenticity of a Notation signature (trust-store-trust-policy.md, "Trust Store" and "Trusted Identities"): a certificate of its chain is in a
 * trust store of the type that its scheme names, and the leaf is one of the identities.
 */

import { sameBytes } from '../../base/index.ts'
import { identitiesOf, matchesIdentity, type TrustStoreType, type X509Trust } from '../../trust/index.ts'
import { type Finding, fail, pass } from '../finding.ts'
import type { OpenedSignature } from './integrity.ts'
import { describeCertificate } from './signer.ts'

/** The stores of one type never stand in for those of another: a root of `ca` says nothing about the time that a signing authority vouches for. */
const STORES: Readonly<Record<string, TrustStoreType>> = {
  'notary.x509': 'ca',
  'notary.x509.signingAuthority': 'signingAuthority',
}

export function storeFinding(trust: X509Trust, { envelope, chain }: OpenedSignature): Finding {
  const type = STORES[envelope.scheme]
  const stores = type === undefined ? [] : trust.stores.filter((store) => store.type === type)
  const found = stores.find(({ certificates }) =>
    certificates.some((trusted) => chain.some((certificate) => sameBytes(trusted.raw, certificate.raw))),
  )
  if (found !== undefined) return pass('trust', `The trust store ${found.type}:${found.name} vouches for its chain.`)
  const top = chain.at(-1)
  const root = top === undefined ? '' : ` Its chain ends at ${describeCertificate(top).subject} (${top.fingerprint}).`
  const names = stores.map(({ name }) => `${type}:${name}`).join(', ')
  const where =
    names === '' ? `no trust store of the type ${type ?? envelope.scheme} is named` : `it is not in ${names}`
  return fail(
    'trust',
    'NOT_IN_TRUST_STORE',
    `"${trust.name}" does not trust its certificates: ${where}.${root}`,
    'If they are those you expect, add the root: zegel trust add --type ca --store NAME --dir DIR root.pem',
  )
}

export function identityFinding(trust: X509Trust, { leaf }: OpenedSignature): Finding {
  const { subject } = describeCertificate(leaf)
  const matched = trust.identities.find((identity) => matchesIdentity(identity, leaf))
  if (matched !== undefined) return pass('identity', `Signed by ${subject}.`)
  const wanted = trust.identities.map(({ text }) => text).join(' or ')
  // Not its issuer: that would be everybody whom it issues to.
  const nearest = identitiesOf(leaf).find(({ kind }) => kind !== 'issuer')?.text
  return fail(
    'identity',
    'IDENTITY_NOT_TRUSTED',
    `Signed by ${subject}; accepted is ${wanted}.`,
    nearest === undefined
      ? 'No trust policy can name it: have it signed with a certificate whose subject has C, ST and O.'
      : `If that is who should sign, say so: "${nearest}" in trustedIdentities of the trust policy, or with --x509-identity.`,
  )
}

/**
 * Trusted identities (trust-store-trust-policy.md, "Trusted Identities Constraints"): attributes of the leaf's subject; beyond notation one of its alternative
 * names (`x509.san: uri:https://…`), or its issuer (`x509.issuer: C=…`).
 */

import { Fault } from '../base/index.ts'
import {
  type Certificate,
  type DistinguishedName,
  matchesIdentity as matchesName,
  parseDistinguishedName,
} from '../pki/index.ts'
import { alternativeNames, type SanForm, sanForms, sanValue } from './alternative-name.ts'
import { trustFault } from './faults.ts'

export type Identity = { readonly text: string } & (
  | { readonly kind: 'any' }
  | { readonly kind: 'subject' | 'issuer'; readonly name: DistinguishedName }
  | { readonly kind: 'san'; readonly form: SanForm; readonly value: string }
  /** Of a plugin: matches nothing here. */
  | { readonly kind: 'unknown'; readonly prefix: string }
)

/** Those that are known here; notation knows the first. */
export const identityPrefixes: readonly string[] = ['x509.subject', 'x509.san', 'x509.issuer']

const FIX =
  'Write "x509.subject: C=NL, ST=NH, O=Example", "x509.issuer: …", "x509.san: uri:https://…" or, for every certificate of the stores, "*".'

/**
 * As a trust policy writes it: a prefix, a colon, a value. Prefixes that are not known belong to plugins.
 * @throws TRUST_IDENTITY_INVALID, DISTINGUISHED_NAME_INVALID
 * @example parseIdentity('x509.subject: C=US, ST=WA, O=acme-rockets.io')
 */
export function parseIdentity(text: string): Identity {
  if (text === '*') return { kind: 'any', text }
  const colon = text.indexOf(':')
  const prefix = text.slice(0, Math.max(0, colon))
  const value = text.slice(colon + 1).trim()
  if (prefix.trim() === '' || value === '')
    throw trustFault('TRUST_IDENTITY_INVALID', `"${text.slice(0, 200)}" is no identity.`, { fix: FIX })
  switch (prefix) {
    case 'x509.subject':
      return { kind: 'subject', name: parseDistinguishedName(value), text }
    case 'x509.issuer':
      return { kind: 'issuer', name: parseDistinguishedName(value), text }
    case 'x509.san':
      return { ...parseSan(value), text }
    default:
      return { kind: 'unknown', prefix, text }
  }
}

/**
 * As `--x509-identity` writes it: a name is the subject, `san:FORM:VALUE` an alternative name.
 * @throws TRUST_IDENTITY_INVALID, DISTINGUISHED_NAME_INVALID
 * @example parseWrittenIdentity('san:email:release@example.org')
 */
export function parseWrittenIdentity(text: string): Identity {
  if (text.trim() === '' || text === '*') {
    throw trustFault('TRUST_IDENTITY_INVALID', 'An identity that is everybody is none.', {
      fix: 'Write whose certificate counts: --x509-identity "C=NL, ST=NH, O=Example", or san:uri:https://…',
    })
  }
  if (text.startsWith('san:')) return parseIdentity(`x509.san: ${text.slice('san:'.length)}`)
  if (!text.startsWith('x509.')) return parseIdentity(`x509.subject: ${text}`)
  const identity = parseIdentity(text)
  if (identity.kind !== 'unknown') return identity
  throw trustFault('TRUST_IDENTITY_INVALID', `"${text.slice(0, 200)}" would match no certificate.`, { fix: FIX })
}

function parseSan(text: string): { kind: 'san'; form: SanForm; value: string } {
  const colon = text.indexOf(':')
  const form = sanForms.find((one) => one === text.slice(0, Math.max(0, colon)))
  const value = form === undefined ? undefined : sanValue(form, text.slice(colon + 1).trim())
  if (form !== undefined && value !== undefined) return { kind: 'san', form, value }
  throw trustFault('TRUST_IDENTITY_INVALID', `"${text.slice(0, 200)}" is no alternative name.`, {
    fix: 'Write it as the certificate has it: dns:build.example.org, email:release@example.org, uri:https://… or ip:10.0.0.1; patterns are not known.',
  })
}

/** Whether the leaf is this identity. What cannot be read in a certificate matches nothing. */
export function matchesIdentity(identity: Identity, leaf: Certificate): boolean {
  switch (identity.kind) {
    case 'any':
      return true
    case 'subject':
      return matchesName(identity.name, leaf.subject)
    case 'issuer':
      return matchesName(identity.name, leaf.issuer)
    case 'san':
      return alternativeNames(leaf).some(({ form, value }) => form === identity.form && value === identity.value)
    case 'unknown':
      return false
  }
}

/** Whether whoever matches `narrow` matches `wide` too, both being of the same kind: then the narrow one says nothing. */
export function covers(wide: Identity, narrow: Identity): boolean {
  if (wide.kind !== narrow.kind) return false
  if (wide.kind === 'san' && narrow.kind === 'san') return wide.form === narrow.form && wide.value === narrow.value
  if ('name' in wide && 'name' in narrow) return [...wide.name].every(([oid, value]) => narrow.name.get(oid) === value)
  return wide.text === narrow.text
}

/** @throws nothing: undefined where the text is no identity */
export function tryIdentity(text: string): Identity | undefined {
  try {
    return parseIdentity(text)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

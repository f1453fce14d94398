/**
 * What the Notary specification demands of one certificate by its place in a chain (signature specification, "Certificate Requirements"): of an
 * authority, of a code-signing leaf and of a timestamping leaf (RFC 3161 section 2.3).
 */

import type { Certificate } from './certificate.ts'
import {
  basicConstraints,
  extendedKeyUsage,
  extensionIds,
  type KeyUsage,
  keyPurposes,
  keyUsage,
} from './certificate-extensions.ts'
import type { ChainPurpose, ChainRule } from './chain-problem.ts'

/** What goes on after the certificate's name. */
export interface BrokenRule {
  readonly rule: ChainRule
  readonly problem: string
  readonly fix: string
}

const REISSUE_AUTHORITY =
  'Have the authority issued again with critical basic constraints CA:TRUE and critical key usage keyCertSign.'
const REISSUE_LEAF: Readonly<Record<ChainPurpose, string>> = {
  'code-signing':
    'Have it issued again for code signing: critical key usage digitalSignature, extended key usage codeSigning and no other.',
  timestamping: 'Use an authority whose certificate has the critical extended key usage timeStamping and no other.',
}

/**
 * @param depth how many authorities stand between it and the leaf
 * @throws CERTIFICATE_INVALID, DER_INVALID where an extension is malformed
 */
export function brokenAuthorityRule(certificate: Certificate, depth: number): BrokenRule | undefined {
  const broken = (rule: ChainRule, problem: string): BrokenRule => ({ rule, problem, fix: REISSUE_AUTHORITY })
  const constraints = basicConstraints(certificate)
  if (constraints === undefined)
    return broken('basic-constraints', 'stands as an authority and has no basic constraints')
  if (!constraints.isCritical) return broken('basic-constraints', 'has basic constraints that are not marked critical')
  if (!constraints.isAuthority)
    return broken('basic-constraints', 'stands as an authority, but its basic constraints say CA:FALSE')
  const { pathLength } = constraints
  if (pathLength !== undefined && pathLength < depth)
    return broken(
      'path-length',
      `allows ${pathLength} authorities below it (pathlen in its basic constraints), and ${depth} are there`,
    )
  const usage = keyUsage(certificate)
  if (usage === undefined) return broken('key-usage', 'stands as an authority and has no key usage')
  if (!usage.isCritical) return broken('key-usage', 'has a key usage that is not marked critical')
  if (!usage.usages.has('keyCertSign'))
    return broken('key-usage', 'stands as an authority, but its key usage has no keyCertSign')
  return undefined
}

/** @throws CERTIFICATE_INVALID, DER_INVALID where an extension is malformed; as `publicKey()` where the key is no usable one */
export function brokenLeafRule(certificate: Certificate, purpose: ChainPurpose): BrokenRule | undefined {
  const broken = (rule: ChainRule, problem: string): BrokenRule => ({ rule, problem, fix: REISSUE_LEAF[purpose] })
  if (basicConstraints(certificate)?.isAuthority === true)
    return broken('basic-constraints', 'stands as the one that signs, but is an authority (basic constraints CA:TRUE)')
  const usage = wrongLeafUsage(certificate, purpose)
  if (usage !== undefined) return broken('key-usage', usage)
  const extended = purpose === 'timestamping' ? wrongTimestampingUse(certificate) : wrongCodeSigningUse(certificate)
  if (extended !== undefined) return broken('extended-key-usage', extended)
  const key = wrongKey(certificate)
  return key === undefined ? undefined : broken('key', key)
}

/** contentCommitment is tolerated. */
const FORBIDDEN_USAGES: readonly KeyUsage[] = [
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

function wrongLeafUsage(certificate: Certificate, purpose: ChainPurpose): string | undefined {
  const usage = keyUsage(certificate)
  if (usage === undefined) return 'has no key usage'
  // Of timestamping authorities many do not mark it, and the reference implementation takes them.
  if (!usage.isCritical && purpose === 'code-signing') return 'has a key usage that is not marked critical'
  if (!usage.usages.has('digitalSignature')) return 'has a key usage without digitalSignature'
  const forbidden = FORBIDDEN_USAGES.filter((name) => usage.usages.has(name))
  return forbidden.length === 0 ? undefined : `has a key usage for more than signing: ${forbidden.join(', ')}`
}

const FORBIDDEN_PURPOSES: readonly (readonly [oid: string, name: string])[] = [
  [keyPurposes.any, 'anyExtendedKeyUsage'],
  [keyPurposes.serverAuth, 'serverAuth'],
  [keyPurposes.clientAuth, 'clientAuth'],
  [keyPurposes.emailProtection, 'emailProtection'],
  [keyPurposes.timeStamping, 'timeStamping'],
  [keyPurposes.ocspSigning, 'OCSPSigning'],
]

function wrongCodeSigningUse(certificate: Certificate): string | undefined {
  const purposes = extendedKeyUsage(certificate)?.purposes ?? []
  const forbidden = FORBIDDEN_PURPOSES.filter(([oid]) => purposes.includes(oid)).map(([, name]) => name)
  return forbidden.length === 0
    ? undefined
    : `has an extended key usage for other things than code signing: ${forbidden.join(', ')}`
}

function wrongTimestampingUse(certificate: Certificate): string | undefined {
  const extended = extendedKeyUsage(certificate)
  if (extended === undefined) return 'has no extended key usage timeStamping'
  if (extended.purposes.length !== 1 || extended.purposes[0] !== keyPurposes.timeStamping)
    return 'has an extended key usage that is not timeStamping alone'
  return extended.isCritical ? undefined : 'has an extended key usage that is not marked critical'
}

const RSA_BITS: readonly number[] = [2048, 3072, 4096]

function wrongKey(certificate: Certificate): string | undefined {
  const { type, bits } = certificate.publicKey()
  if (type === 'ed25519') return 'has an Ed25519 key, which the Notary specification does not know'
  if (type === 'rsa' && !RSA_BITS.includes(bits)) return `has an RSA key of ${bits} bits; 2048, 3072 or 4096 are known`
  return undefined
}

/**
 * Critical extensions that are read here. The Notary specification would leave the others unread; RFC 5280 section 4.2 has a certificate refused
 * whose authority says that it must not be used without understanding them, and so it is. A critical certificatePolicies is met by any policy as long
 * as no policyConstraints demand one, and those are not among them.
 */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  extensionIds.basicConstraints,
  extensionIds.keyUsage,
  extensionIds.extendedKeyUsage,
  extensionIds.subjectAltName,
  extensionIds.nameConstraints,
  extensionIds.certificatePolicies,
  extensionIds.crlDistributionPoints,
  extensionIds.subjectKeyIdentifier,
  extensionIds.authorityKeyIdentifier,
  extensionIds.authorityInfoAccess,
  extensionIds.ocspNoCheck,
])

export function brokenExtensionRule({ extensions }: Certificate): BrokenRule | undefined {
  for (const { oid, isCritical } of extensions.values()) {
    if (!isCritical || UNDERSTOOD.has(oid)) continue
    const fix = 'Have it issued again without that extension, or with it not marked critical.'
    return { rule: 'critical-extension', problem: `has a critical extension that is not understood: ${oid}`, fix }
  }
  return undefined
}

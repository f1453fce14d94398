/** The extensions of a certificate that decide something, each read to its last octet (RFC 5280 section 4.2): a malformed one is a refusal. */

import type { Bytes } from '../base/index.ts'
import { contextTag, DerReader, derTags } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { readBoolean } from './extensions.ts'
import { pkiFault } from './faults.ts'
import { type GeneralName, readGeneralName } from './general-name.ts'

export const extensionIds = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const

/** Purposes of extended key usage. */
export const keyPurposes = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const

/** In the order of their bits (section 4.2.1.3). */
export const keyUsageBits = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsageBits)[number]

interface Found {
  readonly isCritical: boolean
}

export interface BasicConstraints extends Found {
  readonly isAuthority: boolean
  /** How many intermediate authorities may stand between it and a leaf; undefined: any number. */
  readonly pathLength: number | undefined
}

/** @throws DER_INVALID, CERTIFICATE_INVALID, as every reader here does; undefined where the certificate does not have the extension */
export function basicConstraints(certificate: Certificate): BasicConstraints | undefined {
  return read(certificate, extensionIds.basicConstraints, 'basic constraints', (reader, what, isCritical) => {
    const body = reader.sequence()
    const isAuthority = body.peek() === derTags.boolean && readBoolean(body, what)
    const pathLength = body.peek() === derTags.integer ? body.small() : undefined
    body.end()
    if (!isAuthority && pathLength !== undefined) throw invalid(what, 'a path length without being an authority')
    return { isCritical, isAuthority, pathLength }
  })
}

export interface KeyUsages extends Found {
  readonly usages: ReadonlySet<KeyUsage>
}

export function keyUsage(certificate: Certificate): KeyUsages | undefined {
  return read(certificate, extensionIds.keyUsage, 'key usage', (reader, what, isCritical) => {
    return { isCritical, usages: usagesOf(reader.next(derTags.bitString).content, what) }
  })
}

function usagesOf(content: Bytes, what: string): ReadonlySet<KeyUsage> {
  const [unused = 8, ...octets] = content
  const last = octets.at(-1) ?? 0
  if (unused > 7 || (octets.length === 0 && unused > 0) || (last & ((1 << unused) - 1)) !== 0)
    throw invalid(what, 'a bit string with wrong padding')
  const usages = new Set<KeyUsage>()
  for (const [index, octet] of octets.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if ((octet & (0x80 >> bit)) === 0) continue
      const usage = keyUsageBits[index * 8 + bit]
      if (usage === undefined) throw invalid(what, 'a usage that there is not')
      usages.add(usage)
    }
  }
  if (usages.size === 0) throw invalid(what, 'no usage at all')
  return usages
}

export interface ExtendedKeyUsage extends Found {
  /** Object identifiers, as they stand. */
  readonly purposes: readonly string[]
}

export function extendedKeyUsage(certificate: Certificate): ExtendedKeyUsage | undefined {
  return read(certificate, extensionIds.extendedKeyUsage, 'extended key usage', (reader, what, isCritical) => {
    return { isCritical, purposes: readMany(reader, what, (list) => list.oid()) }
  })
}

/** None where the certificate has no such extension. */
export function subjectAltNames(certificate: Certificate): readonly GeneralName[] {
  const names = read(certificate, extensionIds.subjectAltName, 'subject alternative name', (reader, what) =>
    readMany(reader, what, (list) => readGeneralName(list.next(), what)),
  )
  return names ?? []
}

/** Whoever names any purpose must name this one. */
export function isForCodeSigning(certificate: Certificate): boolean {
  const purposes = extendedKeyUsage(certificate)?.purposes
  return purposes === undefined || purposes.includes(keyPurposes.codeSigning)
}

export function subjectKeyIdentifier(certificate: Certificate): Bytes | undefined {
  return read(certificate, extensionIds.subjectKeyIdentifier, 'subject key identifier', (reader) => reader.octets())
}

/** The key identifier alone: what finds an issuer and proves nothing. */
export function authorityKeyIdentifier(certificate: Certificate): Bytes | undefined {
  return read(certificate, extensionIds.authorityKeyIdentifier, 'authority key identifier', (reader) => {
    const body = reader.sequence()
    const keyId = body.peek() === contextTag(0, false) ? body.next().content : undefined
    for (const tag of [contextTag(1), contextTag(2, false)]) if (body.peek() === tag) body.next()
    body.end()
    return keyId
  })
}

/** Object identifiers of the policies; their qualifiers are for people. Undefined where the certificate has no such extension. */
export function certificatePolicies(certificate: Certificate): readonly string[] | undefined {
  return read(certificate, extensionIds.certificatePolicies, 'certificate policies', (reader, what) =>
    readMany(reader, what, (list) => {
      const policy = list.sequence()
      const oid = policy.oid()
      if (!policy.atEnd) policy.next(derTags.sequence)
      policy.end()
      return oid
    }),
  )
}

/** id-pkix-ocsp-nocheck (RFC 6960 section 4.2.2.2.1): nobody need ask whether this OCSP responder is revoked. */
export function hasOcspNoCheck(certificate: Certificate): boolean {
  const found = read(certificate, extensionIds.ocspNoCheck, 'OCSP no check', (reader) => {
    reader.null()
    return true
  })
  return found ?? false
}

export interface NameConstraints extends Found {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

export function nameConstraints(certificate: Certificate): NameConstraints | undefined {
  return read(certificate, extensionIds.nameConstraints, 'name constraints', (reader, what, isCritical) => {
    const body = reader.sequence()
    const [permitted, excluded] = [subtrees(body, 0, what), subtrees(body, 1, what)]
    body.end()
    if (permitted.length + excluded.length === 0) throw invalid(what, 'no constraint at all')
    return { isCritical, permitted, excluded }
  })
}

/** GeneralSubtrees: a minimum and a maximum are in the syntax, and in no use (section 4.2.1.10). */
function subtrees(body: DerReader, number: number, what: string): readonly GeneralName[] {
  if (body.peek() !== contextTag(number)) return []
  const list = body.enter(contextTag(number))
  const names: GeneralName[] = []
  do {
    const subtree = list.sequence()
    names.push(readGeneralName(subtree.next(), what))
    if (!subtree.atEnd) throw invalid(what, 'a minimum or maximum')
  } while (!list.atEnd)
  return names
}

function readMany<T>(reader: DerReader, what: string, readOne: (list: DerReader) => T): readonly T[] {
  const list = reader.sequence()
  const items: T[] = []
  while (!list.atEnd) items.push(readOne(list))
  if (items.length === 0) throw invalid(what, 'an empty list')
  return items
}

function read<T>(
  certificate: Certificate,
  oid: string,
  name: string,
  readValue: (reader: DerReader, what: string, isCritical: boolean) => T,
): T | undefined {
  const extension = certificate.extensions.get(oid)
  if (extension === undefined) return undefined
  const what = `The extension "${name}"`
  const reader = new DerReader(extension.value, what)
  const value = readValue(reader, what, extension.isCritical)
  reader.end()
  return value
}

function invalid(what: string, problem: string): Error {
  return pkiFault('CERTIFICATE_INVALID', `${what} of a certificate has ${problem}.`)
}

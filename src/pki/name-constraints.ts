/**
 * Name constraints (RFC 5280 sections 4.2.1.10 and 6.1.4). The Notary specification leaves them unread; an authority that was allowed to issue for
 * one organisation only is held to that here. What cannot be compared counts as outside of what is permitted and inside of what is excluded.
 */

import type { Bytes } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { type NameConstraints, subjectAltNames } from './certificate-extensions.ts'
import { type GeneralName, ipText } from './general-name.ts'
import type { Name, NameAttribute } from './name.ts'

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'

type Kind = GeneralName['kind']
/** Undefined: the two cannot be compared. */
type Match = boolean | undefined

/** The names that constraints apply to: alternative names, the subject unless it is empty, and e-mail addresses in it. @throws CERTIFICATE_INVALID, DER_INVALID */
export function constrainedNames(certificate: Certificate): readonly GeneralName[] {
  const { subject } = certificate
  const names = [...subjectAltNames(certificate)]
  if (subject.attributes.length > 0) names.push({ kind: 'directory', name: subject })
  for (const { oid, text } of subject.attributes)
    if (oid === EMAIL_ADDRESS) names.push({ kind: 'email', value: text ?? '' })
  return names
}

/** The first name that the constraints forbid, said for people; undefined where they forbid none. */
export function forbiddenName(constraints: NameConstraints, names: readonly GeneralName[]): string | undefined {
  const found = names.find((name) => !isAllowed(constraints, name))
  return found === undefined ? undefined : describe(found)
}

function isAllowed({ permitted, excluded }: NameConstraints, name: GeneralName): boolean {
  const ofKind = (constraints: readonly GeneralName[], kind: Kind): readonly GeneralName[] =>
    constraints.filter((constraint) => constraint.kind === kind)
  if (ofKind(excluded, name.kind).some((constraint) => matches(name, constraint, true) !== false)) return false
  const limits = ofKind(permitted, name.kind)
  return limits.length === 0 || limits.some((constraint) => matches(name, constraint, false) === true)
}

function matches(name: GeneralName, constraint: GeneralName, isExclusion: boolean): Match {
  if (name.kind === 'dns' && constraint.kind === 'dns') return matchesDns(name.value, constraint.value, isExclusion)
  if (name.kind === 'email' && constraint.kind === 'email') return matchesEmail(name.value, constraint.value)
  if (name.kind === 'uri' && constraint.kind === 'uri') return matchesUri(name.value, constraint.value)
  if (name.kind === 'ip' && constraint.kind === 'ip') return matchesIp(name.octets, constraint.octets)
  if (name.kind === 'directory' && constraint.kind === 'directory') return matchesDirectory(name.name, constraint.name)
  return undefined
}

/** The constraint itself and whatever has labels before it; with a dot at its start only the latter, as OpenSSL and Go read it. */
function matchesDns(name: string, constraint: string, isExclusion: boolean): Match {
  const [host, limit] = [name.toLowerCase(), constraint.toLowerCase()]
  if (host === '' || host.endsWith('.')) return undefined
  if (limit === '') return true
  // A wildcard stands for names of which some may be excluded (CVE-2025-61727).
  if (isExclusion && host.startsWith('*.') && isWithin(limit.replace(/^\./, ''), host.slice(2))) return true
  return isWithin(host, limit)
}

function isWithin(host: string, limit: string): boolean {
  return limit.startsWith('.') ? host.endsWith(limit) : host === limit || host.endsWith(`.${limit}`)
}

/** One mailbox (`a@example.org`), all of one host (`example.org`), or all of the hosts below one (`.example.org`). */
function matchesEmail(address: string, constraint: string): Match {
  const at = address.lastIndexOf('@')
  if (at <= 0 || at === address.length - 1) return undefined
  const host = address.slice(at + 1).toLowerCase()
  const limitAt = constraint.lastIndexOf('@')
  if (limitAt < 0) return matchesHost(host, constraint)
  return address.slice(0, at) === constraint.slice(0, limitAt) && host === constraint.slice(limitAt + 1).toLowerCase()
}

/** By its host, which must be a name. */
function matchesUri(uri: string, constraint: string): Match {
  const host = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#].*)?$/.exec(uri)?.[1]
  if (host === undefined || /^[\d.]+$/.test(host) || host.endsWith('.') || host.includes('%')) return undefined
  return matchesHost(host.toLowerCase(), constraint)
}

function matchesHost(host: string, constraint: string): boolean {
  const limit = constraint.toLowerCase()
  return limit === '' || (limit.startsWith('.') ? host.endsWith(limit) : host === limit)
}

/** Address and mask. An address of the other version is not within it; a mask with holes cannot be compared. */
function matchesIp(address: Bytes, constraint: Bytes): Match {
  const length = constraint.length / 2
  if ((length !== 4 && length !== 16) || (address.length !== 4 && address.length !== 16)) return undefined
  if (address.length !== length) return false
  const mask = constraint.subarray(length)
  if (!isPrefix(mask)) return undefined
  return address.every((octet, index) => ((octet ^ (constraint[index] ?? 0)) & (mask[index] ?? 0)) === 0)
}

function isPrefix(mask: Bytes): boolean {
  const bits = [...mask].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  return !bits.includes('01')
}

/** Within: the first relative names are those of the constraint, compared as section 7.1 has it, near enough: without case and needless spaces. */
function matchesDirectory(name: Name, constraint: Name): Match {
  const [found, wanted] = [relativeNames(name), relativeNames(constraint)]
  if (found === undefined || wanted === undefined) return undefined
  return wanted.every((relative, index) => relative === found[index])
}

/** Each relative name in a spelling to compare; undefined where a value is no text. */
function relativeNames({ attributes }: Name): readonly string[] | undefined {
  const spelled: string[][] = []
  for (const attribute of attributes) {
    const spelling = spell(attribute)
    if (spelling === undefined) return undefined
    const relative = spelled[attribute.rdn] ?? []
    spelled[attribute.rdn] = relative
    relative.push(spelling)
  }
  return spelled.map((relative) => JSON.stringify(relative.sort()))
}

function spell({ oid, text }: NameAttribute): string | undefined {
  return text === undefined ? undefined : `${oid}=${text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()}`
}

function describe(name: GeneralName): string {
  switch (name.kind) {
    case 'ip':
      return `the address ${ipText(name.octets) ?? 'that is none'}`
    case 'directory':
      return 'its subject or a directory name'
    case 'other':
      return 'a name of a kind that is not read'
    default:
      return `"${name.value}"`
  }
}

/** The extensions of certificates (RFC 5280 section 4.2), written. */

import { hash } from 'node:crypto'
import type { Bytes } from '../base/index.ts'
import { derWrite, type PublicKey, readDerSequence } from '../crypto/index.ts'
import { extensionIds, type KeyUsage, keyUsageBits } from '../pki/index.ts'
import { oids } from './oids.ts'

export interface NewExtension {
  readonly oid: string
  readonly isCritical: boolean
  /** What goes into the OCTET STRING. */
  readonly value: Bytes
}

export function writeExtensions(extensions: readonly NewExtension[]): Bytes {
  return derWrite.sequence(...extensions.map(writeExtension))
}

function writeExtension({ oid, isCritical, value }: NewExtension): Bytes {
  const critical = isCritical ? [derWrite.boolean(true)] : []
  return derWrite.sequence(derWrite.oid(oid), ...critical, derWrite.octets(value))
}

export function extension(oid: string, value: Bytes, isCritical = false): NewExtension {
  return { oid, isCritical, value }
}

/** @param pathLength of an authority: how many authorities may follow; undefined: any number */
export function basicConstraints(isAuthority: boolean, pathLength?: number, isCritical = true): NewExtension {
  const members = isAuthority ? [derWrite.boolean(true)] : []
  if (pathLength !== undefined) members.push(derWrite.unsigned(pathLength))
  return extension(extensionIds.basicConstraints, derWrite.sequence(...members), isCritical)
}

export function keyUsage(usages: readonly KeyUsage[], isCritical = true): NewExtension {
  const numbers = usages.map((usage) => keyUsageBits.indexOf(usage))
  const last = Math.max(...numbers)
  const octets = new Uint8Array(Math.floor(last / 8) + 1)
  for (const number of numbers) {
    const at = Math.floor(number / 8)
    octets[at] = (octets[at] ?? 0) | (0x80 >> (number % 8))
  }
  return extension(extensionIds.keyUsage, derWrite.bits(octets, 7 - (last % 8)), isCritical)
}

export function extendedKeyUsage(purposes: readonly string[], isCritical = false): NewExtension {
  return extension(extensionIds.extendedKeyUsage, derWrite.sequence(...purposes.map(derWrite.oid)), isCritical)
}

export function subjectKeyIdentifier(key: PublicKey): NewExtension {
  return extension(extensionIds.subjectKeyIdentifier, derWrite.octets(keyIdentifier(key.spki)))
}

export function authorityKeyIdentifier(key: PublicKey): NewExtension {
  return extension(
    extensionIds.authorityKeyIdentifier,
    derWrite.sequence(derWrite.implicit(0, keyIdentifier(key.spki))),
  )
}

/** RFC 5280 section 4.2.1.2 method (1): it finds a key, nothing relies on the hash. */
export function keyIdentifier(spki: Bytes): Bytes {
  return hash('sha1', keyBits(spki), 'buffer')
}

/** The BIT STRING of a SubjectPublicKeyInfo without its tag, length and unused bits. */
export function keyBits(spki: Bytes): Bytes {
  const body = readDerSequence(spki, 'The public key')
  body.next()
  return body.bits()
}

export function crlDistributionPoint(url: string): NewExtension {
  const names = derWrite.implicit(0, uriName(url), true)
  const point = derWrite.sequence(derWrite.implicit(0, names, true))
  return extension(extensionIds.crlDistributionPoints, derWrite.sequence(point))
}

export function ocspAddress(url: string): NewExtension {
  const access = derWrite.sequence(derWrite.oid(oids.ocsp), uriName(url))
  return extension(extensionIds.authorityInfoAccess, derWrite.sequence(access))
}

/** An OCSP responder whose own revocation nobody need ask for (RFC 6960 section 4.2.2.2.1). */
export function ocspNoCheck(): NewExtension {
  return extension(extensionIds.ocspNoCheck, derWrite.null())
}

/** @param names of `uriName`, `emailName`, `dnsName` */
export function alternativeNames(names: readonly Bytes[]): NewExtension {
  return extension(extensionIds.subjectAltName, derWrite.sequence(...names))
}

export function emailName(address: string): Bytes {
  return derWrite.implicit(1, Buffer.from(address, 'latin1'))
}

export function dnsName(name: string): Bytes {
  return derWrite.implicit(2, Buffer.from(name, 'latin1'))
}

export function uriName(uri: string): Bytes {
  return derWrite.implicit(6, Buffer.from(uri, 'latin1'))
}

/** All but those of one identifier: for certificates that must be refused. */
export function without(extensions: readonly NewExtension[], oid: string): readonly NewExtension[] {
  return extensions.filter((it) => it.oid !== oid)
}

/** The extension in the place of the one with the same identifier, or at the end. */
export function replaced(extensions: readonly NewExtension[], by: NewExtension): readonly NewExtension[] {
  if (!extensions.some(({ oid }) => oid === by.oid)) return [...extensions, by]
  return extensions.map((it) => (it.oid === by.oid ? by : it))
}

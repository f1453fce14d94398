/** Where a certificate says that its revocation can be asked: CRL distribution points and the OCSP responder (RFC 5280 sections 4.2.1.13 and 4.2.2.1). */

import { type Bytes, bufferOf, limits } from '../base/index.ts'
import { contextTag, DerReader } from '../crypto/index.ts'
import type { Certificate } from './certificate.ts'
import { extensionIds } from './certificate-extensions.ts'
import { pkiFault } from './faults.ts'

const OCSP = '1.3.6.1.5.5.7.48.1'
/** uniformResourceIdentifier of GeneralName. */
const URI = contextTag(6, false)

export interface DistributionPoint {
  /** Each GeneralName, DER: what an issuing distribution point is compared with. */
  readonly names: readonly Bytes[]
  /** Those that are URIs, in their order: other ways to the same CRL. */
  readonly urls: readonly string[]
  /** Its CRL covers only some reasons. */
  readonly hasReasons: boolean
  /** Its CRL is signed by somebody else than the certificate's issuer (an indirect CRL). */
  readonly hasIssuer: boolean
}

/** None where the certificate has no such extension. @throws DER_INVALID, CERTIFICATE_INVALID */
export function distributionPointsOf(certificate: Certificate): readonly DistributionPoint[] {
  const extension = certificate.extensions.get(extensionIds.crlDistributionPoints)
  return extension === undefined ? [] : readDistributionPoints(extension.value, 'The CRL distribution points')
}

/** CRLDistributionPoints, which FreshestCRL is too. @throws DER_INVALID, CERTIFICATE_INVALID */
export function readDistributionPoints(value: Bytes, what: string): readonly DistributionPoint[] {
  const points = readMany(value, what, (list) => readPoint(list.sequence()))
  if (points.length === 0) throw pkiFault('CERTIFICATE_INVALID', `${what} are an empty list.`)
  return points
}

/** The OCSP responders, in their order; none where the certificate names none. @throws DER_INVALID, CERTIFICATE_INVALID */
export function ocspUrlsOf(certificate: Certificate): readonly string[] {
  const extension = certificate.extensions.get(extensionIds.authorityInfoAccess)
  if (extension === undefined) return []
  const found = readMany(extension.value, 'The authority information access', (list) => {
    const description = list.sequence()
    const method = description.oid()
    const location = description.next()
    description.end()
    if (method !== OCSP) return []
    // A responder that is named otherwise is one all the same: the empty text cannot be asked.
    return [location.tag === URI ? textOfUri(location.content) : '']
  })
  return found.flat()
}

function readMany<T>(value: Bytes, what: string, read: (list: DerReader) => T): readonly T[] {
  const outer = new DerReader(value, what)
  const list = outer.sequence()
  outer.end()
  const items: T[] = []
  while (!list.atEnd) {
    if (items.length === limits.revocationPointers)
      throw pkiFault('CERTIFICATE_INVALID', `${what} are more than the ${limits.revocationPointers} that are read.`)
    items.push(read(list))
  }
  return items
}

function readPoint(point: DerReader): DistributionPoint {
  const names = point.peek() === contextTag(0) ? readPointName(point.enter(contextTag(0))) : []
  const hasReasons = point.peek() === contextTag(1, false)
  if (hasReasons) point.next()
  const hasIssuer = point.peek() === contextTag(2)
  if (hasIssuer) point.next()
  point.end()
  return { names, urls: names.flatMap(urlOf), hasReasons, hasIssuer }
}

/** DistributionPointName (section 4.2.1.13): its full names; none where it is relative to the issuer, which section 4.2.1.13 advises against. */
export function readPointName(name: DerReader): readonly Bytes[] {
  if (name.peek() !== contextTag(0)) {
    name.next(contextTag(1))
    name.end()
    return []
  }
  const list = name.enter(contextTag(0))
  name.end()
  const names: Bytes[] = []
  while (!list.atEnd && names.length < limits.revocationPointers) names.push(list.next().raw)
  list.end()
  return names
}

function urlOf(name: Bytes): readonly string[] {
  return name[0] === URI ? [textOfUri(new DerReader(name, 'A name').next().content)] : []
}

/** IA5String: what is beyond ASCII makes no URL. */
function textOfUri(content: Bytes): string {
  return bufferOf(content).toString('latin1')
}

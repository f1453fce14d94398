/** The bags of a PKCS#12 file (RFC 7292 section 4.2): keys and certificates with the attributes that tell them apart. */

import { type Bytes, bufferOf, concat, hex, limits } from '../base/index.ts'
import { contextTag, type DerReader, type DerValue, derTags, readDerSequence } from '../crypto/index.ts'
import { derFromBer } from './ber.ts'
import { type Certificate, parseCertificate } from './certificate.ts'
import { bmpText } from './name.ts'
import { type Opening, type Pkcs12Work, readSealed } from './pkcs12-encryption.ts'
import { pkcs12Invalid, pkcs12Unsupported } from './pkcs12-fault.ts'
import type { Pkcs12Password } from './pkcs12-mac.ts'

interface Named {
  readonly friendlyName?: string
  readonly localKeyId?: Bytes
}

export interface KeyBag extends Named {
  /** PKCS#8 DER; the caller wipes it. */
  readonly open: (password: Pkcs12Password) => Promise<Bytes>
}

export interface CertificateBag extends Named {
  readonly certificate: Certificate
}

const DATA = '1.2.840.113549.1.7.1'
const ENVELOPED_DATA = '1.2.840.113549.1.7.3'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const BAG = '1.2.840.113549.1.12.10.1.'
const bagTypes = { key: `${BAG}1`, shroudedKey: `${BAG}2`, certificate: `${BAG}3`, safeContents: `${BAG}6` } as const
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1'
const FRIENDLY_NAME = '1.2.840.113549.1.9.20'
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21'

/** Down to the octet strings that hold the ciphertext, and to those that hold a certificate. */
const SAFE_LEVELS = 6
const BAG_LEVELS = 5

/** What one file has in its bags, whichever way they are packed. */
export class Pkcs12Bags {
  readonly keys: KeyBag[] = []
  readonly certificates: CertificateBag[] = []
  private readonly where: string
  private readonly work: Pkcs12Work
  private count = 0

  constructor(where: string, work: Pkcs12Work) {
    this.where = where
    this.work = work
  }

  /**
   * AuthenticatedSafe, whose MAC was checked.
   * @throws DER_INVALID, PKCS12_INVALID, PKCS12_UNSUPPORTED, KEY_UNSUPPORTED, KEY_HOSTILE_PARAMETERS, KEY_WRONG_PASSWORD, CERTIFICATE_INVALID
   */
  async read(authenticatedSafe: Bytes, password: Pkcs12Password): Promise<void> {
    const safes = readDerSequence(derFromBer(authenticatedSafe, this.where, SAFE_LEVELS), this.where)
    // All are looked at before the first is opened: a hostile one costs nothing.
    const openings: Opening[] = []
    while (!safes.atEnd) openings.push(this.safe(safes.sequence()))
    for (const open of openings) {
      const contents = await open(password)
      this.safeContents(readDerSequence(derFromBer(contents, this.where, BAG_LEVELS), this.where))
    }
  }

  private safe(info: DerReader): Opening {
    const type = info.oid()
    if (type === ENVELOPED_DATA) throw pkcs12Unsupported(this.where, 'is encrypted for the key of somebody')
    if (type !== DATA && type !== ENCRYPTED_DATA)
      throw pkcs12Invalid(this.where, `has a part of the unknown type ${type}`)
    const explicit = info.enter(contextTag(0))
    info.end()
    if (type === ENCRYPTED_DATA) return this.encrypted(explicit.sequence())
    const content = explicit.octets()
    explicit.end()
    return async () => content
  }

  /** EncryptedData (RFC 5652 section 8). */
  private encrypted(data: DerReader): Opening {
    data.small()
    const info = data.sequence()
    if (info.oid() !== DATA) throw pkcs12Invalid(this.where, 'has something encrypted that is no data')
    const algorithm = info.sequence()
    const ciphertext = joined(info.next(), info, this.where)
    info.end()
    return readSealed(algorithm, ciphertext, this.where, this.work)
  }

  private safeContents(bags: DerReader): void {
    while (!bags.atEnd) {
      if (++this.count > limits.pkcs12Bags)
        throw pkcs12Invalid(this.where, `has more than ${limits.pkcs12Bags} bags, which is more than is read`)
      this.bag(bags.sequence())
    }
  }

  /** CRLs and secrets may lie beside them and mean nothing here. */
  private bag(bag: DerReader): void {
    const type = bag.oid()
    const value = bag.enter(contextTag(0))
    const named = bag.atEnd ? {} : readAttributes(bag.enter(derTags.set))
    bag.end()
    if (type === bagTypes.key) {
      const pkcs8 = value.next(derTags.sequence).raw
      this.keys.push({ ...named, open: async () => pkcs8 })
    }
    if (type === bagTypes.shroudedKey) {
      const sealed = value.sequence()
      const algorithm = sealed.sequence()
      const ciphertext = sealed.octets()
      sealed.end()
      this.keys.push({ ...named, open: readSealed(algorithm, ciphertext, this.where, this.work) })
    }
    if (type === bagTypes.certificate) this.certificate(value.sequence(), named)
    if (type === bagTypes.safeContents) this.safeContents(value.sequence())
  }

  private certificate(body: DerReader, named: Named): void {
    if (body.oid() !== X509_CERTIFICATE) return
    const explicit = body.enter(contextTag(0))
    body.end()
    const der = explicit.octets()
    explicit.end()
    const certificate = parseCertificate(Buffer.from(der), `A certificate in ${this.where}`)
    this.certificates.push({ ...named, certificate })
  }
}

/** `[0] IMPLICIT OCTET STRING`, whole or in pieces. */
function joined(value: DerValue, reader: DerReader, where: string): Bytes {
  if (value.tag === contextTag(0, false)) return value.content
  if (value.tag !== contextTag(0)) throw pkcs12Invalid(where, 'has an encrypted part without content')
  const pieces = reader.within(value)
  const parts: Bytes[] = []
  while (!pieces.atEnd) parts.push(pieces.octets())
  return concat(...parts)
}

function readAttributes(list: DerReader): Named {
  let named: Named = {}
  while (!list.atEnd) {
    const attribute = list.sequence()
    const type = attribute.oid()
    const values = attribute.enter(derTags.set)
    attribute.end()
    const first = values.atEnd ? undefined : values.next()
    if (type === FRIENDLY_NAME && first?.tag === derTags.bmpString) {
      const text = bmpText(first.content)
      if (text !== undefined) named = { ...named, friendlyName: text }
    }
    if (type === LOCAL_KEY_ID && first?.tag === derTags.octetString)
      named = { ...named, localKeyId: Buffer.from(first.content) }
  }
  return named
}

/** '"release" (01ab…)': as a person would look for it. */
export function nameOfBag({ friendlyName, localKeyId }: Named): string {
  const id = localKeyId === undefined ? undefined : `localKeyID ${hex(bufferOf(localKeyId)).slice(0, 40)}`
  if (friendlyName === undefined) return id ?? 'one without a name'
  const name = JSON.stringify(friendlyName.slice(0, 60))
  return id === undefined ? name : `${name} (${id})`
}

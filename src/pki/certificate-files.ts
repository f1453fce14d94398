/** Files with certificates, as authorities hand them out: PEM (RFC 7468), DER, one or several, and PKCS#7 bags in both. */

import { type Bytes, bufferOf, Fault, formatBytes, limits } from '../base/index.ts'
import { contextTag, DerReader, derTags, type PemBlock, readPem } from '../crypto/index.ts'
import { type Certificate, parseCertificate } from './certificate.ts'
import { pkiFault } from './faults.ts'
import { readPkcs7 } from './pkcs7.ts'

/**
 * Every certificate of the file, in its order; one at least. A private key beside them is left alone.
 * @param where names the file in messages
 * @throws CERTIFICATE_FILE_INVALID, which names what the file is instead; KEY_DAMAGED where its PEM is broken
 * @example const chain = readCertificates(await readFile('signing.pem'), 'signing.pem')
 */
export function readCertificates(file: Bytes, where: string): readonly Certificate[] {
  if (file.length > limits.keyFileBytes)
    throw invalid(
      `${where} has ${formatBytes(file.length)}; a file of certificates has at most ${formatBytes(limits.keyFileBytes)}`,
    )
  const isDer = file[0] === derTags.sequence
  try {
    return isDer ? readDerFile(file, where) : readPemFile(file, where)
  } catch (error) {
    if (!(error instanceof Fault) || error.status !== 1) throw error
    throw invalid(error.message.replace(/\.$/, ''), error, `Get ${where} again from whoever issued it.`)
  }
}

function readPemFile(file: Bytes, where: string): readonly Certificate[] {
  const blocks = readPem(file, where)
  const certificates = blocks.flatMap((block) => readBlock(block, where))
  if (certificates.length > 0) return certificates
  const label = blocks[0]?.label
  const found = label === undefined ? textKind(file) : (LABELS[label] ?? `a PEM file with "${label}"`)
  throw notCertificates(where, found)
}

/** What is no certificate stays aside, unless it is one in a form that would be read wrongly. */
function readBlock({ label, bytes, hasHeaders }: PemBlock, where: string): readonly Certificate[] {
  if (hasHeaders && !label.endsWith('PRIVATE KEY')) throw invalid(`${where} has header lines within "${label}"`)
  switch (label) {
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
      return [parseCertificate(bytes, `A certificate in ${where}`)]
    case 'PKCS7':
    case 'CMS':
      return readPkcs7(bytes, where)
    case 'TRUSTED CERTIFICATE':
      throw notCertificates(
        where,
        "a certificate in OpenSSL's own form",
        'Convert it: openssl x509 -in FILE -out CERT.pem',
      )
    default:
      return []
  }
}

/** Certificates one after another, as notation reads them too, or one bag. */
function readDerFile(file: Bytes, where: string): readonly Certificate[] {
  const first = file[1] === 0x80 ? derTags.oid : firstTags(file)[0]
  if (first === derTags.oid) return readPkcs7(file, where)
  const other = derKind(firstTags(file), file)
  if (other !== undefined) throw notCertificates(where, other)
  const reader = new DerReader(file, where)
  const certificates: Certificate[] = []
  while (!reader.atEnd) {
    if (certificates.length === limits.pemBlocks)
      throw invalid(`${where} has more than ${limits.pemBlocks} certificates`)
    certificates.push(parseCertificate(reader.next(derTags.sequence).raw, `A certificate in ${where}`))
  }
  return certificates
}

/** The tags of the members of the first SEQUENCE; none where it is no DER. */
function firstTags(bytes: Bytes): readonly number[] {
  try {
    const body = new DerReader(bytes, 'The file').sequence()
    const tags: number[] = []
    while (!body.atEnd && tags.length < 16) tags.push(body.next().tag)
    return tags
  } catch {
    return []
  }
}

/** What a DER file is, told by its shape; undefined where it may be a certificate. */
function derKind(tags: readonly number[], file: Bytes): string | undefined {
  const { sequence, integer, octetString, bitString } = derTags
  const [first, second, third] = tags
  if (first === integer && second === sequence && third === octetString) return 'a private key'
  if (first === integer && second === sequence) return 'a PKCS#12 file'
  if (first === integer) return 'a key'
  if (first === sequence && second === octetString) return 'an encrypted private key'
  if (first === sequence && second === bitString) return 'a public key'
  if (first !== sequence || second !== sequence || third !== bitString) return undefined
  return signedKind(firstTags(new DerReader(file, 'The file').sequence().next().raw))
}

/** Of what is signed: a request has its attributes last, a revocation list has its time third or fourth. */
function signedKind(tags: readonly number[]): string | undefined {
  if (tags[0] === derTags.integer && tags.length === 4 && tags[3] === contextTag(0)) return 'a certificate request'
  const at = tags[0] === derTags.integer ? 3 : 2
  const isTime = tags[at] === derTags.utcTime || tags[at] === derTags.generalizedTime
  return isTime ? 'a revocation list' : undefined
}

const PRIVATE_KEY = 'a private key'
const LABELS: Readonly<Record<string, string>> = {
  'PRIVATE KEY': PRIVATE_KEY,
  'ENCRYPTED PRIVATE KEY': PRIVATE_KEY,
  'RSA PRIVATE KEY': PRIVATE_KEY,
  'EC PRIVATE KEY': PRIVATE_KEY,
  'OPENSSH PRIVATE KEY': PRIVATE_KEY,
  'ENCRYPTED SIGSTORE PRIVATE KEY': PRIVATE_KEY,
  'PUBLIC KEY': 'a public key',
  'RSA PUBLIC KEY': 'a public key',
  'CERTIFICATE REQUEST': 'a certificate request',
  'NEW CERTIFICATE REQUEST': 'a certificate request',
  'X509 CRL': 'a revocation list',
  'ATTRIBUTE CERTIFICATE': 'an attribute certificate',
}

function textKind(file: Bytes): string {
  if (file.length === 0) return 'empty'
  const start = bufferOf(file).toString('latin1', 0, 256)
  if (/^\s*\{/.test(start)) return 'a JSON document'
  return /^MI[A-Za-z0-9+/]/.test(start) ? 'base64 without its BEGIN and END lines' : 'neither PEM nor DER'
}

function notCertificates(where: string, what: string, fix?: string): Error {
  return invalid(`${where} is ${what}, and certificates are wanted`, undefined, fix)
}

const FORMS = 'Give a PEM or DER file with certificates, or a PKCS#7 bag of them (.pem, .crt, .cer, .p7b).'

function invalid(problem: string, cause?: unknown, fix = FORMS): Error {
  return pkiFault('CERTIFICATE_FILE_INVALID', `${problem}.`, { cause, fix })
}

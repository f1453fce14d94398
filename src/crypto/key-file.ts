/** What a key file holds: told from its PEM label or its DER shape, before anything in it is used. */

import { type Bytes, bufferOf, formatBytes, limits } from '../base/index.ts'
import { contextTag, derTags, readDerSequence } from './der.ts'
import { cryptoFault } from './faults.ts'
import { foreignFormat } from './foreign-formats.ts'
import { readPem } from './pem.ts'

export type PublicKind = 'spki' | 'pkcs1-public' | 'certificate'
export type PrivateKind = 'sigstore' | 'pkcs8' | 'pkcs8-encrypted' | 'sec1' | 'pkcs1' | 'pem-encrypted'

export interface KeyBlock {
  readonly kind: PublicKind | PrivateKind
  /** DER, or the JSON inside a Sigstore key. */
  readonly bytes: Bytes
}

const LABELS: Readonly<Record<string, PublicKind | PrivateKind>> = {
  'PUBLIC KEY': 'spki',
  'RSA PUBLIC KEY': 'pkcs1-public',
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'ENCRYPTED SIGSTORE PRIVATE KEY': 'sigstore',
  'ENCRYPTED COSIGN PRIVATE KEY': 'sigstore',
  'PRIVATE KEY': 'pkcs8',
  'ENCRYPTED PRIVATE KEY': 'pkcs8-encrypted',
  'EC PRIVATE KEY': 'sec1',
  'RSA PRIVATE KEY': 'pkcs1',
}

/** Tags of the members of the outer SEQUENCE. */
const { sequence, integer, bitString, octetString } = derTags
const SHAPES: readonly (readonly [PublicKind | PrivateKind, readonly number[]])[] = [
  ['spki', [sequence, bitString]],
  ['certificate', [sequence, sequence, bitString]],
  ['pkcs1-public', [integer, integer]],
  ['pkcs8-encrypted', [sequence, octetString]],
  ['pkcs1', Array.from({ length: 9 }, () => integer)],
]

/**
 * The keys in a file, PEM or DER.
 * @throws KEY_UNKNOWN_FORMAT (naming the format where it is a known one), KEY_DAMAGED, LIMIT_EXCEEDED
 */
export function openKeyFile(file: Bytes, where: string): readonly KeyBlock[] {
  if (file.length > limits.keyFileBytes) {
    throw cryptoFault(
      'KEY_UNKNOWN_FORMAT',
      `${where} has ${formatBytes(file.length)}; a key file has at most ${formatBytes(limits.keyFileBytes)}.`,
    )
  }
  const kind = derKind(file)
  if (kind !== undefined) return [{ kind, bytes: file }]
  const blocks = readPem(file, where)
  const known = blocks.flatMap((block) => {
    const labelled = LABELS[block.label]
    if (labelled === undefined) return []
    return [{ kind: block.hasHeaders ? headerKind(labelled, where) : labelled, bytes: block.bytes }]
  })
  if (known.length > 0) return known
  throw unknownFormat(file, blocks[0]?.label, where)
}

function headerKind(kind: PublicKind | PrivateKind, where: string): PrivateKind {
  if (kind === 'pkcs1' || kind === 'sec1') return 'pem-encrypted'
  throw cryptoFault('KEY_DAMAGED', `${where} has header lines that this kind of key does not have.`)
}

function derKind(file: Bytes): KeyBlock['kind'] | undefined {
  const tags = memberTags(file)
  if (tags === undefined) return undefined
  const shape = SHAPES.find(
    ([, wanted]) => wanted.length === tags.length && wanted.every((tag, at) => tag === tags[at]),
  )
  if (shape !== undefined) return shape[0]
  const [first, second, third] = tags
  if (first === integer && second === sequence && third === octetString) return 'pkcs8'
  if (first === integer && second === octetString && (third === undefined || third >= contextTag(0))) return 'sec1'
  return undefined
}

function memberTags(file: Bytes): readonly number[] | undefined {
  if (file[0] !== sequence) return undefined
  try {
    const body = readDerSequence(file, 'The file')
    const tags: number[] = []
    while (!body.atEnd && tags.length < 16) tags.push(body.next().tag)
    return tags
  } catch {
    return undefined
  }
}

/** Whether it begins as a PKCS#12 file does (RFC 7292 section 4): a SEQUENCE, in DER or BER, of the version 3 and another SEQUENCE. */
export function isPkcs12(file: Bytes): boolean {
  const first = file[1] ?? 0
  const from = first > 0x80 ? 2 + (first & 0x7f) : 2
  return file[0] === sequence && PKCS12_START.every((octet, at) => file[from + at] === octet)
}

const PKCS12_START = [integer, 1, 3, sequence] as const

function unknownFormat(file: Bytes, label: string | undefined, where: string): Error {
  const text = bufferOf(file).toString('latin1', 0, 4096)
  const foreign = foreignFormat(text, label, isPkcs12(file))
  if (foreign !== undefined)
    return cryptoFault('KEY_UNKNOWN_FORMAT', `${where} is ${foreign.name}, which is not read here.`, {
      fix: foreign.fix,
    })
  const found = label === undefined ? 'is no key file' : `holds "${label}", which is no key that is read here`
  return cryptoFault('KEY_UNKNOWN_FORMAT', `${where} ${found}.`, {
    fix: 'Give a PEM or DER file: a public key, a certificate, a Cosign key, or a PKCS#8, SEC1 or PKCS#1 private key.',
  })
}

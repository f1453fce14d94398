/** Notation signatures as COSE (signature-envelope-cose.md): a tagged COSE_Sign1 (RFC 9052 section 4.2). */

import { decode } from 'cborg'
import { type Bytes, formatBytes, limits } from '../base/index.ts'
import { checkCbor } from './cbor-check.ts'
import { cborHead } from './cbor-write.ts'
import { invalid } from './faults.ts'
import { type NotationAlgorithm, type NotationEnvelope, notationAttributes as names } from './notation.ts'
import { HeaderTime, readSignedHeaders, type SignedHeaders, timeAttributes } from './notation-headers.ts'

const WHERE = 'The Notation signature'
/** COSE header parameters (RFC 9052 section 3.1, RFC 9360 section 2). */
const ALG = 1
const CRIT = 2
const CONTENT_TYPE = 3
const X5CHAIN = 33

/** COSE algorithms (RFC 9053 section 2.1, RFC 8230 section 2). */
export const coseAlgorithms: Readonly<Record<NotationAlgorithm, number>> = {
  PS256: -37,
  PS384: -38,
  PS512: -39,
  ES256: -7,
  ES384: -35,
  ES512: -36,
}

/** What the outer tag of COSE_Sign1 holds. */
class Sign1 {
  readonly members: unknown

  constructor(members: unknown) {
    this.members = members
  }
}

/** @throws ENVELOPE_INVALID, LIMIT_EXCEEDED */
export function parseNotationCose(bytes: Bytes): NotationEnvelope {
  if (bytes.length > limits.signatureBytes) throw invalid(`${WHERE} has ${formatBytes(bytes.length)}.`)
  const outer = read(bytes, WHERE)
  if (!(outer instanceof Sign1)) throw invalid(`${WHERE} is no tagged COSE_Sign1.`)
  const { members } = outer
  if (!Array.isArray(members) || members.length !== 4) throw invalid(`${WHERE} is no COSE_Sign1 of four members.`)
  const [header, unprotected, payload, signature]: readonly unknown[] = members
  if (!isBytes(header) || !isBytes(payload) || !isBytes(signature) || !(unprotected instanceof Map))
    throw invalid(`${WHERE} has a member of the wrong type.`)
  if (signature.length === 0 || signature.length > limits.signatureValueBytes)
    throw invalid(`${WHERE} has a signature of impossible length.`)
  return {
    encoding: 'cose',
    ...readSignedHeaders(readProtected(header)),
    ...readUnprotected(unprotected),
    payload,
    signedParts: sigStructure(header, payload),
    signature,
  }
}

/** Sig_structure (RFC 9052 section 4.4): the context, the protected header as it came, no external data, the payload. */
export function sigStructure(header: Bytes, payload: Bytes): readonly Bytes[] {
  const context = Buffer.from('\x84\x6aSignature1', 'latin1')
  return [context, cborHead(2, header.length), header, cborHead(2, 0), cborHead(2, payload.length), payload]
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

/** Also no key twice, and each number in its shortest form (RFC 8949 section 4.2.1); of the order of keys nothing is asked. */
function read(bytes: Bytes, where: string): unknown {
  checkCbor(bytes, where)
  try {
    return decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      rejectDuplicateMapKeys: true,
      useMaps: true,
      tags: {
        18: (content) => new Sign1(content()),
        1: (content) => timeOf(content()),
      },
    })
  } catch (cause) {
    throw invalid(`${where} is not valid CBOR.`, cause)
  }
}

function timeOf(seconds: unknown): HeaderTime {
  if (typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > -1e10 && seconds < 1e12)
    return new HeaderTime(seconds * 1000)
  throw invalid(`${WHERE} has a time that is not in whole seconds.`)
}

function readProtected(bytes: Bytes): SignedHeaders {
  const header = read(bytes, 'The protected header')
  if (!(header instanceof Map)) throw invalid('The protected header is no map.')
  const attributes = new Map<string | number, unknown>()
  for (const [key, value] of header as Map<unknown, unknown>) {
    if (key === ALG || key === CRIT || key === CONTENT_TYPE) continue
    if (typeof key !== 'string' && typeof key !== 'number')
      throw invalid('The protected header has a header without a name.')
    if (UNSIGNED.includes(key)) throw invalid(`The protected header has ${key}, which belongs to the unsigned header.`)
    attributes.set(key, value)
  }
  const algorithm = Object.entries(coseAlgorithms).find(([, label]) => label === header.get(ALG))?.[0]
  const contentType: unknown = header.get(CONTENT_TYPE)
  if (typeof contentType !== 'string') throw invalid('The protected header names no content type.')
  return {
    // A number that is none of them is named so that it is no name of JWS.
    algorithm: algorithm ?? `COSE ${String(header.get(ALG))}`,
    contentType,
    critical: texts(header.get(CRIT)),
    attributes,
  }
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > limits.criticalHeaders)
    throw invalid('The protected header has no list of critical headers.')
  return value.map((name: unknown) => {
    if (typeof name === 'string') return name
    throw invalid('The list of critical headers names one that is no text.')
  })
}

const UNSIGNED: readonly unknown[] = [X5CHAIN, names.timestamp, names.agent]
const MUST_BE_SIGNED: readonly unknown[] = [
  ALG,
  CRIT,
  CONTENT_TYPE,
  ...timeAttributes,
  names.scheme,
  names.plugin,
  names.pluginMinVersion,
]

function readUnprotected(
  header: Map<unknown, unknown>,
): Pick<NotationEnvelope, 'chain' | 'timestamp' | 'signingAgent'> {
  const misplaced = [...header.keys()].find((key) => MUST_BE_SIGNED.includes(key))
  if (misplaced !== undefined) throw invalid(`The unprotected header has ${String(misplaced)}, which must be signed.`)
  const agent = header.get(names.agent)
  const timestamp = header.get(names.timestamp)
  if (agent !== undefined && typeof agent !== 'string') throw invalid('The signing agent is no text.')
  if (
    timestamp !== undefined &&
    (!isBytes(timestamp) || timestamp.length === 0 || timestamp.length > limits.timestampBytes)
  )
    throw invalid('The timestamp is not what a timestamp is.')
  return {
    chain: chainOf(header.get(X5CHAIN)),
    ...(agent === undefined ? {} : { signingAgent: agent }),
    ...(isBytes(timestamp) ? { timestamp } : {}),
  }
}

/** Always an array here, also of one certificate. */
function chainOf(value: unknown): readonly Bytes[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('The envelope has no chain of certificates.')
  if (value.length > limits.certificateChain) throw invalid(`The envelope has ${value.length} certificates.`)
  return value.map((der: unknown) => {
    if (isBytes(der) && der.length > 0 && der.length <= limits.certificateBytes) return der
    throw invalid('The chain of certificates has a member that is none.')
  })
}

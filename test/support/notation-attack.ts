/** Notation signatures as an attacker would make them: any header, any chain, any encoding, put beside an image, and the question that they must not pass. */

import { type Bytes, concat, toBase64, toBase64Url, utf8 } from '../../src/base/index.ts'
import { type NamedAlgorithm, type PrivateKey, signNamed } from '../../src/crypto/index.ts'
import { cborHead } from '../../src/envelope/cbor-write.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type ContentStore, type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { type Certificate, parseCertificate } from '../../src/pki/index.ts'
import {
  levelActions,
  parseIdentity,
  type RevocationSource,
  type TrustLevel,
  type TrustStoreType,
  type X509Trust,
} from '../../src/trust/index.ts'
import { type ImageVerdict, type Question, verifyImage } from '../../src/verification/index.ts'
import { makeChain, type TestCertificate, type TestChain } from './certificates.ts'
import { putBlob, putImage, putManifest } from './image.ts'
import { now } from './revocation.ts'

export const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json'
export const SIGNATURE_TYPE = 'application/vnd.cncf.notary.signature'
export const JWS = 'application/jose+json'
export const COSE = 'application/cose'
/** `header('expiry')` */
export const header = (name: string): string => `io.cncf.notary.${name}`

const ES256: NamedAlgorithm = { kind: 'ecdsa', hash: 'sha256', encoding: 'fixed' }

/** Everybody trusts the root of this chain; attackers have others. */
export const release: TestChain = makeChain()

export interface Attack {
  readonly chain?: readonly TestCertificate[]
  readonly key?: PrivateKey
  readonly sign?: NamedAlgorithm | ((signed: Bytes) => Bytes)
  readonly payload?: Bytes
  readonly timestamp?: Bytes | ((signature: Bytes) => Bytes)
}

export interface JwsAttack extends Attack {
  /** Instead of, or beside, the usual headers; undefined leaves one out. */
  readonly protected?: Readonly<Record<string, unknown>>
  /** The whole protected header as text. */
  readonly protectedText?: string
  readonly header?: Readonly<Record<string, unknown>>
  readonly members?: Readonly<Record<string, unknown>>
  readonly edit?: (text: string) => string
}

export function payloadOf({ mediaType, digest, size }: Descriptor, more: object = {}): Bytes {
  return utf8(JSON.stringify({ targetArtifact: { mediaType, digest, size, ...more } }))
}

function signatureOf({ sign = ES256, key, chain }: Attack, signed: Bytes): Bytes {
  if (typeof sign === 'function') return sign(signed)
  return signNamed(key ?? chain?.[0]?.key ?? release.leaf.key, sign, [signed])
}

function stampOf({ timestamp }: Attack, signature: Bytes): Bytes | undefined {
  return typeof timestamp === 'function' ? timestamp(signature) : timestamp
}

const chainOf = ({ chain = [release.leaf, release.intermediate, release.root] }: Attack): readonly Bytes[] =>
  chain.map(({ der }) => der)

export const usualHeader = {
  alg: 'ES256',
  crit: [header('signingScheme')],
  cty: PAYLOAD_TYPE,
  [header('signingScheme')]: 'notary.x509',
  [header('signingTime')]: '2026-11-22T14:00:00Z',
} as const

export const authorityHeader = {
  crit: [header('signingScheme'), header('authenticSigningTime')],
  [header('signingScheme')]: 'notary.x509.signingAuthority',
  [header('signingTime')]: undefined,
  [header('authenticSigningTime')]: '2026-11-22T14:00:00Z',
} as const

export function jws(subject: Descriptor, attack: JwsAttack = {}): Bytes {
  const text = attack.protectedText ?? JSON.stringify({ ...usualHeader, ...attack.protected })
  const encodedHeader = toBase64Url(utf8(text))
  const encodedPayload = toBase64Url(attack.payload ?? payloadOf(subject))
  const signature = signatureOf(attack, utf8(`${encodedHeader}.${encodedPayload}`))
  const stamp = stampOf(attack, signature)
  const whole = JSON.stringify({
    payload: encodedPayload,
    protected: encodedHeader,
    header: {
      x5c: chainOf(attack).map(toBase64),
      ...(stamp === undefined ? {} : { [header('timestampSignature')]: toBase64(stamp) }),
      ...attack.header,
    },
    signature: toBase64Url(signature),
    ...attack.members,
  })
  return utf8(attack.edit?.(whole) ?? whole)
}

/** CBOR as it may not be too: maps keep their order, and everything may stand twice. */
export const raw = {
  head: cborHead,
  int: (value: number): Bytes => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)),
  bytes: (value: Bytes): Bytes => concat(cborHead(2, value.length), value),
  text: (value: string): Bytes => concat(cborHead(3, utf8(value).length), utf8(value)),
  array: (...items: readonly Bytes[]): Bytes => concat(cborHead(4, items.length), ...items),
  map: (...entries: readonly (readonly [Bytes, Bytes])[]): Bytes =>
    concat(cborHead(5, entries.length), ...entries.flat()),
  time: (milliseconds: number): Bytes => concat(cborHead(6, 1), raw.int(Math.floor(milliseconds / 1000))),
} as const

type Entry = readonly [Bytes, Bytes]

export interface CoseAttack extends Attack {
  /** By the label in hexadecimal or the name; undefined leaves one out. */
  readonly protected?: Readonly<Record<string, Bytes | undefined>>
  readonly more?: readonly Entry[]
  /** The whole protected header. */
  readonly protectedBytes?: Bytes
  readonly unprotected?: readonly Entry[]
  readonly x5chain?: Bytes
  readonly edit?: (whole: Bytes) => Bytes
}

export const usualCose: Readonly<Record<string, Bytes>> = {
  1: raw.int(-7),
  2: raw.array(raw.text(header('signingScheme'))),
  3: raw.text(PAYLOAD_TYPE),
  [header('signingScheme')]: raw.text('notary.x509'),
  [header('signingTime')]: raw.time(Date.UTC(2026, 10, 22, 14)),
}

function entries(headers: Readonly<Record<string, Bytes | undefined>>): readonly Entry[] {
  return Object.entries(headers).flatMap(([name, value]): readonly Entry[] => {
    const key = /^\d+$/.test(name) ? raw.int(Number(name)) : raw.text(name)
    return value === undefined ? [] : [[key, value]]
  })
}

export function cose(subject: Descriptor, attack: CoseAttack = {}): Bytes {
  const own = { ...usualCose, ...attack.protected }
  const signedHeader = attack.protectedBytes ?? raw.map(...entries(own), ...(attack.more ?? []))
  const payload = attack.payload ?? payloadOf(subject)
  const signed = raw.array(
    raw.text('Signature1'),
    raw.bytes(signedHeader),
    raw.bytes(new Uint8Array()),
    raw.bytes(payload),
  )
  const signature = signatureOf(attack, signed)
  const stamp = stampOf(attack, signature)
  const unprotected = raw.map(
    [raw.int(33), attack.x5chain ?? raw.array(...chainOf(attack).map(raw.bytes))],
    ...(stamp === undefined ? [] : [[raw.text(header('timestampSignature')), raw.bytes(stamp)] as const]),
    ...(attack.unprotected ?? []),
  )
  const whole = concat(
    cborHead(6, 18),
    raw.array(raw.bytes(signedHeader), unprotected, raw.bytes(payload), raw.bytes(signature)),
  )
  return attack.edit?.(whole) ?? whole
}

export interface Place {
  readonly store: ContentStore
  readonly image: Descriptor
}

export async function place(content = 'hello'): Promise<Place> {
  const store = memoryStore('registry.test/shop/api')
  return { store, image: await putImage(store, content) }
}

export interface AttachAttack {
  readonly mediaType?: string
  readonly subject?: Descriptor
  readonly manifest?: Readonly<Record<string, unknown>>
}

export async function attach(
  { store, image }: Place,
  envelope: Bytes,
  { mediaType, subject = image, manifest = {} }: AttachAttack = {},
): Promise<Descriptor> {
  const config = await putBlob(store, SIGNATURE_TYPE, '{}')
  const layer = await putBlob(store, mediaType ?? (envelope[0] === 0xd2 ? COSE : JWS), envelope)
  const usual = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer], subject }
  return putManifest(store, { ...usual, ...manifest })
}

export const nobody: RevocationSource = {
  ocsp: () => Promise.reject(new Error('Nobody may be asked.')),
  crl: () => Promise.reject(new Error('Nobody may be asked.')),
}

export function certificatesOf(...certificates: readonly TestCertificate[]): readonly Certificate[] {
  return certificates.map(({ der }) => parseCertificate(der))
}

export function storeOf(type: TrustStoreType, ...certificates: readonly TestCertificate[]): X509Trust['stores'][0] {
  return { type, name: 'acme', certificates: certificatesOf(...certificates) }
}

export function trustOf(level: TrustLevel = 'strict', more: Partial<X509Trust> = {}): X509Trust {
  return {
    name: level,
    level,
    actions: levelActions[level],
    identities: [parseIdentity('*')],
    stores: [storeOf('ca', release.root)],
    verifyTimestamp: 'always',
    ...more,
  }
}

interface Asked {
  readonly trusts?: readonly X509Trust[]
  readonly at?: number
  readonly revocation?: RevocationSource
  readonly more?: Partial<Question>
}

export function questionOf({ trusts = [trustOf()], at = now, revocation = nobody, more = {} }: Asked = {}): Question {
  const x509 = { trusts, at, revocation }
  return { about: { kind: 'signature' }, keys: [], x509, threshold: 1, annotations: {}, ...more }
}

export function codesOf({ candidates }: ImageVerdict): readonly string[] {
  const findings = candidates.flatMap((candidate) => candidate.findings)
  return findings.filter(({ outcome }) => outcome !== 'pass').map((it) => it.code)
}

/** The verdict over one signature, and what did not pass. */
export async function judged(
  make: Bytes | ((image: Descriptor) => Bytes),
  asked: Asked & { readonly attach?: AttachAttack } = {},
): Promise<readonly [verdict: string, ...codes: readonly string[]]> {
  const where = await place()
  await attach(where, make instanceof Uint8Array ? make : make(where.image), asked.attach)
  const found = await verifyImage({ image: where.store }, where.image.digest, questionOf(asked))
  return [found.verdict, ...codesOf(found)]
}

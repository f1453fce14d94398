/** Notation signatures as notation would not write them, each properly signed all the same, and the ways to hang them on an image. */

import { constants, sign } from 'node:crypto'
import type { Member } from '../../src/authority/index.ts'
import { type Bytes, rfc3339, toBase64, toBase64Url, utf8 } from '../../src/base/index.ts'
import { type NamedAlgorithm, signNamed } from '../../src/crypto/index.ts'
import { cbor } from '../../src/envelope/cbor-write.ts'
import {
  fallbackTag,
  type NotationAlgorithm,
  namedAlgorithmOf,
  notationAlgorithmFor,
  notationMediaTypes,
  notationPayloadType,
} from '../../src/envelope/index.ts'
import { coseAlgorithms, sigStructure } from '../../src/envelope/notation-cose.ts'
import { type Descriptor, emptyBlob, mediaTypes } from '../../src/oci/index.ts'
import { putBlob, putManifest } from '../support/image.ts'
import type { Encoding } from './notation-world.ts'
import type { TestImage } from './world.ts'

const SCHEME = 'io.cncf.notary.signingScheme'
const TIME = 'io.cncf.notary.signingTime'
const NOTATION = 'application/vnd.cncf.notary.signature'

export interface Forgery {
  readonly signer: Member
  readonly image: TestImage
  /** Changes the JSON text before it is signed. */
  readonly payload?: (text: string) => string
  readonly header?: (text: string) => string
  /** Changes the finished envelope. */
  readonly envelope?: (text: string) => string
  /** Headers that are signed and critical. */
  readonly critical?: Readonly<Record<string, string>>
  /** Of RSA. */
  readonly saltLength?: number
  /** Milliseconds since 1970; now where it is left out. */
  readonly signingTime?: number
}

export function forge(encoding: Encoding, forgery: Forgery): Bytes {
  return encoding === 'jws' ? forgeJws(forgery) : forgeCose(forgery)
}

const same = (text: string): string => text

function payloadOf({ image, payload = same }: Forgery): Bytes {
  const { mediaType, digest, size } = image.descriptor
  return utf8(payload(JSON.stringify({ targetArtifact: { mediaType, digest, size } })))
}

function algorithmOf({ signer }: Forgery): NotationAlgorithm {
  const algorithm = notationAlgorithmFor(signer.key.publicKey)
  if (algorithm === undefined) throw new Error('No Notation signature is made with such a key.')
  return algorithm
}

function signed(forgery: Forgery, toBeSigned: Bytes): Bytes {
  const { signer, saltLength } = forgery
  const named: NamedAlgorithm = namedAlgorithmOf(algorithmOf(forgery))
  if (saltLength === undefined) return signNamed(signer.key, named, [toBeSigned])
  const hash = named.kind === 'ed25519' ? 'sha512' : named.hash
  return sign(hash, toBeSigned, { key: signer.key.keyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
}

function forgeJws(forgery: Forgery): Bytes {
  const { signer, header = same, envelope = same, critical = {}, signingTime = Date.now() } = forgery
  const headerText = JSON.stringify({
    alg: algorithmOf(forgery),
    crit: [SCHEME, ...Object.keys(critical)],
    cty: notationPayloadType,
    [SCHEME]: 'notary.x509',
    [TIME]: rfc3339(Math.floor(signingTime / 1000) * 1000),
    ...critical,
  })
  const parts = [toBase64Url(utf8(header(headerText))), toBase64Url(payloadOf(forgery))]
  const whole = {
    payload: parts[1],
    protected: parts[0],
    header: { x5c: signer.chain.map(({ raw }) => toBase64(raw)), 'io.cncf.notary.signingAgent': 'test' },
    signature: toBase64Url(signed(forgery, utf8(parts.join('.')))),
  }
  return utf8(envelope(JSON.stringify(whole)))
}

function forgeCose(forgery: Forgery): Bytes {
  const { signer, critical = {}, signingTime = Date.now() } = forgery
  const { array, bytes, integer, map, tag, text } = cbor
  const header = map([
    [integer(1), integer(coseAlgorithms[algorithmOf(forgery)])],
    [integer(2), array([SCHEME, ...Object.keys(critical)].map(text))],
    [integer(3), text(notationPayloadType)],
    [text(SCHEME), text('notary.x509')],
    [text(TIME), tag(1, integer(Math.floor(signingTime / 1000)))],
    ...Object.entries(critical).map(([key, value]) => [text(key), text(value)] as const),
  ])
  const payload = payloadOf(forgery)
  const signature = signed(forgery, Buffer.concat(sigStructure(header, payload)))
  const chain = array(signer.chain.map(({ raw }) => bytes(raw)))
  return tag(18, array([bytes(header), map([[integer(33), chain]]), bytes(payload), bytes(signature)]))
}

/** As notation hangs it: a manifest whose type is that of its config. @param envelopes each a layer */
export async function hang(image: TestImage, encoding: Encoding, ...envelopes: readonly Bytes[]): Promise<Descriptor> {
  const { store, descriptor } = image
  const config = await putBlob(store, NOTATION, emptyBlob.bytes)
  const layers: Descriptor[] = []
  for (const envelope of envelopes) layers.push(await putBlob(store, notationMediaTypes[encoding], envelope))
  const { mediaType, digest, size } = descriptor
  const subject = { mediaType, digest, size }
  const annotations = { 'io.cncf.notary.x509chain.thumbprint#S256': '[]' }
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, subject, annotations }
  return { ...(await putManifest(store, manifest)), artifactType: NOTATION }
}

/** Under the fallback tag, in exactly this order: whoever may push writes what they like there. */
export async function listUnderFallbackTag({ store, digest }: TestImage, manifests: readonly object[]): Promise<void> {
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests }
  await putManifest(store, index, fallbackTag(digest as Descriptor['digest']))
}

/** What is listed under the fallback tag. */
export async function listedUnderFallbackTag({ store, digest }: TestImage): Promise<readonly object[]> {
  const raw = await store.manifest(fallbackTag(digest as Descriptor['digest']))
  if (raw === undefined) return []
  return (JSON.parse(Buffer.from(raw.bytes).toString()) as { manifests: object[] }).manifests
}

/** Notation envelopes put together member by member, so that each can be wrong in one way. */

import { readFileSync } from 'node:fs'
import type { Bytes } from '../../src/base/index.ts'
import { toBase64Url, utf8 } from '../../src/base/index.ts'
import { cbor } from '../../src/envelope/cbor-write.ts'
import { type NotationEnvelope, notationMediaTypes, parseNotation } from '../../src/envelope/index.ts'
import { notationVector } from '../support/notation-vectors.ts'

export const NOTARY = 'io.cncf.notary'
export const SCHEME = `${NOTARY}.signingScheme`
export const TIME = `${NOTARY}.signingTime`
export const AUTHENTIC = `${NOTARY}.authenticSigningTime`
export const EXPIRY = `${NOTARY}.expiry`
export const PLUGIN = `${NOTARY}.verificationPlugin`
export const PLUGIN_VERSION = `${NOTARY}.verificationPluginMinVersion`
export const AGENT = `${NOTARY}.signingAgent`
export const STAMP = `${NOTARY}.timestampSignature`
export const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json'

export const payload = utf8(
  '{"targetArtifact":{"digest":"sha256:684a0410bcb4d888f470f7b34a2e922fc42a98ee334ac8baa85a9aba5c2fb8ab","mediaType":"application/vnd.oci.image.manifest.v1+json","size":544}}',
)
export const signature = new Uint8Array(64).fill(1)
export const certificate = new Uint8Array([0x30, 0])

export function readVector(sample: string): Bytes {
  return readFileSync(notationVector(sample, sample.includes('/cose') ? 'envelope.cose' : 'envelope.jws'))
}

export const readJws = (bytes: Bytes): NotationEnvelope => parseNotation(bytes, notationMediaTypes.jws)
export const readCose = (bytes: Bytes): NotationEnvelope => parseNotation(bytes, notationMediaTypes.cose)

export const goodHeader = {
  alg: 'ES256',
  crit: [SCHEME],
  cty: PAYLOAD_TYPE,
  [SCHEME]: 'notary.x509',
  [TIME]: '2026-11-22T14:28:42Z',
}

export const encoded = (text: string): string => toBase64Url(utf8(text))

export interface JwsParts {
  /** JSON text, or an object of it. */
  readonly header?: string | object
  readonly unprotected?: object
  readonly members?: object
}

export function jws({ header = goodHeader, unprotected, members }: JwsParts): Bytes {
  return utf8(
    JSON.stringify({
      payload: toBase64Url(payload),
      protected: encoded(typeof header === 'string' ? header : JSON.stringify(header)),
      header: unprotected ?? { x5c: [Buffer.from(certificate).toString('base64')], [AGENT]: 'test' },
      signature: toBase64Url(signature),
      ...members,
    }),
  )
}

export type Entry = readonly [Bytes, Bytes]
export const { integer, text, bytes, array, map, tag } = cbor
export const time = (seconds: number): Bytes => tag(1, integer(seconds))

export const goodEntries: readonly Entry[] = [
  [integer(1), integer(-7)],
  [integer(2), array([text(SCHEME)])],
  [integer(3), text(PAYLOAD_TYPE)],
  [text(SCHEME), text('notary.x509')],
  [text(TIME), time(1795357722)],
]
export const chainEntry: Entry = [integer(33), array([bytes(certificate)])]

export interface CoseParts {
  readonly header?: readonly Entry[]
  /** Instead of `header`: what is between the quotes of the byte string. */
  readonly rawHeader?: Bytes
  readonly unprotected?: Bytes
  /** Instead of the four. */
  readonly members?: readonly Bytes[]
}

export function cose({ header = goodEntries, rawHeader = map(header), unprotected, members }: CoseParts): Bytes {
  const four = [bytes(rawHeader), unprotected ?? map([chainEntry]), bytes(payload), bytes(signature)]
  return tag(18, array(members ?? four))
}

/** The good entries with others in their place, or more; `undefined` takes one away. */
export function changed(...changes: readonly (readonly [Bytes, Bytes | undefined])[]): readonly Entry[] {
  const name = (key: Bytes): string => Buffer.from(key).toString('hex')
  const entries = new Map<string, readonly [Bytes, Bytes | undefined]>()
  for (const entry of [...goodEntries, ...changes]) entries.set(name(entry[0]), entry)
  return [...entries.values()].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
}

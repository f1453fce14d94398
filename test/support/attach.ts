/** Attaching what an attacker would: referrers and Cosign tags with any content. */

import { type Bytes, digestOf, utf8 } from '../../src/base/index.ts'
import { type PrivateKey, schemesOf, signParts } from '../../src/crypto/index.ts'
import {
  bundleMediaType,
  cosignAnnotations,
  cosignMediaTypes,
  cosignTag,
  paeParts,
  writeBundle,
} from '../../src/envelope/index.ts'
import { type ContentStore, type Descriptor, emptyBlob, mediaTypes } from '../../src/oci/index.ts'
import { putBlob, putManifest } from './image.ts'

export const SIGN_TYPE = 'https://sigstore.dev/cosign/sign/v1'
const IN_TOTO = 'application/vnd.in-toto+json'

export interface BundleAttack {
  readonly key: PrivateKey
  readonly statement: unknown
  /** The bytes that the envelope carries, when they are others than those signed. */
  readonly carried?: string
  readonly payloadType?: string
  readonly hint?: string
  readonly signature?: Bytes
  readonly annotations?: Readonly<Record<string, string>>
  readonly subject?: Descriptor
}

export function bundleOf({
  key,
  statement,
  carried,
  payloadType = IN_TOTO,
  hint = '',
  signature,
}: BundleAttack): Bytes {
  const payload = utf8(typeof statement === 'string' ? statement : JSON.stringify(statement))
  const scheme = key.publicKey.type === 'ed25519' ? 'ed25519' : (schemesOf(key.publicKey.type)[0] ?? 'ed25519')
  const sig = signature ?? signParts(key, scheme, paeParts(payloadType, [payload]))
  const envelope = {
    payloadType,
    payload: [carried === undefined ? payload : utf8(carried)],
    signatures: [{ keyid: '', sig }],
  }
  return Buffer.concat(writeBundle({ content: { kind: 'dsse', envelope }, material: { kind: 'public-key', hint } }))
}

export async function attachBundle(
  store: ContentStore,
  subject: Descriptor,
  attack: BundleAttack,
): Promise<Descriptor> {
  return attachRaw(store, attack.subject ?? subject, bundleOf(attack), attack.annotations ?? {})
}

export async function attachRaw(
  store: ContentStore,
  subject: Descriptor,
  content: Bytes,
  annotations: Readonly<Record<string, string>> = {},
  mediaType: string = bundleMediaType,
): Promise<Descriptor> {
  await putBlob(store, emptyBlob.descriptor.mediaType, emptyBlob.bytes)
  const layer = await putBlob(store, mediaType, content)
  return putManifest(store, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaType,
    config: emptyBlob.descriptor,
    layers: [layer],
    subject,
    annotations,
  })
}

export interface LegacyAttack {
  readonly key: PrivateKey
  readonly payload: string
  readonly carried?: string
  readonly signature?: string
}

export async function tagLegacySignature(
  store: ContentStore,
  subject: Descriptor,
  { key, payload, carried, signature }: LegacyAttack,
): Promise<void> {
  const scheme = schemesOf(key.publicKey.type)[0] ?? 'ed25519'
  const sig = signature ?? Buffer.from(signParts(key, scheme, [utf8(payload)])).toString('base64')
  const layer = await putBlob(store, cosignMediaTypes.simpleSigning, carried ?? payload)
  const config = await putBlob(store, mediaTypes.config, '{}')
  const signed = { ...layer, annotations: { [cosignAnnotations.signature]: sig } }
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [signed] }
  await putManifest(store, manifest, cosignTag(subject.digest, 'sig'))
}

export function signatureStatement(subject: Descriptor, more: object = {}): Record<string, unknown> {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: subject.digest.slice('sha256:'.length) } }],
    predicateType: SIGN_TYPE,
    predicate: {},
    ...more,
  }
}

export function simplePayload(subject: { readonly digest: string }, more: object = {}): string {
  return JSON.stringify({
    critical: {
      identity: { 'docker-reference': 'registry.test/shop/api' },
      image: { 'docker-manifest-digest': subject.digest },
      type: 'cosign container image signature',
      ...more,
    },
    optional: null,
  })
}

export function otherDigest(): string {
  return digestOf(utf8('another image'))
}

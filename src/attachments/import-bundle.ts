/** Attaches attestations and signatures that were made elsewhere: a Sigstore bundle as a referrer, a DSSE envelope in Cosign's `.att` tag. */

import { asObject, type Bytes, digestOf, limits, readJson, rfc3339 } from '../base/index.ts'
import {
  bundleAnnotations,
  cosignAnnotations,
  cosignMediaTypes,
  cosignTag,
  type DsseEnvelope,
  inTotoPayloadType,
  parseBundle,
  parseDsse,
} from '../envelope/index.ts'
import { annotationKeys, type Descriptor } from '../oci/index.ts'
import { attachReferrer } from './attach.ts'
import { addCosignLayer } from './cosign-tag.ts'
import { attachmentFault } from './faults.ts'
import { alreadyThere, checked, type Imported, type ImportTarget, otherImage, type ReadStatement } from './import.ts'

/**
 * Attaches what a file holds: a bundle, else a DSSE envelope.
 * @throws ATTACH_CONTENT_INVALID, ATTACH_OTHER_IMAGE, COSIGN_TAG_IMPOSSIBLE before anything is pushed; ATTACH_INCOMPLETE
 */
export async function importAttestation(
  target: ImportTarget,
  bytes: Bytes,
  readStatement: ReadStatement,
): Promise<Imported> {
  const isBundle = checked('The attestation', () => {
    const raw = { payload: true, dsseEnvelope: true, verificationMaterial: true, messageSignature: true } as const
    const document = readJson(bytes, { what: 'The attestation', maxBytes: limits.attestationBytes, raw })
    return asObject(document, 'The attestation')['mediaType'] !== undefined
  })
  return isBundle ? importBundle(target, bytes, readStatement) : importEnvelope(target, bytes, readStatement)
}

/** @throws as `importAttestation` */
export async function importBundle(
  target: ImportTarget,
  bytes: Bytes,
  readStatement: ReadStatement,
): Promise<Imported> {
  const { store, subject, pause, clock } = target
  const { content, mediaType } = checked('The bundle', () => parseBundle(bytes))
  if (content.kind === 'message-signature') {
    const what = 'The bundle signs the bytes of a file and states nothing: on an image it proves nothing.'
    throw attachmentFault('ATTACH_CONTENT_INVALID', what, {
      fix: 'Nothing was pushed. A bundle of an image holds an in-toto statement: "zegel sign" and "cosign sign" make it.',
    })
  }
  const predicateType = statedOf('The bundle', content.envelope, target, readStatement)
  const layer: Descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  const same = await alreadyThere(target, layer, (place) => place === 'referrers' || place === 'fallback-tag')
  if (same !== undefined) return same
  const attached = await attachReferrer(
    store,
    subject,
    {
      artifactType: mediaType,
      mediaType,
      content: [bytes],
      annotations: {
        [bundleAnnotations.content]: 'dsse-envelope',
        [bundleAnnotations.predicateType]: predicateType,
        [annotationKeys.created]: rfc3339(clock()),
      },
    },
    pause,
  )
  const place = attached.fallbackTag === undefined ? 'referrers' : 'fallback-tag'
  return { outcome: 'pushed', kind: 'bundle', place, manifest: attached.manifest }
}

async function importEnvelope(target: ImportTarget, bytes: Bytes, readStatement: ReadStatement): Promise<Imported> {
  const { store, subject, pause } = target
  const envelope = checked('The DSSE envelope', () => parseDsse(bytes))
  const predicateType = statedOf('The DSSE envelope', envelope, target, readStatement)
  const layer: Descriptor = {
    mediaType: cosignMediaTypes.dsse,
    digest: digestOf(bytes),
    size: bytes.length,
    annotations: { [cosignAnnotations.signature]: '', [cosignAnnotations.predicateType]: predicateType },
  }
  const same = await alreadyThere(target, layer, (place) => place === 'attestation-tag')
  if (same !== undefined) return same
  const manifest = await addCosignLayer(store, cosignTag(subject.digest, 'att'), layer, [bytes], pause)
  return { outcome: 'pushed', kind: 'cosign-attestation', place: 'attestation-tag', manifest }
}

/** The predicate type of a statement about this image. */
function statedOf(what: string, envelope: DsseEnvelope, { subject }: ImportTarget, read: ReadStatement): string {
  if (envelope.payloadType !== inTotoPayloadType) {
    const type = envelope.payloadType.slice(0, 100)
    throw attachmentFault('ATTACH_CONTENT_INVALID', `${what} holds a ${type}, not an in-toto statement.`, {
      fix: 'Nothing was pushed.',
    })
  }
  const statement = checked(what, () => read(envelope.payload))
  if (!statement.isAbout(subject.digest)) throw otherImage(what, subject.digest)
  return statement.predicateType
}

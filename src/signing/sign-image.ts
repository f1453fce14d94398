/** Signs an image: a Sigstore bundle that states `cosign/sign/v1`, or Cosign's simple signing under the `.sig` tag. */

import { addCosignLayer, attachReferrer } from '../attachments/index.ts'
import { imageSignaturePredicateType, writeStatement } from '../attestation/index.ts'
import { type Bytes, canonicalJson, digestOfParts, type Json, rfc3339, toBase64, utf8 } from '../base/index.ts'
import {
  bundleAnnotations,
  bundleMediaType,
  cosignAnnotations,
  cosignMediaTypes,
  cosignTag,
  writeSimpleSigning,
} from '../envelope/index.ts'
import { annotationKeys, type Descriptor } from '../oci/index.ts'
import type { Candidate } from '../verification/index.ts'
import { layerCertificate } from './bundle.ts'
import { signAsBundle } from './dsse.ts'
import { contentOf, existingOf, provesTheSame } from './existing.ts'
import type { Signer } from './signer.ts'
import type { SignatureFormat, SignedContent, SigningContext, SigningTarget } from './target.ts'

export interface ImageSignature {
  readonly format: SignatureFormat
  /** Signed with it: `-a build=42`. */
  readonly annotations: Readonly<Record<string, string>>
  /** The logical repository name that is signed: what `verify` with the same name demands. */
  readonly name?: string
}

/**
 * Signs one manifest or index. The same signature by the same key is not pushed a second time.
 */
export async function signImage(
  target: SigningTarget,
  signature: ImageSignature,
  signer: Signer,
  context: SigningContext,
): Promise<SignedContent> {
  const { store, subject } = target
  if (store !== undefined) {
    const own = await existingOf(store, subject, signer, { kind: 'signature' }, context.clock())
    const same = own.find((existing) => {
      const { attachment, candidate } = existing
      const isSameFormat = (attachment.kind === 'bundle') === (signature.format === 'bundle')
      return isSameFormat && provesTheSame(existing, signer) && saysTheSame(candidate, signature, target)
    })
    if (same !== undefined) {
      const { manifest, layer } = same.candidate.origin
      const content = (): Promise<readonly Bytes[]> => contentOf(store, same)
      return { outcome: 'already-there', subject: subject.digest, format: signature.format, manifest, layer, content }
    }
  }
  return signature.format === 'bundle'
    ? signWithBundle(target, signature, signer, context)
    : signWithCosign(target, signature, signer, context)
}

function saysTheSame(candidate: Candidate, signature: ImageSignature, { repository }: SigningTarget): boolean {
  const signed = candidate.annotations ?? annotationsOf(candidate)
  const name = signature.format === 'bundle' ? signature.name : (signature.name ?? repository)
  return (
    canonicalJson({ ...signed } as never) === canonicalJson(signature.annotations) &&
    (candidate.signedName ?? '') === (name ?? '')
  )
}

function annotationsOf({ statement }: Candidate): Readonly<Record<string, Json>> {
  return statement?.subjects[0]?.annotations ?? {}
}

async function signWithBundle(
  { subject, store }: SigningTarget,
  { annotations, name }: ImageSignature,
  signer: Signer,
  { clock, pause }: SigningContext,
): Promise<SignedContent> {
  const statement = writeStatement({
    subject: { ...(name === undefined ? {} : { name }), digest: subject.digest, annotations },
    predicateType: imageSignaturePredicateType,
    predicate: [utf8('{}')],
  })
  const content = await signAsBundle(signer, statement)
  const made = { subject: subject.digest, format: 'bundle', content: async () => content } as const
  if (store === undefined) return { ...made, outcome: 'not-uploaded' }
  const referrer = bundleReferrer(content, imageSignaturePredicateType, clock())
  return { ...made, outcome: 'pushed', ...(await attachReferrer(store, subject, referrer, pause)) }
}

/** A bundle as cosign 3 attaches it; the annotations are hints for people, unsigned. */
export function bundleReferrer(
  content: readonly Bytes[],
  predicateType: string,
  now: number,
): Parameters<typeof attachReferrer>[2] {
  return {
    artifactType: bundleMediaType,
    mediaType: bundleMediaType,
    content,
    annotations: {
      [bundleAnnotations.content]: 'dsse-envelope',
      [bundleAnnotations.predicateType]: predicateType,
      [annotationKeys.created]: rfc3339(now),
    },
  }
}

async function signWithCosign(
  { subject, store, repository }: SigningTarget,
  { annotations, name }: ImageSignature,
  signer: Signer,
  { pause }: SigningContext,
): Promise<SignedContent> {
  const payload = writeSimpleSigning({
    dockerReference: name ?? repository,
    manifestDigest: subject.digest,
    annotations,
  })
  const signature = toBase64(await signer.sign([payload], 'envelope'))
  const layer: Descriptor = {
    mediaType: cosignMediaTypes.simpleSigning,
    digest: digestOfParts([payload]),
    size: payload.length,
    annotations: { [cosignAnnotations.signature]: signature, ...layerCertificate(signer) },
  }
  const made = {
    subject: subject.digest,
    format: 'cosign',
    layer: layer.digest,
    content: async () => [utf8(signature)],
  } as const
  if (store === undefined) return { ...made, outcome: 'not-uploaded' }
  const manifest = await addCosignLayer(store, cosignTag(subject.digest, 'sig'), layer, [payload], pause)
  return { ...made, outcome: 'pushed', manifest }
}

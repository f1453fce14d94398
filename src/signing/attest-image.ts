/** Attests something about an image: an in-toto statement in a Sigstore bundle, or in Cosign's `.att` tag. */

import { addCosignLayer, attachReferrer, removeAttachments } from '../attachments/index.ts'
import {
  imageSignaturePredicateType,
  type PredicateType,
  preparePredicate,
  writeStatement,
} from '../attestation/index.ts'
import { type Bytes, type Digest, digestOfParts, isJsonObject, limits, readJson } from '../base/index.ts'
import { cosignAnnotations, cosignMediaTypes, cosignTag } from '../envelope/index.ts'
import type { ContentStore, Descriptor } from '../oci/index.ts'
import { layerCertificate } from './bundle.ts'
import { signAsBundle, signAsDsse } from './dsse.ts'
import { contentOf, type Existing, existingOf, provesTheSame } from './existing.ts'
import { signingFault } from './faults.ts'
import { bundleReferrer } from './sign-image.ts'
import type { Signer } from './signer.ts'
import type { SignatureFormat, SignedContent, SigningContext, SigningTarget } from './target.ts'

export interface ImageAttestation {
  readonly format: SignatureFormat
  readonly type: PredicateType
  /** The file as the tool wrote it. */
  readonly predicate: Bytes
  /** The subject's name; the repository where it is left out. */
  readonly name?: string
  /** Removes the older attestations of the same type by the same key, after the new one is there. */
  readonly replace: boolean
}

/** @throws PREDICATE_INVALID, ATTEST_TYPE_RESERVED */
export async function attestImage(
  target: SigningTarget,
  attestation: ImageAttestation,
  signer: Signer,
  context: SigningContext,
): Promise<SignedContent> {
  refuseReserved(attestation.type)
  const { subject, store, repository } = target
  const predicate = preparePredicate(attestation.predicate, attestation.type.form, context.clock())
  const own = store === undefined ? [] : await ownAttestations(store, target, attestation, signer, context.clock())
  const same = own.find(
    (existing) => provesTheSame(existing, signer) && isSame(existing, predicate, attestation, target),
  )
  if (same !== undefined && store !== undefined) {
    const older = own.filter((existing) => existing !== same)
    const replaced = attestation.replace ? await removeOlder(store, target, older, context) : {}
    const { manifest, layer } = same.candidate.origin
    return {
      outcome: 'already-there',
      subject: subject.digest,
      format: attestation.format,
      manifest,
      layer,
      content: () => contentOf(store, same),
      ...replaced,
    }
  }
  const statement = writeStatement({
    subject: { name: attestation.name ?? repository, digest: subject.digest },
    predicateType: attestation.type.uri,
    predicate,
  })
  const signed = await (attestation.format === 'bundle' ? attestWithBundle : attestWithCosign)(
    target,
    attestation,
    statement,
    signer,
    context,
  )
  return attestation.replace && store !== undefined
    ? { ...signed, ...(await removeOlder(store, target, own, context)) }
    : signed
}

/** An attestation that calls itself a signature would be one. */
export function refuseReserved(type: PredicateType): void {
  if (type.uri !== imageSignaturePredicateType) return
  throw signingFault('ATTEST_TYPE_RESERVED', `${imageSignaturePredicateType} is what an image signature states.`, {
    fix: 'To sign the image use "zegel sign".',
  })
}

async function ownAttestations(
  store: ContentStore,
  { subject }: SigningTarget,
  { type }: ImageAttestation,
  signer: Signer,
  at: number,
): Promise<readonly Existing[]> {
  return existingOf(store, subject, signer, { kind: 'attestation', predicateType: type.uri }, at)
}

function isSame(
  { attachment, candidate }: Existing,
  predicate: readonly Bytes[],
  wanted: ImageAttestation,
  { repository }: SigningTarget,
): boolean {
  if ((attachment.kind === 'bundle') !== (wanted.format === 'bundle')) return false
  if ((candidate.signedName ?? '') !== (wanted.name ?? repository)) return false
  const found = candidate.statement?.predicate?.bytes
  if (found === undefined) return false
  return wanted.type.form === 'custom'
    ? customData([found]) === customData(predicate)
    : digestOfParts([found]) === digestOfParts(predicate)
}

/** The custom form carries the moment of signing, which does not make it another attestation. */
function customData(parts: readonly Bytes[]): unknown {
  const document = readJson(Buffer.concat(parts), { what: 'The predicate', maxBytes: limits.attestationBytes })
  return isJsonObject(document) ? document['Data'] : undefined
}

async function removeOlder(
  store: ContentStore,
  { subject }: SigningTarget,
  older: readonly Existing[],
  { pause }: SigningContext,
): Promise<{ replaced?: readonly Digest[] }> {
  if (older.length === 0) return {}
  await removeAttachments(
    store,
    subject.digest,
    older.map(({ attachment }) => attachment),
    pause,
  )
  return { replaced: older.map(({ candidate }) => candidate.origin.manifest) }
}

async function attestWithBundle(
  { subject, store }: SigningTarget,
  { type }: ImageAttestation,
  statement: readonly Bytes[],
  signer: Signer,
  { clock, pause }: SigningContext,
): Promise<SignedContent> {
  const content = await signAsBundle(signer, statement)
  const made = { subject: subject.digest, format: 'bundle', content: async () => content } as const
  if (store === undefined) return { ...made, outcome: 'not-uploaded' }
  const attached = await attachReferrer(store, subject, bundleReferrer(content, type.uri, clock()), pause)
  return { ...made, outcome: 'pushed', ...attached }
}

async function attestWithCosign(
  { subject, store }: SigningTarget,
  { type }: ImageAttestation,
  statement: readonly Bytes[],
  signer: Signer,
  { pause }: SigningContext,
): Promise<SignedContent> {
  const content = await signAsDsse(signer, statement)
  const layer: Descriptor = {
    mediaType: cosignMediaTypes.dsse,
    digest: digestOfParts(content),
    size: content.reduce((sum, part) => sum + part.length, 0),
    annotations: {
      [cosignAnnotations.signature]: '',
      [cosignAnnotations.predicateType]: type.uri,
      ...layerCertificate(signer),
    },
  }
  const made = { subject: subject.digest, format: 'cosign', layer: layer.digest, content: async () => content } as const
  if (store === undefined) return { ...made, outcome: 'not-uploaded' }
  const manifest = await addCosignLayer(store, cosignTag(subject.digest, 'att'), layer, content, pause)
  return { ...made, outcome: 'pushed', manifest }
}

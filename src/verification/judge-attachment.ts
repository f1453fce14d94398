/** Judges one attachment: what it can be told from its kind alone, else its bytes, fetched within the bound of its kind. */

import { type Attachment, type AttachmentKind, claimedPredicateType } from '../attachments/index.ts'
import { imageSignaturePredicateType, predicateTypeName } from '../attestation/index.ts'
import { type Bytes, Fault, formatBytes, limits } from '../base/index.ts'
import type { BlobReader, Descriptor } from '../oci/index.ts'
import type { Candidate } from './candidate.ts'
import { type Finding, inconclusive } from './finding.ts'
import { judgeBundle } from './judge-bundle.ts'
import { judgeCosignAttestation, judgeCosignSignature } from './judge-cosign.ts'
import { type Judgement, notJudged } from './judgement.ts'
import type { Question } from './question.ts'
import type { Subject } from './subject.ts'

/** Undefined for what claims no proof at all: an unsigned SBOM, somebody's artifact. */
export async function judgeAttachment(
  reader: BlobReader,
  attachment: Attachment,
  subject: Subject,
  question: Question,
): Promise<Candidate | undefined> {
  const judgement = unasked(attachment, question) ?? (await judgeContent(reader, attachment, subject, question))
  if (judgement === undefined) return undefined
  const { kind, place, manifest, layer } = attachment
  return {
    ...judgement,
    origin: { kind, place, manifest: manifest.descriptor.digest, layer: layer.digest, size: layer.size },
  }
}

/**
 * What was not asked for is named and not fetched. The type that a manifest's annotation claims is unsigned: it is only ever taken as
 * a reason not to count a candidate, never as a reason to count one.
 */
function unasked(attachment: Attachment, question: Question): Judgement | undefined {
  const claimed = claimedPredicateType(attachment)
  const more = claimed === undefined ? {} : { predicateType: claimed }
  const isAttestation =
    attachment.kind === 'cosign-attestation' || (claimed !== undefined && claimed !== imageSignaturePredicateType)
  const isSignature = attachment.kind === 'cosign-signature' || claimed === imageSignaturePredicateType
  if (attachment.kind === 'notation') {
    const blocked = notationBlocked(question)
    return blocked === undefined ? undefined : notJudged([blocked], more)
  }
  if (question.about.kind === 'signature') {
    if (!isAttestation) return undefined
    const what = claimed === undefined ? '' : ` (${predicateTypeName(claimed)})`
    const detail = `It calls itself an attestation${what}: it does not say that the image is approved.`
    return notJudged([inconclusive('predicate-type', 'NOT_A_SIGNATURE', detail)], more)
  }
  if (isSignature)
    return notJudged(
      [inconclusive('predicate-type', 'NOT_AN_ATTESTATION', 'It calls itself an image signature.')],
      more,
    )
  const wanted = question.about.predicateType
  if (claimed === undefined || wanted === 'any' || claimed === wanted) return undefined
  const detail = `It calls itself ${predicateTypeName(claimed)}; ${predicateTypeName(wanted)} was asked for.`
  return notJudged([inconclusive('predicate-type', 'PREDICATE_TYPE_OTHER', detail)], more)
}

/** A Notation signature is no attestation, and whose certificates count a trust policy must say. */
function notationBlocked({ about, x509 }: Question): Finding | undefined {
  if (about.kind === 'attestation')
    return inconclusive('predicate-type', 'NOT_AN_ATTESTATION', 'A Notation signature states nothing about the image.')
  if (x509 === undefined) {
    const detail = 'A Notation signature: a key alone cannot judge it.'
    const fix = 'Say whose certificates count: --trust-policy FILE --trust-store DIR.'
    return inconclusive('key', 'NEEDS_TRUST_POLICY', detail, fix)
  }
  if (x509.trusts.length > 0) return undefined
  const detail = x509.uncovered ?? 'No trust policy says anything about this image.'
  return inconclusive(
    'trust',
    'NO_POLICY_FOR_IMAGE',
    detail,
    'Add it to the registryScopes of a statement; of a layout say --scope REPOSITORY.',
  )
}

interface Judge {
  readonly judge: (
    bytes: Bytes,
    layer: Descriptor,
    subject: Subject,
    question: Question,
  ) => Judgement | Promise<Judgement>
  /** What is larger was not seen. */
  readonly maxBytes: (question: Question) => number
}

let loadedJudge: Promise<typeof import('./notation/judge.ts')> | undefined

/** Asked for once: even what is loaded already takes a while to be found. */
function notationJudge(): Promise<typeof import('./notation/judge.ts')> {
  loadedJudge ??= import('./notation/judge.ts')
  return loadedJudge
}

/** No image signature is larger than that; an attestation may be. */
const sizeAsked = ({ about }: Question): number =>
  about.kind === 'signature' ? limits.signatureBytes : limits.attestationBytes

/** Who judges what; a kind without a judge proves nothing by itself. */
const judges: Readonly<Record<AttachmentKind, Judge | undefined>> = {
  bundle: {
    judge: (bytes, _, { digest }, question) => judgeBundle(bytes, digest, question),
    maxBytes: sizeAsked,
  },
  'cosign-signature': {
    judge: (bytes, layer, { digest }, question) => judgeCosignSignature(bytes, layer, digest, question),
    maxBytes: () => limits.signatureBytes,
  },
  'cosign-attestation': {
    judge: (bytes, layer, { digest }, question) => judgeCosignAttestation(bytes, layer, digest, question),
    maxBytes: sizeAsked,
  },
  notation: {
    // Certificates, chains and CBOR are a world of their own: a call about keys loads none of it.
    judge: async (...evidence) => (await notationJudge()).judgeNotation(...evidence),
    maxBytes: () => limits.signatureBytes,
  },
  sbom: undefined,
  unknown: undefined,
}

async function judgeContent(
  reader: BlobReader,
  { kind, layer }: Attachment,
  subject: Subject,
  question: Question,
): Promise<Judgement | undefined> {
  const found = judges[kind]
  if (found === undefined) return undefined
  const bytes = await fetchContent(reader, layer, found.maxBytes(question))
  return bytes instanceof Uint8Array ? found.judge(bytes, layer, subject, question) : bytes
}

async function fetchContent(reader: BlobReader, layer: Descriptor, atMost: number): Promise<Bytes | Judgement> {
  if (layer.size > atMost) {
    const detail = `It has ${formatBytes(layer.size)}; at most ${formatBytes(atMost)} are read for this question.`
    return { verdict: 'unreadable', findings: [inconclusive('content', 'CONTENT_TOO_LARGE', detail)], signers: [] }
  }
  try {
    return await reader.blob(layer, atMost)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return {
      verdict: 'unreadable',
      findings: [inconclusive('content', 'CONTENT_UNREADABLE', error.message, error.fix)],
      signers: [],
    }
  }
}

/** Finds what the same key has already signed: found by full verification, so that nothing foreign is ever taken for our own. */

import type { Attachment, Discovery } from '../attachments/index.ts'
import { discover } from '../attachments/index.ts'
import { type Bytes, type Digest, limits, utf8 } from '../base/index.ts'
import { cosignAnnotations } from '../envelope/index.ts'
import type { ContentStore } from '../oci/index.ts'
import { type Candidate, judgeAttachment, prepareQuestion, type Question } from '../verification/index.ts'
import type { Signer } from './signer.ts'

export interface Existing {
  readonly attachment: Attachment
  readonly candidate: Candidate
}

/** What hangs on the image already, and of it what this signer's key made. */
export async function existingOf(
  store: ContentStore,
  subject: Digest,
  signer: Signer,
  about: Question['about'],
): Promise<{ discovery: Discovery; own: readonly Existing[] }> {
  const question: Question = {
    about,
    keys: [{ name: 'own key', key: signer.publicKey }],
    threshold: 1,
    annotations: {},
  }
  await prepareQuestion(question)
  const discovery = await discover(store, subject)
  const own: Existing[] = []
  // One after another: an attestation may have a hundred megabytes.
  for (const attachment of discovery.attachments) {
    const candidate = await judgeAttachment(store, attachment, subject, question)
    if (candidate?.verdict === 'passed') own.push({ attachment, candidate })
  }
  return { discovery, own }
}

/** @see SignedContent */
export async function contentOf(store: ContentStore, { attachment }: Existing): Promise<readonly Bytes[]> {
  const { kind, layer } = attachment
  if (kind === 'cosign-signature') return [utf8(layer.annotations?.[cosignAnnotations.signature] ?? '')]
  return [await store.blob(layer, limits.attestationBytes)]
}

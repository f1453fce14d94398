/** Finds what the same key has already signed: found by full verification, so that nothing foreign is ever taken for our own. */

import type { Attachment } from '../attachments/index.ts'
import { discover } from '../attachments/index.ts'
import { type Bytes, limits, utf8 } from '../base/index.ts'
import { cosignAnnotations } from '../envelope/index.ts'
import type { ContentStore, Descriptor } from '../oci/index.ts'
import {
  type Candidate,
  isCertified,
  judgeAttachment,
  keyFingerprint,
  prepareQuestion,
  type Question,
} from '../verification/index.ts'
import type { Signer } from './signer.ts'

export interface Existing {
  readonly attachment: Attachment
  readonly candidate: Candidate
}

/**
 * What hangs on the image already and was made by this signer's key, bare or with its certificate.
 * @param at the moment at which the certificate is valid, milliseconds since 1970
 */
export async function existingOf(
  store: ContentStore,
  subject: Descriptor,
  signer: Signer,
  about: Question['about'],
  at: number,
): Promise<readonly Existing[]> {
  const keys = [{ name: 'own key', key: signer.publicKey }]
  const found = await findOwn(store, subject, {
    about,
    keys,
    threshold: 1,
    annotations: {},
    ...ownCertificate(signer, at),
  })
  // Others may have certificates of the same name.
  return found.filter(({ candidate }) =>
    candidate.signers.every((one) => keyFingerprint(one) === signer.publicKey.fingerprint),
  )
}

function ownCertificate({ certificate }: Signer, at: number): Pick<Question, 'certificates'> {
  if (certificate === undefined) return {}
  const { chain, identities } = certificate
  return { certificates: { identities, roots: chain.slice(-1), intermediates: chain.slice(1, -1), at } }
}

/** A bare key proves less than its certificate, and another certificate something else. */
export function provesTheSame({ candidate }: Existing, { certificate }: Signer): boolean {
  if (certificate === undefined) return true
  const { fingerprint } = certificate.leaf
  return candidate.signers.some((one) => isCertified(one) && one.certificate.fingerprint === fingerprint)
}

/** @param question accepts nobody but the signer */
export async function findOwn(
  store: ContentStore,
  subject: Descriptor,
  question: Question,
): Promise<readonly Existing[]> {
  await prepareQuestion(question)
  const { digest } = subject
  const discovery = await discover(store, digest)
  const own: Existing[] = []
  const judged = { digest, descriptor: async () => subject }
  // One after another: an attestation may have a hundred megabytes.
  for (const attachment of discovery.attachments) {
    const candidate = await judgeAttachment(store, attachment, judged, question)
    if (candidate?.verdict === 'passed') own.push({ attachment, candidate })
  }
  return own
}

/** @see SignedContent */
export async function contentOf(store: ContentStore, { attachment }: Existing): Promise<readonly Bytes[]> {
  const { kind, layer } = attachment
  if (kind === 'cosign-signature') return [utf8(layer.annotations?.[cosignAnnotations.signature] ?? '')]
  return [await store.blob(layer, limits.attestationBytes)]
}

/**
 * What an attachment is for, as far as it says so itself: enough to choose what is copied, cleaned or downloaded, never enough for a verdict.
 * A bundle's content says it better than its manifest's annotation (sigstore bundle annotations are unsigned hints).
 */

import { asObject, asString, type Bytes, Fault, limits, readJson } from '../base/index.ts'
import {
  bundleAnnotations,
  cosignAnnotations,
  type DsseEnvelope,
  imageSignaturePredicateType,
  inTotoPayloadType,
  parseBundle,
  parseDsse,
} from '../envelope/index.ts'
import type { BlobReader } from '../oci/index.ts'
import type { Attachment } from './attachment.ts'

export type AttachmentRole = 'signature' | 'attestation' | 'sbom' | 'other'

/** What the manifest or layer claims that the attachment states; nobody signed it there. */
export function claimedPredicateType({ kind, parsed, layer }: Attachment): string | undefined {
  if (kind === 'bundle') return parsed.annotations[bundleAnnotations.predicateType]
  if (kind === 'cosign-attestation') return layer.annotations?.[cosignAnnotations.predicateType]
  return undefined
}

export async function roleOf(reader: BlobReader, attachment: Attachment): Promise<AttachmentRole> {
  switch (attachment.kind) {
    case 'cosign-signature':
    case 'notation':
      return 'signature'
    case 'cosign-attestation':
      return 'attestation'
    case 'sbom':
      return 'sbom'
    case 'bundle':
      return bundleRole(reader, attachment)
    case 'unknown':
      return attachment.place === 'sbom-tag' ? 'sbom' : 'other'
  }
}

async function bundleRole(reader: BlobReader, attachment: Attachment): Promise<AttachmentRole> {
  const { layer } = attachment
  const stated = await statedPredicateType(reader, attachment, limits.signatureBytes)
  const type = stated ?? claimedPredicateType(attachment)
  if (type !== undefined) return type === imageSignaturePredicateType || type === '' ? 'signature' : 'attestation'
  // No image signature is that large.
  return layer.size > limits.signatureBytes ? 'attestation' : 'other'
}

/**
 * What the content states, not verified: empty for a bundle that signs bytes and states nothing; undefined for what cannot be read, or has
 * more than `maxBytes`.
 */
export async function statedPredicateType(
  reader: BlobReader,
  { kind, layer }: Attachment,
  maxBytes: number,
): Promise<string | undefined> {
  if (layer.size > maxBytes) return undefined
  try {
    const bytes = await reader.blob(layer, maxBytes)
    const envelope = kind === 'bundle' ? bundleEnvelope(bytes) : parseDsse(bytes)
    if (envelope === undefined) return ''
    if (envelope.payloadType !== inTotoPayloadType) return undefined
    const statement = readJson(envelope.payload, { what: 'The statement', raw: { predicate: true } })
    return asString(asObject(statement, 'The statement')['predicateType'], 'predicateType')
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function bundleEnvelope(bytes: Bytes): DsseEnvelope | undefined {
  const { content } = parseBundle(bytes)
  return content.kind === 'dsse' ? content.envelope : undefined
}

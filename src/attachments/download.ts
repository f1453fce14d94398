/**
 * What hangs on an image as documents, one a line: bundles and DSSE envelopes as they lie there, Cosign's signatures in the members that
 * `cosign download signature` prints. Nothing of it is verified beyond its digest.
 */

import { type Bytes, type Digest, type Json, limits, mapBounded, readJson, toBase64, utf8 } from '../base/index.ts'
import { cosignAnnotations } from '../envelope/index.ts'
import type { BlobReader, ByteStream, ContentReader } from '../oci/index.ts'
import type { Attachment, AttachmentProblem } from './attachment.ts'
import { discover } from './discover.ts'
import { type AttachmentRole, claimedPredicateType, roleOf, statedPredicateType } from './role.ts'

export interface Download {
  readonly attachment: Attachment
  /** Claimed or stated; nobody verified it. */
  readonly predicateType?: string
}

export interface DownloadOptions {
  readonly role: Exclude<AttachmentRole, 'other'>
  /** Only attestations of this predicate type (a URI). */
  readonly predicateType?: string
}

const ROLES_AT_ONCE = 8

/** @example const { downloads } = await findDownloads(repository, digest, { role: 'attestation' }) */
export async function findDownloads(
  reader: ContentReader,
  subject: Digest,
  options: DownloadOptions,
): Promise<{ readonly downloads: readonly Download[]; readonly problems: readonly AttachmentProblem[] }> {
  const { attachments, problems } = await discover(reader, subject, { withSboms: options.role === 'sbom' })
  const found = await mapBounded(attachments, ROLES_AT_ONCE, async (attachment): Promise<readonly Download[]> => {
    if ((await roleOf(reader, attachment)) !== options.role) return []
    const type = options.role === 'attestation' ? await predicateTypeOf(reader, attachment, options) : undefined
    if (options.predicateType !== undefined && type !== options.predicateType) return []
    return [{ attachment, ...(type === undefined ? {} : { predicateType: type }) }]
  })
  return { downloads: found.flat(), problems }
}

/** A large envelope is read for its type only where it matters and nothing claims one. */
async function predicateTypeOf(
  reader: BlobReader,
  attachment: Attachment,
  { predicateType }: DownloadOptions,
): Promise<string | undefined> {
  const claimed = claimedPredicateType(attachment)
  if (claimed !== undefined) return claimed
  const atMost = predicateType === undefined ? limits.signatureBytes : limits.attestationBytes
  return statedPredicateType(reader, attachment, atMost)
}

/**
 * The document as one line of JSON with its line end; an SBOM as it is. Streams: what is wrong with the content is known at its end.
 * @throws what `openBlob` throws; JSON_INVALID for annotations that are none
 */
export async function* openDownload(reader: BlobReader, { attachment }: Download): ByteStream {
  const { kind, layer } = attachment
  if (kind === 'cosign-signature') yield await signatureLine(reader, attachment)
  else if (kind === 'bundle' || kind === 'cosign-attestation') yield* oneLine(reader.openBlob(layer))
  else yield* reader.openBlob(layer)
}

/** Line ends are white space between the tokens of JSON, and nothing within them. */
async function* oneLine(content: ByteStream): ByteStream {
  for await (const chunk of content) yield withoutLineEnds(chunk)
  yield utf8('\n')
}

function withoutLineEnds(chunk: Bytes): Bytes {
  if (!chunk.includes(0x0a) && !chunk.includes(0x0d)) return chunk
  return chunk.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte))
}

async function signatureLine(reader: BlobReader, { layer }: Attachment): Promise<Bytes> {
  const payload = await reader.blob(layer, limits.signatureBytes)
  const annotations = layer.annotations ?? {}
  const text = (key: keyof typeof cosignAnnotations): string | null => annotations[cosignAnnotations[key]] || null
  const line = {
    Base64Signature: text('signature') ?? '',
    Payload: toBase64(payload),
    Cert: text('certificate'),
    Chain: text('chain'),
    Bundle: jsonOf(text('bundle')),
    RFC3161Timestamp: jsonOf(text('rfc3161Timestamp')),
  }
  return utf8(`${JSON.stringify(line)}\n`)
}

function jsonOf(text: string | null): Json {
  return text === null ? null : readJson(utf8(text), { what: 'The annotation', maxBytes: limits.signatureBytes })
}

/** For callers that need the whole of one: its bytes, hashed. */
export function readDownload(reader: BlobReader, { attachment }: Download): Promise<Bytes> {
  return reader.blob(attachment.layer, limits.attestationBytes)
}

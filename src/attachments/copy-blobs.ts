/** Streams blobs from one place to another, a bounded number at a time; what is there already is not sent. */

import { Fault, limits, mapBounded } from '../base/index.ts'
import type { ByteStream, ContentReader, ContentWriter, Descriptor } from '../oci/index.ts'

export interface BlobCounts {
  /** Transferred in this run. */
  readonly sent: number
  /** There already, or mounted from another repository of the same registry. */
  readonly present: number
  /** Layers that may not be distributed and lie elsewhere, at the URLs that the manifest names. */
  readonly foreign: number
  readonly bytesSent: number
  readonly bytesSkipped: number
}

export interface BlobTransfer {
  /** Another repository of the destination's registry that holds them. */
  readonly mountFrom?: string
  /** `bytes` more (or, when a transfer begins again, fewer) of the blob have passed. */
  readonly onBytes: (bytes: number) => void
  readonly onBlob: () => void
}

type Outcome = { readonly kind: 'sent' | 'present' | 'foreign'; readonly size: number }

export async function copyBlobs(
  source: ContentReader,
  destination: ContentWriter,
  blobs: readonly Descriptor[],
  transfer: BlobTransfer,
): Promise<BlobCounts> {
  const stop: Stop = { isSet: false }
  const outcomes = await mapBounded(blobs, limits.copyBlobsAtOnce, async (blob) => {
    try {
      const outcome = await copyBlob(source, destination, blob, transfer, stop)
      transfer.onBlob()
      return outcome
    } catch (error) {
      stop.isSet = true
      throw error
    }
  })
  const of = (kind: Outcome['kind']): readonly Outcome[] => outcomes.filter((outcome) => outcome.kind === kind)
  const bytes = (some: readonly Outcome[]): number => some.reduce((sum, { size }) => sum + size, 0)
  return {
    sent: of('sent').length,
    present: of('present').length,
    foreign: of('foreign').length,
    bytesSent: bytes(of('sent')),
    bytesSkipped: bytes(of('present')),
  }
}

/** Set by the first failure: the transfers beside it end at once. */
interface Stop {
  isSet: boolean
}

async function copyBlob(
  source: ContentReader,
  destination: ContentWriter,
  blob: Descriptor,
  { mountFrom, onBytes }: BlobTransfer,
  stop: Stop,
): Promise<Outcome> {
  let passed: number | undefined
  const open = async function* (): ByteStream {
    onBytes(-(passed ?? 0))
    passed = 0
    for await (const chunk of source.openBlob(blob)) {
      if (stop.isSet) throw new Error('Another transfer failed.')
      yield chunk
      passed += chunk.length
      onBytes(chunk.length)
    }
  }
  try {
    await destination.putBlob(blob, { open, isHashed: true }, mountFrom === undefined ? {} : { mountFrom })
  } catch (error) {
    if (!isForeign(blob) || !isMissing(error)) throw error
    onBytes(blob.size - (passed ?? 0))
    return { kind: 'foreign', size: blob.size }
  }
  const isSent = passed !== undefined
  onBytes(blob.size - (passed ?? 0))
  return { kind: isSent ? 'sent' : 'present', size: blob.size }
}

const FOREIGN = /\.(?:nondistributable\.v1\.tar(?:\+gzip|\+zstd)?|foreign\.diff\.tar\.gzip)$/

/** Layers that registries take no hold of (image-spec layer.md, "Non-Distributable Layers"; Docker's foreign layers). */
function isForeign({ mediaType }: Descriptor): boolean {
  return FOREIGN.test(mediaType)
}

function isMissing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof Fault && at.code === 'CONTENT_MISSING') return true
  return false
}

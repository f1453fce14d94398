/** What is common to attaching things that were made elsewhere: the image, the checks of form before anything is pushed, the answer. */

import { type Bytes, type Clock, type Digest, Fault } from '../base/index.ts'
import type { ContentStore, Descriptor } from '../oci/index.ts'
import type { AttachmentKind, Place } from './attachment.ts'
import { isSame } from './cosign-tag.ts'
import { discover } from './discover.ts'
import { attachmentFault } from './faults.ts'
import type { Pause } from './pause.ts'

export interface ImportTarget {
  readonly store: ContentStore
  /** The image's manifest or index. */
  readonly subject: Descriptor
  readonly pause: Pause
  readonly clock: Clock
}

export interface Imported {
  readonly outcome: 'pushed' | 'already-there'
  readonly kind: AttachmentKind
  readonly place: Place
  readonly manifest: Digest
}

/** What is read of a statement before it is attached: the room of attestations knows the format. */
export type ReadStatement = (payload: Bytes) => {
  readonly predicateType: string
  /** What it is about, by digest, as far as this house compares digests. */
  readonly isAbout: (digest: Digest) => boolean
}

/** @throws ATTACH_CONTENT_INVALID in place of what the reader of a format throws */
export function checked<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw attachmentFault('ATTACH_CONTENT_INVALID', `${what} cannot be attached: ${cause.message}`, {
      cause,
      fix: cause.fix ?? 'Nothing was pushed. Give the file as the signing tool wrote it.',
    })
  }
}

export function otherImage(what: string, subject: Digest): Error {
  return attachmentFault('ATTACH_OTHER_IMAGE', `${what} was made for another image, not for ${subject}.`, {
    fix: 'Nothing was pushed. Name the image by the digest that was signed, or sign this one.',
  })
}

/** The attachment of the same place that holds the same layer. */
export async function alreadyThere(
  { store, subject }: ImportTarget,
  layer: Descriptor,
  isPlace: (place: Place) => boolean,
): Promise<Imported | undefined> {
  const { attachments } = await discover(store, subject.digest, { withSboms: true })
  const same = attachments.find(({ place, layer: other }) => {
    if (!isPlace(place)) return false
    return layer.annotations === undefined ? other.digest === layer.digest : isSame(other, layer)
  })
  if (same === undefined) return undefined
  const { kind, place, manifest } = same
  return { outcome: 'already-there', kind, place, manifest: manifest.descriptor.digest }
}

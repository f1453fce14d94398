/** How a Notation signature hangs on an image (Notary Project signature-specification.md, "OCI Image Manifest"). */

import { type Bytes, digestOf, rfc3339 } from '../base/index.ts'
import { type NotationEncoding, notationMediaTypes } from '../envelope/index.ts'
import { annotationKeys, emptyBlob } from '../oci/index.ts'
import type { NewReferrer } from './attach.ts'
import { notationMediaType } from './attachment.ts'

/** `legacy` is what notation 1.3 writes, and what every reader knows: the type is that of the config. `modern` has an artifact type. */
export type NotationShape = 'legacy' | 'modern'

export interface NewNotationReferrer {
  readonly envelope: Bytes
  readonly encoding: NotationEncoding
  /** Leaf first. */
  readonly chain: readonly { readonly raw: Bytes }[]
  /** Milliseconds since 1970. */
  readonly created: number
  readonly shape?: NotationShape
}

const THUMBPRINTS = 'io.cncf.notary.x509chain.thumbprint#S256'

/** Its annotations are hints for a search, unsigned. */
export function notationReferrer({ envelope, encoding, chain, created, shape }: NewNotationReferrer): NewReferrer {
  const thumbprints = chain.map(({ raw }) => digestOf(raw).slice('sha256:'.length))
  return {
    artifactType: notationMediaType,
    ...(shape === 'modern' ? {} : { config: { mediaType: notationMediaType, bytes: emptyBlob.bytes } }),
    content: [envelope],
    mediaType: notationMediaTypes[encoding],
    annotations: {
      [THUMBPRINTS]: JSON.stringify(thumbprints),
      [annotationKeys.created]: rfc3339(created),
    },
  }
}

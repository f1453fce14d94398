/** What hangs on an image, layer by layer, each known by its kind: what a verification looks at. */

import type { Digest } from '../base/index.ts'
import type { ContentReader } from '../oci/index.ts'
import { type Attachment, type AttachmentProblem, hasWrongLayers, kindOf } from './attachment.ts'
import { type FindOptions, type FoundManifest, findManifests } from './find.ts'

export interface Discovery {
  readonly subject: Digest
  readonly attachments: readonly Attachment[]
  readonly problems: readonly AttachmentProblem[]
  /** Whether the Referrers API (or a layout's scan) answered; without it writers keep the fallback tag. */
  readonly hasReferrersApi: boolean
}

export type DiscoverOptions = FindOptions

/**
 * Everything attached to `subject`, with what was skipped and why, in two round trips and a stable order.
 * @example const { attachments, problems } = await discover(repository, digest)
 */
export async function discover(
  reader: ContentReader,
  subject: Digest,
  options: DiscoverOptions = {},
): Promise<Discovery> {
  const { manifests, problems, hasReferrersApi } = await findManifests(reader, subject, options)
  // Those with the wrong number of layers are among the problems.
  const attachments = manifests
    .flatMap(attachmentsIn)
    .filter(({ kind, parsed }) => kind !== 'notation' || !hasWrongLayers(parsed))
  return { subject, attachments, problems, hasReferrersApi }
}

/** One attachment is one layer; an index holds none itself. */
export function attachmentsIn({ place, raw, parsed }: FoundManifest): readonly Attachment[] {
  if (parsed.kind === 'index') return []
  return parsed.layers.map((layer, layerIndex) => {
    return { kind: kindOf(parsed, layer), place, manifest: raw, parsed, layer, layerIndex }
  })
}

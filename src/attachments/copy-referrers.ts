/** Puts copied referrers so that the destination lists them: by its Referrers API, else in the fallback index, beside what is there. */

import { type Digest, limits, mapBounded } from '../base/index.ts'
import type { ContentStore } from '../oci/index.ts'
import { listedDescriptor, listReferrers } from './attach.ts'
import type { PlannedManifest } from './copy-plan.ts'
import type { Pause } from './pause.ts'

/**
 * @param onDone called for each that is there
 * @returns how many were sent
 */
export async function copyReferrers(
  destination: ContentStore,
  subject: Digest,
  referrers: readonly PlannedManifest[],
  pause: Pause,
  onDone: (wasSent: boolean, bytes: number) => void,
): Promise<void> {
  const listing = await destination.referrers(subject)
  const listed = new Set(listing.manifests.map(({ digest }) => digest))
  const hasApi = listing.by !== 'unsupported'
  const unlisted = await mapBounded(referrers, limits.connectionsPerHost, async ({ raw, parsed }) => {
    const { digest } = raw.descriptor
    const isThere = hasApi ? listed.has(digest) : (await destination.resolve(digest)) !== undefined
    const isListed = isThere ? hasApi : (await destination.putManifest(raw)).listsReferrers
    onDone(!isThere, raw.bytes.length)
    return isListed ? [] : [listedDescriptor(raw, parsed)]
  })
  if (unlisted.flat().length > 0) await listReferrers(destination, subject, unlisted.flat(), pause)
}

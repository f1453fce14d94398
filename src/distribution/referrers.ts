/** Referrers (distribution-spec 1.1, "Listing Referrers"): an index of those whose `subject` is the digest, in pages of bounded size. */

import { type Digest, limits } from '../base/index.ts'
import { mediaTypes, parseManifest } from '../oci/index.ts'
import { type Exchange, send } from './exchange.ts'
import { requireGet } from './listings.ts'
import type { Repositories } from './repositories.ts'

export async function handleReferrers(exchange: Exchange, name: string, subject: Digest): Promise<void> {
  requireGet(exchange)
  const { query, service } = exchange
  const artifactType = query.get('artifactType') ?? undefined
  const last = query.get('last')
  const entries: string[] = []
  let bytes = 0
  let next: Digest | undefined
  let previous: Digest | undefined
  for (const digest of [...service.repositories.catalog.referrers(name, subject)].sort()) {
    if (last !== null && digest <= last) continue
    const entry = await describe(service.repositories, name, digest, artifactType)
    if (entry === undefined) continue
    bytes += Buffer.byteLength(entry)
    if (bytes > limits.servedPageBytes && previous !== undefined) {
      next = previous
      break
    }
    entries.push(entry)
    previous = digest
  }
  const body = `{"schemaVersion":2,"mediaType":"${mediaTypes.index}","manifests":[${entries.join(',')}]}`
  send(
    exchange,
    200,
    {
      'content-type': mediaTypes.index,
      ...(artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...(next === undefined ? {} : { link: linkTo(name, subject, next, artifactType) }),
    },
    Buffer.from(body),
  )
}

/** Its descriptor as JSON; undefined when it is filtered out or gone meanwhile. */
async function describe(
  repositories: Repositories,
  name: string,
  digest: Digest,
  wanted: string | undefined,
): Promise<string | undefined> {
  const record = repositories.catalog.manifest(name, digest)
  if (record === undefined || (wanted !== undefined && record.artifactType !== wanted)) return undefined
  const { mediaType, size, artifactType } = record
  const descriptor = { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) }
  if (record.isAnnotated !== true) return JSON.stringify(descriptor)
  const bytes = await repositories.readManifest(digest)
  if (bytes === undefined) return undefined
  return JSON.stringify({ ...descriptor, annotations: parseManifest(bytes, mediaType).annotations })
}

function linkTo(name: string, subject: Digest, last: Digest, artifactType: string | undefined): string {
  const filter = artifactType === undefined ? '' : `&artifactType=${encodeURIComponent(artifactType)}`
  return `</v2/${name}/referrers/${subject}?last=${last}${filter}>; rel="next"`
}

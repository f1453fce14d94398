/** Opens what an image is copied to: a repository of a registry, a layout folder, an archive. */

import type { Pause } from '../attachments/index.ts'
import { openLayoutForWriting, writeArchive } from '../layout/index.ts'
import { type ContentStore, type ImageSource, parseImageSource } from '../oci/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { noPause, pauseOf } from './pause.ts'
import { openRegistry, type RegistryOptions } from './registries.ts'

export interface Destination {
  readonly store: ContentStore
  readonly tag: string | undefined
  readonly pause: Pause
  /** The source's repository where blobs can be mounted from. */
  readonly mountFrom: string | undefined
  /** Nothing stays of a copy that failed. */
  readonly isAllOrNothing: boolean
  /** Puts an archive in place; nothing elsewhere. */
  finish(): Promise<void>
}

/** @throws DESTINATION_INVALID, REFERENCE_INVALID, LAYOUT_…, ARCHIVE_… */
export async function openDestination(
  context: Context,
  name: string,
  from: ImageSource,
  options: RegistryOptions,
): Promise<Destination> {
  const to = parseImageSource(name)
  refuseDigest(name, to)
  if (to.kind === 'registry') {
    const { registry, repository, tag } = to.reference
    const client = await openRegistry(context, options, registry)
    const isSameRegistry = from.kind === 'registry' && from.reference.registry === registry
    const mountFrom = isSameRegistry && from.reference.repository !== repository ? from.reference.repository : undefined
    return {
      store: client.repository(to.reference),
      tag,
      pause: pauseOf(context),
      mountFrom,
      isAllOrNothing: false,
      finish: async () => {},
    }
  }
  const common = { tag: to.tag, pause: noPause, mountFrom: undefined }
  if (to.kind === 'oci') {
    const store = await openLayoutForWriting(to.path)
    context.atEnd(() => store[Symbol.asyncDispose]())
    return { ...common, store, isAllOrNothing: false, finish: async () => {} }
  }
  if (to.kind === 'oci-archive') {
    const store = await writeArchive(to.path, { temporary: await context.temporary.folder() })
    context.atEnd(() => store[Symbol.asyncDispose]())
    return { ...common, store, isAllOrNothing: true, finish: () => store.finish() }
  }
  throw cliFault('DESTINATION_INVALID', `${name} cannot be written: a docker-archive has no place for signatures.`, {
    fix: `Write oci-archive:${to.path}; "skopeo copy" makes a docker-archive of it.`,
  })
}

function refuseDigest(name: string, to: ImageSource): void {
  const digest = to.kind === 'registry' ? to.reference.digest : to.digest
  if (digest === undefined) return
  throw cliFault('DESTINATION_INVALID', `${name} names a digest, but the digest of a copy is that of its source.`, {
    fix: 'Name the destination by a tag, or by nothing after the repository.',
  })
}

/** The tag that a person gave the source, which the copy gets where he gives none. */
export function tagOfSource(from: ImageSource): string | undefined {
  if (from.kind !== 'registry') return from.tag
  const { tag, digest } = from.reference
  return tag ?? (digest === undefined ? 'latest' : undefined)
}

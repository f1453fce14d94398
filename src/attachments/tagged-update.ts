/**
 * Changes the manifest behind a tag that several writers change at once, on registries that know no conditional PUT (distribution-spec 1.1
 * warns of this race and leaves it open): write, read back, and read again after every other writer's window has passed; what was lost is
 * written again.
 */

import { type Bytes, type Digest, digestOf } from '../base/index.ts'
import type { ContentStore, Descriptor, RawManifest } from '../oci/index.ts'
import { attachmentFault } from './faults.ts'

/** What a writer waits with: a timer that a test can speed up, and randomness that keeps writers apart. */
export interface Pause {
  /** Resolves after `milliseconds`. */
  wait(milliseconds: number): Promise<void>
  /** 0 up to, not including, 1. */
  random(): number
}

export interface NewTagged {
  readonly mediaType: string
  readonly bytes: Bytes
  /** Blobs that the manifest names and that have to be there before it. */
  readonly blobs?: readonly { readonly descriptor: Descriptor; readonly bytes: Bytes }[]
}

/** What should stand behind the tag instead; undefined when what is there is already right. `delete`: the tag should go. */
export type TagChange = (current: RawManifest | undefined) => NewTagged | 'delete' | undefined

const ATTEMPTS = 30
/** Longer than the time between a writer's read and its write on a slow registry; uncontended writers wait once. */
const SETTLE_MS = 150

/**
 * @returns whether anything was written
 * @throws FALLBACK_TAG_CONTENDED when other writers undo the change again and again
 */
export async function updateTag(store: ContentStore, tag: string, change: TagChange, pause: Pause): Promise<boolean> {
  let hasWritten = false
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await store.manifest(tag)
    const next = change(current)
    if (next === undefined) {
      if (!hasWritten) return false
      await pause.wait(SETTLE_MS * (1 + pause.random()))
      if (change(await store.manifest(tag)) === undefined) return true
      continue
    }
    await write(store, tag, current, next)
    hasWritten = true
    await pause.wait(attempt * 20 * pause.random())
  }
  throw attachmentFault(
    'FALLBACK_TAG_CONTENDED',
    `Other writers keep replacing the tag ${tag} in ${store.name}; the entry was lost ${ATTEMPTS} times.`,
    {
      fix: 'Run the same command again when they are done: it adds only what is missing.',
    },
  )
}

async function write(
  store: ContentStore,
  tag: string,
  current: RawManifest | undefined,
  next: NewTagged | 'delete',
): Promise<void> {
  if (next === 'delete') {
    // By digest: registries that delete manifests need not delete tags, and what another writer has put there meanwhile stays.
    if (current !== undefined) await store.deleteManifest(current.descriptor.digest)
    return
  }
  for (const { descriptor, bytes } of next.blobs ?? []) await store.putBlob(descriptor, { parts: [bytes] })
  const digest: Digest = digestOf(next.bytes)
  await store.putManifest(
    { descriptor: { mediaType: next.mediaType, digest, size: next.bytes.length }, bytes: next.bytes },
    tag,
  )
}

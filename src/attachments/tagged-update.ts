/**
 * Changes the manifest behind a tag that several writers change at once, on registries that know no conditional PUT (distribution-spec 1.1
 * warns of this race and leaves it open): write, and read again after every other writer's window has passed; what was lost is written again.
 */

import { type Bytes, type Digest, digestOf } from '../base/index.ts'
import type { ContentStore, Descriptor, RawManifest } from '../oci/index.ts'
import { attachmentFault } from './faults.ts'
import { isPassing, passingFailures, passingWait } from './passing.ts'
import type { Pause } from './pause.ts'

export interface NewTagged {
  readonly mediaType: string
  readonly bytes: Bytes
  /** Blobs that the manifest names and that have to be there before it. */
  readonly blobs?: readonly { readonly descriptor: Descriptor; readonly bytes: Bytes }[]
}

/** What should stand behind the tag instead; undefined when what is there is already right. `delete`: the tag should go. */
export type TagChange = (current: RawManifest | undefined) => NewTagged | 'delete' | undefined

const ATTEMPTS = 30
/** Longer than the time between a writer's last read and his write on a busy registry; uncontended writers wait once. */
const SETTLE_MS = 150
const LONGEST_SETTLE_MS = 3000
/**
 * @returns whether anything was written
 * @throws FALLBACK_TAG_CONTENDED when other writers undo the change again and again
 */
export async function updateTag(store: ContentStore, tag: string, change: TagChange, pause: Pause): Promise<boolean> {
  const update = new TagUpdate(store, tag, change, pause)
  let failures = 0
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      if (await update.step()) return update.hasWritten
      failures = 0
    } catch (error) {
      if (!isPassing(error) || ++failures >= passingFailures) throw error
    }
    await pause.wait(passingWait(failures, pause) + attempt * 20 * pause.random())
  }
  throw attachmentFault(
    'FALLBACK_TAG_CONTENDED',
    `Other writers keep replacing the tag ${tag} in ${store.name}; the entry was lost ${ATTEMPTS} times.`,
    {
      fix: 'Run the same command again when they are done: it adds only what is missing.',
    },
  )
}

class TagUpdate {
  hasWritten = false
  private readonly store: ContentStore
  private readonly tag: string
  private readonly change: TagChange
  private readonly pause: Pause
  /** The longest time from a read to the end of the write that relied on it: others need as long. */
  private slowest = 0
  private isContended = false

  constructor(store: ContentStore, tag: string, change: TagChange, pause: Pause) {
    this.store = store
    this.tag = tag
    this.change = change
    this.pause = pause
  }

  /** True when it stands as it should, and, where it was written, has stood for a while. */
  async step(): Promise<boolean> {
    const current = await this.store.manifest(this.tag)
    const next = this.change(current)
    if (next === undefined) return !this.hasWritten || this.hasSettled()
    // Whatever was written before is gone.
    this.isContended ||= this.hasWritten
    await this.write(current, next)
    return false
  }

  private async hasSettled(): Promise<boolean> {
    const least = Math.max(SETTLE_MS, this.slowest * 4) * (this.isContended ? 2 : 1)
    await this.pause.wait(Math.min(least, LONGEST_SETTLE_MS) * (1 + this.pause.random()))
    const isRight = this.change(await this.store.manifest(this.tag)) === undefined
    this.isContended ||= !isRight
    return isRight
  }

  private async write(current: RawManifest | undefined, next: NewTagged | 'delete'): Promise<void> {
    const { store, tag } = this
    if (next === 'delete') {
      if (current !== undefined) await this.delete(current.descriptor.digest)
      this.hasWritten = true
      return
    }
    for (const { descriptor, bytes } of next.blobs ?? []) await store.putBlob(descriptor, { parts: [bytes] })
    const since = this.now()
    // The blobs took their time: the shorter the window between the last read and the write, the less is lost in it.
    if (await this.hasChanged(current)) {
      this.isContended = true
      return
    }
    const digest: Digest = digestOf(next.bytes)
    const descriptor = { mediaType: next.mediaType, digest, size: next.bytes.length }
    try {
      await store.putManifest({ descriptor, bytes: next.bytes }, tag)
    } finally {
      this.hasWritten = true
      this.slowest = Math.max(this.slowest, this.now() - since)
    }
  }

  /** By digest: registries that delete manifests need not delete tags, and what another writer has put there meanwhile stays. */
  private async delete(digest: Digest): Promise<void> {
    const { store, tag } = this
    await store.deleteManifest(digest)
    if ((await store.resolve(tag))?.digest === digest) await store.deleteManifest(tag)
  }

  private async hasChanged(current: RawManifest | undefined): Promise<boolean> {
    return (await this.store.resolve(this.tag))?.digest !== current?.descriptor.digest
  }

  private now(): number {
    return this.pause.now?.() ?? 0
  }
}

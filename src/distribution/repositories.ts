/**
 * The registry's state: the catalog in memory over the storage below it. Writes go content, record, catalog; removals record, catalog,
 * content: whoever looks, or stops, in between never sees a link without its bytes. All that changes one digest takes its turn, so that
 * a removal cannot take the bytes of an upload that ends at the same moment.
 */

import { type Bytes, concat, type Digest, type Log } from '../base/index.ts'
import type { Budget } from './budget.ts'
import { Catalog } from './catalog.ts'
import type { Incoming, ManifestRecord, Storage } from './driver.ts'
import { keyedLock } from './keyed-lock.ts'
import type { ByteRange } from './ranges.ts'

export class Repositories {
  readonly catalog = new Catalog()
  readonly budget: Budget
  private readonly storage: Storage
  private readonly digests = keyedLock()
  private readonly names = keyedLock()

  constructor(storage: Storage, budget: Budget) {
    this.storage = storage
    this.budget = budget
  }

  /** Reads back what the storage kept. */
  async restore(log: Log): Promise<void> {
    for await (const stored of this.storage.load()) {
      const { repository, digest } = stored
      const isNew = !this.catalog.hasContent(digest)
      if (stored.kind === 'tag') {
        if (this.catalog.manifest(repository, digest) !== undefined) this.catalog.setTag(repository, stored.tag, digest)
        else log.warn('a tag without its manifest was left out', { repository, tag: stored.tag })
      } else if (stored.kind === 'blob') this.catalog.addBlob(repository, digest, stored.size)
      else this.catalog.addManifest(repository, digest, stored.record)
      if (isNew && stored.kind !== 'tag') this.budget.count(stored.kind === 'blob' ? stored.size : stored.record.size)
    }
  }

  receive(id: string): Promise<Incoming> {
    return this.storage.content.receive(id)
  }

  /** The bytes of a blob or manifest that the catalog knows; undefined when it was removed meanwhile. */
  open(digest: Digest, range?: ByteRange): Promise<AsyncIterable<Bytes> | undefined> {
    return this.storage.content.open(digest, range)
  }

  async readManifest(digest: Digest): Promise<Bytes | undefined> {
    const stream = await this.open(digest)
    if (stream === undefined) return undefined
    const parts: Bytes[] = []
    for await (const part of stream) parts.push(part)
    return concat(...parts)
  }

  /** Takes over what arrived, which ends here whatever happens; its bytes are already taken from the budget. */
  async addBlob(name: string, digest: Digest, size: number, incoming: Incoming): Promise<void> {
    await this.digests.run(digest, async () => {
      await this.withContent(digest, size, incoming, () => this.storage.records.putBlob(name, digest))
      this.catalog.addBlob(name, digest, size)
    })
  }

  /** False when the source does not hold it. `from` undefined: any repository. */
  async mountBlob(name: string, digest: Digest, from: string | undefined): Promise<boolean> {
    return this.digests.run(digest, async () => {
      const size = from === undefined ? this.catalog.anyBlobSize(digest) : this.catalog.blobSize(from, digest)
      if (size === undefined) return false
      if (this.catalog.blobSize(name, digest) === undefined) await this.storage.records.putBlob(name, digest)
      this.catalog.addBlob(name, digest, size)
      return true
    })
  }

  async removeBlob(name: string, digest: Digest): Promise<boolean> {
    return this.digests.run(digest, async () => {
      const size = this.catalog.blobSize(name, digest)
      if (size === undefined) return false
      await this.storage.records.removeBlob(name, digest)
      this.catalog.removeBlob(name, digest)
      await this.dropUnlinked(digest, size)
      return true
    })
  }

  async addManifest(name: string, digest: Digest, record: ManifestRecord, bytes: Bytes, tags: readonly string[]) {
    await this.names.run(name, async () => {
      if (this.catalog.manifest(name, digest)?.mediaType !== record.mediaType)
        await this.storeManifest(name, digest, record, bytes)
      for (const tag of tags) {
        await this.storage.records.putTag(name, tag, digest)
        this.catalog.setTag(name, tag, digest)
      }
    })
  }

  /** By digest: with its tags. */
  async removeManifest(name: string, digest: Digest): Promise<boolean> {
    return this.names.run(name, async () => {
      const record = this.catalog.manifest(name, digest)
      if (record === undefined) return false
      for (const tag of this.catalog.tagsOf(name, digest)) {
        await this.storage.records.removeTag(name, tag)
        this.catalog.removeTag(name, tag)
      }
      await this.digests.run(digest, async () => {
        await this.storage.records.removeManifest(name, digest)
        this.catalog.removeManifest(name, digest)
        await this.dropUnlinked(digest, record.size)
      })
      return true
    })
  }

  async removeTag(name: string, tag: string): Promise<boolean> {
    return this.names.run(name, async () => {
      if (this.catalog.tag(name, tag) === undefined) return false
      await this.storage.records.removeTag(name, tag)
      this.catalog.removeTag(name, tag)
      return true
    })
  }

  private async storeManifest(name: string, digest: Digest, record: ManifestRecord, bytes: Bytes): Promise<void> {
    await this.digests.run(digest, async () => {
      const link = (): Promise<void> => this.storage.records.putManifest(name, digest, record)
      if (this.catalog.hasContent(digest)) await link()
      else {
        this.budget.take(bytes.length)
        await this.withContent(digest, bytes.length, await this.incomingOf(digest, bytes), link)
      }
      this.catalog.addManifest(name, digest, record)
    })
  }

  private async incomingOf(digest: Digest, bytes: Bytes): Promise<Incoming> {
    try {
      const incoming = await this.storage.content.receive(`manifest-${digest.replace(':', '-')}`)
      await incoming.append([bytes])
      return incoming
    } catch (error) {
      this.budget.give(bytes.length)
      throw error
    }
  }

  /** Stores content that is not there yet, then its record. A failure of either leaves nothing and gives the bytes back. */
  private async withContent(
    digest: Digest,
    size: number,
    incoming: Incoming,
    link: () => Promise<void>,
  ): Promise<void> {
    const isThere = this.catalog.hasContent(digest)
    try {
      if (isThere) await incoming.discard()
      else await incoming.commit(digest)
      await link()
    } catch (error) {
      this.budget.give(size)
      await incoming.discard().catch(() => {})
      if (!isThere) await this.storage.content.remove(digest).catch(() => {})
      throw error
    }
    if (isThere) this.budget.give(size)
  }

  private async dropUnlinked(digest: Digest, size: number): Promise<void> {
    if (this.catalog.hasContent(digest)) return
    await this.storage.content.remove(digest)
    this.budget.give(size)
  }
}

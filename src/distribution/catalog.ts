/** What each repository holds, in memory: blobs, manifests, tags, and who refers to whom. Nothing here waits. */

import type { Digest } from '../base/index.ts'
import type { ManifestRecord } from './driver.ts'

interface Repository {
  readonly blobs: Set<Digest>
  readonly manifests: Map<Digest, ManifestRecord>
  readonly tags: Map<string, Digest>
  readonly referrers: Map<Digest, Set<Digest>>
}

export class Catalog {
  private readonly repositories = new Map<string, Repository>()
  /** Every content that is linked somewhere, with its bytes and the number of its links. */
  private readonly contents = new Map<Digest, { readonly size: number; links: number }>()

  blobSize(name: string, digest: Digest): number | undefined {
    return this.repositories.get(name)?.blobs.has(digest) === true ? this.contents.get(digest)?.size : undefined
  }

  /** A blob of any repository: what a mount without `from` may take. */
  anyBlobSize(digest: Digest): number | undefined {
    for (const name of this.contents.has(digest) ? this.repositories.keys() : []) {
      const size = this.blobSize(name, digest)
      if (size !== undefined) return size
    }
    return undefined
  }

  hasContent(digest: Digest): boolean {
    return this.contents.has(digest)
  }

  addBlob(name: string, digest: Digest, size: number): void {
    const blobs = this.open(name).blobs
    if (blobs.has(digest)) return
    blobs.add(digest)
    this.link(digest, size)
  }

  removeBlob(name: string, digest: Digest): void {
    if (this.repositories.get(name)?.blobs.delete(digest) === true) this.unlink(digest)
    this.forgetEmpty(name)
  }

  manifest(name: string, digest: Digest): ManifestRecord | undefined {
    return this.repositories.get(name)?.manifests.get(digest)
  }

  addManifest(name: string, digest: Digest, record: ManifestRecord): void {
    const repository = this.open(name)
    if (!repository.manifests.has(digest)) this.link(digest, record.size)
    repository.manifests.set(digest, record)
    if (record.subject === undefined) return
    const referrers = repository.referrers.get(record.subject) ?? new Set()
    repository.referrers.set(record.subject, referrers.add(digest))
  }

  removeManifest(name: string, digest: Digest): void {
    const repository = this.repositories.get(name)
    const record = repository?.manifests.get(digest)
    if (repository === undefined || record === undefined) return
    repository.manifests.delete(digest)
    this.unlink(digest)
    const referrers = record.subject === undefined ? undefined : repository.referrers.get(record.subject)
    referrers?.delete(digest)
    if (record.subject !== undefined && referrers?.size === 0) repository.referrers.delete(record.subject)
    this.forgetEmpty(name)
  }

  tag(name: string, tag: string): Digest | undefined {
    return this.repositories.get(name)?.tags.get(tag)
  }

  setTag(name: string, tag: string, digest: Digest): void {
    this.open(name).tags.set(tag, digest)
  }

  removeTag(name: string, tag: string): void {
    this.repositories.get(name)?.tags.delete(tag)
    this.forgetEmpty(name)
  }

  tagsOf(name: string, digest: Digest): readonly string[] {
    const tags = this.repositories.get(name)?.tags ?? new Map<string, Digest>()
    return [...tags].filter(([, target]) => target === digest).map(([tag]) => tag)
  }

  /** Undefined for a repository that holds nothing. */
  tags(name: string): Iterable<string> | undefined {
    return this.repositories.get(name)?.tags.keys()
  }

  /** Repositories with a manifest. */
  names(): readonly string[] {
    return [...this.repositories].filter(([, repository]) => repository.manifests.size > 0).map(([name]) => name)
  }

  referrers(name: string, subject: Digest): Iterable<Digest> {
    return this.repositories.get(name)?.referrers.get(subject) ?? []
  }

  private open(name: string): Repository {
    const found = this.repositories.get(name)
    if (found !== undefined) return found
    const made: Repository = { blobs: new Set(), manifests: new Map(), tags: new Map(), referrers: new Map() }
    this.repositories.set(name, made)
    return made
  }

  private forgetEmpty(name: string): void {
    const repository = this.repositories.get(name)
    if (repository === undefined) return
    if (repository.blobs.size + repository.manifests.size + repository.tags.size === 0) this.repositories.delete(name)
  }

  private link(digest: Digest, size: number): void {
    const content = this.contents.get(digest)
    if (content === undefined) this.contents.set(digest, { size, links: 1 })
    else content.links++
  }

  private unlink(digest: Digest): void {
    const content = this.contents.get(digest)
    if (content === undefined) return
    content.links--
    if (content.links === 0) this.contents.delete(digest)
  }
}

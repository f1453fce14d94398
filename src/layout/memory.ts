/** A `ContentStore` in this process: for tests, and to hold what is not yet written anywhere. */

import { type Bytes, type Digest, isDigest, requireDigest } from '../base/index.ts'
import {
  type BlobContent,
  type ByteStream,
  type ContentStore,
  type Descriptor,
  ociFault,
  type PutManifest,
  type RawManifest,
  type Referrers,
} from '../oci/index.ts'
import { once, tooLarge } from './disk.ts'
import { damaged } from './faults.ts'
import { contentStream, verified } from './files.ts'
import { checkManifest } from './reader.ts'
import { listedFacts } from './scan.ts'

export interface MemoryStoreOptions {
  /** How it answers for referrers; `unsupported` is a registry without the Referrers API, whose clients keep a fallback tag. */
  readonly referrers?: Referrers['by']
}

/**
 * @param name for messages, as a registry's `registry.example.org/shop/api`
 * @example const store = memoryStore('memory', { referrers: 'api' })
 */
export function memoryStore(name: string, options: MemoryStoreOptions = {}): ContentStore {
  return new MemoryStore(name, options.referrers ?? 'scan')
}

class MemoryStore implements ContentStore {
  readonly name: string
  private readonly by: Referrers['by']
  private readonly manifests = new Map<Digest, RawManifest>()
  private readonly blobs = new Map<Digest, Bytes>()
  private readonly named = new Map<string, Digest>()
  private readonly bySubject = new Map<Digest, Map<Digest, Descriptor>>()

  constructor(name: string, by: Referrers['by']) {
    this.name = name
    this.by = by
  }

  async manifest(tagOrDigest: string): Promise<RawManifest | undefined> {
    const digest = isDigest(tagOrDigest) ? tagOrDigest : this.named.get(tagOrDigest)
    return digest === undefined ? undefined : this.manifests.get(digest)
  }

  async resolve(tagOrDigest: string): Promise<Descriptor | undefined> {
    return (await this.manifest(tagOrDigest))?.descriptor
  }

  async blob(descriptor: Descriptor, maxBytes: number): Promise<Bytes> {
    const where = `${this.name}: blob ${descriptor.digest}`
    if (descriptor.size > maxBytes) throw tooLarge(where, descriptor.size, maxBytes)
    const bytes = this.require(descriptor)
    if (bytes.length !== descriptor.size)
      throw damaged(where, descriptor.digest, `it has ${bytes.length} bytes and not ${descriptor.size}`)
    requireDigest(bytes, descriptor.digest, where)
    return bytes
  }

  async *openBlob(descriptor: Descriptor): ByteStream {
    yield* verified(once(this.require(descriptor)), descriptor, `${this.name}: blob ${descriptor.digest}`)
  }

  async referrers(digest: Digest): Promise<Referrers> {
    const manifests = this.by === 'unsupported' ? [] : [...(this.bySubject.get(digest)?.values() ?? [])]
    return { by: this.by, manifests, problems: [] }
  }

  async *tags(): AsyncIterable<string> {
    yield* [...this.named.keys()].sort()
  }

  async hasBlob(digest: Digest): Promise<boolean> {
    return this.blobs.has(digest)
  }

  async putBlob(descriptor: Descriptor, content: BlobContent): Promise<void> {
    if (this.blobs.has(descriptor.digest)) return
    const chunks: Bytes[] = []
    const stream = verified(contentStream(content), descriptor, `The content for ${this.name}`)
    for await (const chunk of stream) chunks.push(chunk)
    this.blobs.set(descriptor.digest, Buffer.concat(chunks))
  }

  async putManifest(manifest: RawManifest, tag?: string): Promise<PutManifest> {
    checkManifest(manifest)
    const { mediaType, digest, size } = manifest.descriptor
    this.manifests.set(digest, { descriptor: { mediaType, digest, size }, bytes: manifest.bytes })
    if (tag !== undefined) this.named.set(tag, digest)
    const facts = listedFacts(manifest.bytes, digest, mediaType, this.name)
    const subject = facts.kind === 'manifest' ? facts.subject : undefined
    if (facts.kind === 'manifest' && subject !== undefined) {
      const referrers = this.bySubject.get(subject) ?? new Map<Digest, Descriptor>()
      this.bySubject.set(subject, referrers.set(digest, facts.descriptor))
    }
    return { digest, listsReferrers: this.by !== 'unsupported' }
  }

  async deleteManifest(tagOrDigest: string): Promise<void> {
    if (!isDigest(tagOrDigest)) {
      this.named.delete(tagOrDigest)
      return
    }
    this.manifests.delete(tagOrDigest)
    for (const [tag, digest] of this.named) if (digest === tagOrDigest) this.named.delete(tag)
    for (const referrers of this.bySubject.values()) referrers.delete(tagOrDigest)
  }

  private require(descriptor: Descriptor): Bytes {
    const bytes = this.blobs.get(descriptor.digest)
    if (bytes !== undefined) return bytes
    throw ociFault('CONTENT_MISSING', `${this.name}: blob ${descriptor.digest} is missing.`)
  }
}

/** The two ports below the registry: bytes by digest, and the records that say which repository holds what. */

import type { Bytes, Digest } from '../base/index.ts'
import type { ByteRange } from './ranges.ts'

/** Bytes that arrive, under no name yet. */
export interface Incoming {
  append(parts: readonly Bytes[]): Promise<void>
  /** Everything appended so far, from the start. */
  readBack(): AsyncIterable<Bytes>
  /** No request writes at the moment: lets go of what only a writer needs. */
  rest(): Promise<void>
  /** Durable under the digest when it resolves, and never half visible before. The caller has checked the digest. */
  commit(digest: Digest): Promise<void>
  discard(): Promise<void>
}

export interface ContentDriver {
  receive(id: string): Promise<Incoming>
  /** Opens before it resolves, so that a removal afterwards does not disturb the reader. Undefined where there is none. */
  open(digest: Digest, range: ByteRange | undefined): Promise<AsyncIterable<Bytes> | undefined>
  remove(digest: Digest): Promise<void>
}

/** A manifest as a repository holds it; its bytes are content under the same digest. */
export interface ManifestRecord {
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
  readonly subject?: Digest
  readonly artifactType?: string
  /** It has annotations, which a listing of referrers must then read from its bytes. */
  readonly isAnnotated?: boolean
}

/** Each call is durable when it resolves, and all or nothing when the machine stops in its middle. */
export interface Records {
  putBlob(repository: string, digest: Digest): Promise<void>
  removeBlob(repository: string, digest: Digest): Promise<void>
  putManifest(repository: string, digest: Digest, record: ManifestRecord): Promise<void>
  removeManifest(repository: string, digest: Digest): Promise<void>
  putTag(repository: string, tag: string, digest: Digest): Promise<void>
  removeTag(repository: string, tag: string): Promise<void>
}

/** What a folder held when it was opened. */
export type StoredRecord =
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest; readonly size: number }
  | { readonly kind: 'manifest'; readonly repository: string; readonly digest: Digest; readonly record: ManifestRecord }
  | { readonly kind: 'tag'; readonly repository: string; readonly tag: string; readonly digest: Digest }

export interface Storage {
  readonly content: ContentDriver
  readonly records: Records
  load(): AsyncIterable<StoredRecord>
  close(): Promise<void>
}

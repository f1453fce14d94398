/**
 * The ports through which content of one repository is read and written, whatever holds it: a registry, a layout folder, an archive,
 * memory. Bytes that a reader hands out have been hashed against the digest they were asked by.
 */

import type { Bytes, Digest } from '../base/index.ts'
import type { Descriptor } from './descriptor.ts'
import type { RawManifest } from './manifest.ts'

/** A stream of bytes in order; it throws at its end when the digest or the length was wrong. */
export type ByteStream = AsyncIterable<Bytes>

export interface ManifestReader {
  /** For messages and as the normalised identity: `registry.example.org/shop/api`, `oci:layout`. */
  readonly name: string
  /** By tag or digest; undefined where there is none (404). Throws a Fault for anything else that kept it from being read. */
  manifest(tagOrDigest: string): Promise<RawManifest | undefined>
  /** As `manifest`, without its bytes where the place can tell the digest alone (HEAD). */
  resolve(tagOrDigest: string): Promise<Descriptor | undefined>
}

export interface BlobReader {
  /** The whole blob, at most `maxBytes`. Throws CONTENT_MISSING where there is none, LIMIT_EXCEEDED where it is larger. */
  blob(descriptor: Descriptor, maxBytes: number): Promise<Bytes>
  openBlob(descriptor: Descriptor): ByteStream
}

export interface Referrers {
  /** `api`: the Referrers API answered. `scan`: a layout was searched. `unsupported`: only the fallback tag can tell. */
  readonly by: 'api' | 'scan' | 'unsupported'
  readonly manifests: readonly Descriptor[]
  /** What was skipped and why: malformed entries, pages past the bound. `isBound` when there may be more that was not seen. */
  readonly problems: readonly { readonly what: string; readonly isBound: boolean }[]
}

export interface ReferrerLister {
  /** Manifests whose `subject` is the digest (distribution-spec 1.1, "Listing Referrers"). Never reads the fallback tag. */
  referrers(digest: Digest): Promise<Referrers>
}

export interface TagLister {
  tags(): AsyncIterable<string>
}

export interface ContentReader extends ManifestReader, BlobReader, ReferrerLister, TagLister {}

/** Bytes to write: in memory (one piece or several), or a stream that can be opened again for a retry. */
export type BlobContent =
  | { readonly parts: readonly Bytes[] }
  | {
      open(): ByteStream
      /** The stream of a `BlobReader`, which throws at its end when its bytes are not those of the digest: hashing them once is enough. */
      readonly isHashed?: boolean
    }

export interface PutManifest {
  readonly digest: Digest
  /** The place says that it lists this manifest among its subject's referrers (`OCI-Subject`), so that no fallback tag is needed. */
  readonly listsReferrers: boolean
}

export interface ContentWriter {
  readonly name: string
  hasBlob(digest: Digest): Promise<boolean>
  /** Nothing is transferred when the blob is there. `mountFrom`: another repository of the same registry that holds it. */
  putBlob(descriptor: Descriptor, content: BlobContent, options?: { readonly mountFrom?: string }): Promise<void>
  /** By digest, and under the tag where one is given. */
  putManifest(manifest: RawManifest, tag?: string): Promise<PutManifest>
  deleteManifest(tagOrDigest: string): Promise<void>
}

export interface ContentStore extends ContentReader, ContentWriter {}

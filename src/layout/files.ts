/** The port under every layout: a folder, an archive's entries, or what was reproduced in memory. Its bytes are not yet believed. */

import { type Bytes, type Digest, digestAlgorithm, newDigester } from '../base/index.ts'
import type { BlobContent, ByteStream, Descriptor } from '../oci/index.ts'
import { once, tooLarge } from './disk.ts'
import { damaged } from './faults.ts'

export interface StoredBlob {
  /** Bytes, as the place says. */
  readonly size: number
  /** The bytes as they lie there, not hashed. */
  open(): ByteStream
}

export interface LayoutFiles {
  /** For messages: `oci:DIR`. */
  readonly name: string
  /** `oci-layout` or `index.json`; undefined where there is none. */
  read(path: LayoutFileName, maxBytes: number): Promise<Bytes | undefined>
  blob(digest: Digest): Promise<StoredBlob | undefined>
  /** The names of all blobs; other names in the folders are left out. */
  list(): AsyncIterable<Digest>
}

export type LayoutFileName = 'oci-layout' | 'index.json'

type Expected = Pick<Descriptor, 'digest' | 'size'>

/** Passes the bytes on and throws at their end (or as soon as there are too many) when they are not what the descriptor names. */
export async function* verified(bytes: AsyncIterable<Bytes>, expected: Expected, where: string): ByteStream {
  const digester = newDigester(digestAlgorithm(expected.digest))
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > expected.size) throw damaged(where, expected.digest, `it has more than ${expected.size} bytes`)
    digester.update(chunk)
    yield chunk
  }
  if (length < expected.size) throw damaged(where, expected.digest, `it has ${length} bytes and not ${expected.size}`)
  const found = digester.digest()
  if (found !== expected.digest) throw damaged(where, expected.digest, `its bytes have ${found}`)
}

/** The whole of a stored blob, hashed. @throws LIMIT_EXCEEDED, DIGEST_MISMATCH */
export async function readStored(stored: StoredBlob, digest: Digest, maxBytes: number, where: string): Promise<Bytes> {
  if (stored.size > maxBytes) throw tooLarge(where, stored.size, maxBytes)
  const chunks: Bytes[] = []
  for await (const chunk of verified(stored.open(), { digest, size: stored.size }, where)) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

export function contentStream(content: BlobContent): ByteStream {
  return 'parts' in content ? once(...content.parts) : content.open()
}

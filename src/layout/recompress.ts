/** Layers of a docker-archive as a registry may have them: plain, or gzip as zlib writes it, under the headers that zlib and Go write (RFC 1952). */

import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Bytes, bufferOf, type Digest, newDigester } from '../base/index.ts'
import type { ByteStream } from '../oci/index.ts'
import type { ArchiveFile } from './archive-file.ts'
import type { DockerLayer } from './docker-images.ts'
import { damaged } from './faults.ts'
import type { StoredBlob } from './files.ts'

/** Byte 9 of a gzip header, the system: zlib writes 3 (Unix), Go writes 255 (unknown). The compressed data is zlib's in both. */
export const gzipSystems = [3, 255] as const
const SYSTEM_AT = 9

export interface LayerBlob {
  readonly digest: Digest
  readonly blob: StoredBlob
}

export function plainLayer(file: ArchiveFile, { diffId, entry }: DockerLayer): LayerBlob {
  return {
    digest: diffId,
    blob: { size: entry.size, open: () => file.stream(entry.offset, entry.size) },
  }
}

/** Compresses the layer once, in constant memory, and gives what came out under every header. @throws DIGEST_MISMATCH */
export async function gzipLayer(file: ArchiveFile, layer: DockerLayer, where: string): Promise<readonly LayerBlob[]> {
  const plain = newDigester()
  const digesters = gzipSystems.map(() => newDigester())
  let size = 0
  const hashed = async function* (): ByteStream {
    for await (const chunk of file.stream(layer.entry.offset, layer.entry.size)) {
      plain.update(chunk)
      yield chunk
    }
  }
  for await (const chunk of gzipped(hashed())) {
    gzipSystems.forEach((system, at) => {
      digesters[at]?.update(size === 0 ? withSystem(chunk, system) : chunk)
    })
    size += chunk.length
  }
  const found = plain.digest()
  if (found !== layer.diffId) throw damaged(`${where}: a layer`, layer.diffId, `its bytes have ${found}`)
  return gzipSystems.flatMap((system, at) => {
    const digest = digesters[at]?.digest()
    return digest === undefined ? [] : [{ digest, blob: { size, open: () => recompressed(file, layer, system) } }]
  })
}

async function* recompressed(file: ArchiveFile, layer: DockerLayer, system: number): ByteStream {
  let isFirst = true
  for await (const chunk of gzipped(file.stream(layer.entry.offset, layer.entry.size))) {
    yield isFirst ? withSystem(chunk, system) : chunk
    isFirst = false
  }
}

async function* gzipped(content: ByteStream): ByteStream {
  const out = new PassThrough()
  const done = pipeline(content, createGzip({ chunkSize: 256 * 1024 }), out)
  // Its failure destroys `out`, so that the loop below throws; this only keeps it from being unhandled.
  done.catch(() => {})
  yield* out as AsyncIterable<Bytes>
  await done
}

/** zlib gives the ten bytes of the header in its first chunk. */
function withSystem(first: Bytes, system: number): Bytes {
  const copy = Buffer.from(bufferOf(first))
  copy[SYSTEM_AT] = system
  return copy
}

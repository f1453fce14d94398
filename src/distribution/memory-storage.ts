/** Content in memory, and no records: they live as long as the process. */

import type { Bytes, Digest } from '../base/index.ts'
import type { ContentDriver, Incoming, Storage } from './driver.ts'
import type { ByteRange } from './ranges.ts'

/** Below this, what arrived in pieces is kept as one. */
const JOINED_BYTES = 1024 * 1024
const WORTHWHILE_BYTES = 16 * 1024

export function memoryStorage(): Storage {
  const nothing = async (): Promise<void> => {}
  return {
    content: memoryContent(),
    records: {
      putBlob: nothing,
      removeBlob: nothing,
      putManifest: nothing,
      removeManifest: nothing,
      putTag: nothing,
      removeTag: nothing,
    },
    async *load() {},
    close: nothing,
  }
}

function memoryContent(): ContentDriver {
  const contents = new Map<Digest, readonly Bytes[]>()
  return {
    async receive() {
      return incoming((digest, parts) => contents.set(digest, parts))
    },
    async open(digest, range) {
      const parts = contents.get(digest)
      return parts === undefined ? undefined : slices(parts, range)
    },
    async remove(digest) {
      contents.delete(digest)
    },
  }
}

function incoming(keep: (digest: Digest, parts: readonly Bytes[]) => void): Incoming {
  let parts: Bytes[] = []
  let size = 0
  return {
    async append(more) {
      const length = more.reduce((sum, part) => sum + part.length, 0)
      // Many small pieces would cost more memory than they hold.
      if (length < more.length * WORTHWHILE_BYTES) parts.push(Buffer.concat(more))
      else for (const part of more) parts.push(part)
      size += length
    },
    readBack: () => slices(parts, undefined),
    async rest() {},
    async commit(digest) {
      keep(digest, size <= JOINED_BYTES ? [Buffer.concat(parts)] : parts)
      parts = []
    },
    async discard() {
      parts = []
    },
  }
}

async function* slices(parts: readonly Bytes[], range: ByteRange | undefined): AsyncGenerator<Bytes> {
  let at = 0
  for (const part of parts) {
    const from = range === undefined ? 0 : Math.max(0, range.first - at)
    const to = range === undefined ? part.length : Math.min(part.length, range.last + 1 - at)
    if (from < to) yield part.subarray(from, to)
    at += part.length
  }
}

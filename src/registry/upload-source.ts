/** The bytes of an upload, checked against their descriptor on the way out and readable from any offset. */

import { type Bytes, baseFault, digestAlgorithm, newDigester } from '../base/index.ts'
import type { BlobContent, Descriptor } from '../oci/index.ts'

/**
 * The content in order. Its last piece comes out only after the whole has the digest and the length that were promised, so that a wrong
 * blob is never completed anywhere.
 * @throws DIGEST_MISMATCH
 */
export async function* checkedContent(descriptor: Descriptor, content: BlobContent): AsyncGenerator<Bytes> {
  // What was hashed while it was read is not hashed again; its end is waited for all the same.
  const isHashed = 'isHashed' in content && content.isHashed === true
  const digester = isHashed ? undefined : newDigester(digestAlgorithm(descriptor.digest))
  let length = 0
  let held: Bytes | undefined
  for await (const part of 'parts' in content ? content.parts : content.open()) {
    if (part.length === 0) continue
    length += part.length
    if (length > descriptor.size) break
    if (held !== undefined) yield held
    digester?.update(part)
    held = part
  }
  const found = digester?.digest() ?? descriptor.digest
  if (length !== descriptor.size || found !== descriptor.digest) {
    throw baseFault('DIGEST_MISMATCH', `The blob to push is not ${descriptor.digest} with ${descriptor.size} bytes.`, {
      fix: 'Its source changed while it was read, or was not what it was said to be.',
    })
  }
  if (held !== undefined) yield held
}

/** Reads a checked content piece by piece at growing offsets; going back opens it anew. */
export class ContentCursor {
  private readonly open: () => AsyncIterator<Bytes>
  private source: AsyncIterator<Bytes> | undefined
  private position = 0
  private rest: Bytes = new Uint8Array(0)

  constructor(open: () => AsyncIterator<Bytes>) {
    this.open = open
  }

  /** `length` bytes from `offset`; fewer only when the content ends. */
  async *take(offset: number, length: number): AsyncGenerator<Bytes> {
    await this.moveTo(offset)
    let left = length
    while (left > 0) {
      const part = await this.pull()
      if (part === undefined) return
      const taken = part.subarray(0, left)
      this.rest = part.subarray(taken.length)
      left -= taken.length
      this.position += taken.length
      yield taken
    }
  }

  async close(): Promise<void> {
    await this.source?.return?.()
    this.source = undefined
  }

  private async moveTo(offset: number): Promise<void> {
    if (this.source === undefined || this.position > offset) {
      await this.close()
      this.source = this.open()
      this.position = 0
      this.rest = new Uint8Array(0)
    }
    while (this.position < offset) {
      const part = await this.pull()
      if (part === undefined) return
      const skipped = Math.min(part.length, offset - this.position)
      this.rest = part.subarray(skipped)
      this.position += skipped
    }
  }

  private async pull(): Promise<Bytes | undefined> {
    if (this.rest.length > 0) return this.rest
    const next = await this.source?.next()
    return next === undefined || next.done === true ? undefined : next.value
  }
}

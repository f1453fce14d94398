/** Content in files: `content/ALGORITHM/HH/HEX`, each once for all repositories; what arrives lies in `uploads/` until it is whole. */

import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Bytes, type Digest, digestAlgorithm, digestHex } from '../base/index.ts'
import type { ContentDriver, Incoming } from './driver.ts'
import { errorCode, makeFolder, removeDurably, renameDurably } from './durable-files.ts'

const READ_BYTES = 512 * 1024

export function contentPath(dir: string, digest: Digest): string {
  const hex = digestHex(digest)
  return join(dir, 'content', digestAlgorithm(digest), hex.slice(0, 2), hex)
}

export function uploadsPath(dir: string): string {
  return join(dir, 'uploads')
}

export function diskContent(dir: string): ContentDriver {
  return {
    async receive(id) {
      const path = join(uploadsPath(dir), id)
      return new FileIncoming(path, await open(path, 'w'), (digest) => contentPath(dir, digest))
    },
    async open(digest, range) {
      try {
        const file = await open(contentPath(dir, digest), 'r')
        const part = range === undefined ? {} : { start: range.first, end: range.last }
        return file.createReadStream({ highWaterMark: READ_BYTES, ...part })
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined
        throw error
      }
    },
    remove: (digest) => removeDurably(contentPath(dir, digest)),
  }
}

class FileIncoming implements Incoming {
  private readonly path: string
  private readonly target: (digest: Digest) => string
  private file: FileHandle | undefined

  constructor(path: string, file: FileHandle, target: (digest: Digest) => string) {
    this.path = path
    this.file = file
    this.target = target
  }

  async append(parts: readonly Bytes[]): Promise<void> {
    const file = await this.writable()
    const total = parts.reduce((sum, part) => sum + part.length, 0)
    let { bytesWritten: written } = await file.writev(parts)
    if (written === total) return
    // A short write: the rest is tried until the system says why.
    const whole = Buffer.concat(parts)
    while (written < total) written += (await file.write(whole, written)).bytesWritten
  }

  readBack(): AsyncIterable<Bytes> {
    return createReadStream(this.path, { highWaterMark: READ_BYTES })
  }

  async rest(): Promise<void> {
    const file = this.file
    this.file = undefined
    await file?.close()
  }

  async commit(digest: Digest): Promise<void> {
    const target = this.target(digest)
    await (await this.writable()).sync()
    await this.rest()
    await makeFolder(dirname(target))
    await renameDurably(this.path, target)
  }

  async discard(): Promise<void> {
    await this.rest()
    await rm(this.path, { force: true })
  }

  private async writable(): Promise<FileHandle> {
    this.file ??= await open(this.path, 'a')
    return this.file
  }
}

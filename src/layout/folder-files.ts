/** The files of a layout in a folder: `oci-layout`, `index.json`, `blobs/ALG/HEX`. Links and special files are refused. */

import type { Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bytes, type Digest, digestAlgorithm, digestHex, isDigest } from '../base/index.ts'
import { errorCode, notRegular, readSmallFile, streamFile } from './disk.ts'
import { layoutFault, storageFault } from './faults.ts'
import type { LayoutFileName, LayoutFiles, StoredBlob } from './files.ts'

const ALGORITHMS = ['sha256', 'sha384', 'sha512'] as const

export class FolderFiles implements LayoutFiles {
  readonly name: string
  readonly folder: string
  private readonly checked = new Set<string>()

  constructor(folder: string) {
    this.folder = folder
    this.name = `oci:${folder}`
  }

  read(path: LayoutFileName, maxBytes: number): Promise<Bytes | undefined> {
    return readSmallFile(join(this.folder, path), maxBytes)
  }

  async blob(digest: Digest): Promise<StoredBlob | undefined> {
    if (!(await this.hasFolder(digestAlgorithm(digest)))) return undefined
    const path = this.pathOf(digest)
    const status = await statusOf(path)
    if (status === undefined) return undefined
    if (!status.isFile()) throw notRegular(path, status.isSymbolicLink() ? 'a symbolic link' : 'no regular file')
    return { size: status.size, open: () => streamFile(path) }
  }

  async *list(): AsyncIterable<Digest> {
    for (const algorithm of ALGORITHMS) {
      if (!(await this.hasFolder(algorithm))) continue
      const folder = join(this.folder, 'blobs', algorithm)
      try {
        for await (const { name } of await opendir(folder)) {
          const digest = `${algorithm}:${name}`
          if (isDigest(digest)) yield digest
        }
      } catch (error) {
        throw storageFault(error, folder, 'read')
      }
    }
  }

  pathOf(digest: Digest): string {
    return join(this.folder, 'blobs', digestAlgorithm(digest), digestHex(digest))
  }

  /** A linked folder would lead reading and writing out of the layout. */
  private async hasFolder(algorithm: string): Promise<boolean> {
    if (this.checked.has(algorithm)) return true
    for (const path of [join(this.folder, 'blobs'), join(this.folder, 'blobs', algorithm)]) {
      const status = await statusOf(path)
      if (status === undefined) return false
      if (!status.isDirectory()) {
        throw layoutFault('LAYOUT_INVALID', `${path} is no folder of its own; links are not followed.`, {
          fix: 'Make a layout without links: cp -rL DIR COPY.',
        })
      }
    }
    this.checked.add(algorithm)
    return true
  }
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw storageFault(error, path, 'read')
  }
}

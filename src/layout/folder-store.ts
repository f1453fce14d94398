/** Writing an OCI image layout in a folder: each blob whole or not at all, and an index.json that several processes can extend. */

import { readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bufferOf, type Digest, isDigest, limits } from '../base/index.ts'
import type { BlobContent, ContentStore, Descriptor, PutManifest, RawManifest } from '../oci/index.ts'
import { errorCode, makeFolder, once, syncFolder, writeWhole } from './disk.ts'
import { withoutDigest, withoutTag } from './edit-index.ts'
import { layoutFault, storageFault } from './faults.ts'
import { contentStream, verified } from './files.ts'
import { FolderFiles } from './folder-files.ts'
import {
  checkLayoutMarker,
  emptyLayoutIndex,
  type LayoutIndex,
  layoutMarker,
  writeLayoutIndex,
} from './layout-index.ts'
import { listManifest, markForCosign } from './listing.ts'
import { locked } from './lock.ts'
import { checkManifest, LayoutContent, type LayoutReader, requireLayout } from './reader.ts'

/** A layout that is read and written. */
export interface LayoutStore extends LayoutReader, ContentStore {}

/**
 * Opens a layout folder for reading.
 * @throws LAYOUT_MISSING when there is no such folder, LAYOUT_INVALID when it is no layout
 * @example const layout = await openLayout('build/layout')
 */
export async function openLayout(folder: string): Promise<LayoutReader> {
  const files = new FolderFiles(folder)
  const names = await namesIn(folder)
  if (names === undefined) {
    throw layoutFault('LAYOUT_MISSING', `There is no folder ${folder}.`, {
      fix: 'Name an OCI image layout: zegel copy REGISTRY/IMAGE oci:DIR makes one.',
    })
  }
  await requireLayout(files, () => notALayout(folder))
  return new LayoutContent(files)
}

/**
 * Opens a layout folder for reading and writing. It is made with the first thing that is put; a folder with other things in it is refused.
 *
 * `deleteManifest` by tag takes the entry off index.json and keeps the content; by digest it also removes that manifest's blob, since a
 * referrer that stays in blobs/ would still be found. Configurations and layers stay: other manifests may share them.
 * @throws LAYOUT_INVALID
 * @example
 * const store = await openLayoutForWriting('layout')
 * await store.putBlob(layer, { parts: [bytes] })
 * await store.putManifest(manifest, '1.4')
 */
export async function openLayoutForWriting(folder: string): Promise<LayoutStore> {
  const files = new FolderFiles(folder)
  const names = await namesIn(folder)
  if (names?.some((name) => !PART_OF_LAYOUT.test(name))) await requireLayout(files, () => notALayout(folder))
  return new FolderStore(files)
}

/** With nothing else in it, a folder is a layout that another process is making at this moment, or did not finish. */
const PART_OF_LAYOUT = /^(?:oci-layout|index\.json|blobs|\..*\.(?:lock|partial))$/

function notALayout(folder: string): Error {
  return layoutFault(
    'LAYOUT_INVALID',
    `${folder} is no OCI image layout: it lacks the files oci-layout and index.json.`,
    {
      fix: 'Name the folder that holds them, or an empty or new one to write to.',
    },
  )
}

async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ENOTDIR') {
      throw layoutFault('LAYOUT_INVALID', `${folder} is a file, not the folder of an OCI image layout.`, {
        fix: `For an archive write oci-archive:${folder} or docker-archive:${folder}.`,
      })
    }
    throw storageFault(error, folder, 'read')
  }
}

class FolderStore extends LayoutContent implements LayoutStore {
  private readonly folder: string
  private readonly folderFiles: FolderFiles
  private making: Promise<void> | undefined

  constructor(files: FolderFiles) {
    super(files)
    this.folderFiles = files
    this.folder = files.folder
  }

  async hasBlob(digest: Digest): Promise<boolean> {
    return (await this.files.blob(digest)) !== undefined
  }

  async putBlob(descriptor: Descriptor, content: BlobContent): Promise<void> {
    await this.make()
    const stored = await this.files.blob(descriptor.digest)
    if (stored?.size === descriptor.size) return
    await this.writeBlob(descriptor, content)
  }

  async putManifest(manifest: RawManifest, tag?: string): Promise<PutManifest> {
    checkManifest(manifest)
    await this.make()
    const { digest } = manifest.descriptor
    await this.writeBlob(manifest.descriptor, { parts: [manifest.bytes] })
    this.scan.forget(digest)
    await syncFolder(dirname(this.folderFiles.pathOf(digest)))
    await this.change((index) => listManifest(index, manifest, tag, this.scan))
    return { digest, listsReferrers: true }
  }

  async deleteManifest(tagOrDigest: string): Promise<void> {
    if (!isDigest(tagOrDigest)) return this.change(async (index) => withoutTag(index, tagOrDigest))
    const digest = tagOrDigest
    if ((await this.files.blob(digest)) === undefined) return
    await this.change(async (index) => withoutDigest(index, digest))
    const path = this.folderFiles.pathOf(digest)
    await unlink(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw storageFault(error, path, 'written')
    })
    this.scan.forget(digest)
  }

  /** The temporary file lies in the layout's own folder: others who list blobs/ never see it. */
  private async writeBlob(descriptor: Descriptor, content: BlobContent): Promise<void> {
    const path = this.folderFiles.pathOf(descriptor.digest)
    const beside = join(this.folder, descriptor.digest.replace(':', '-').slice(0, 24))
    await makeFolder(dirname(path))
    await writeWhole(path, verified(contentStream(content), descriptor, `The content for ${this.name}`), beside)
  }

  private async change(edit: (index: LayoutIndex) => Promise<LayoutIndex>): Promise<void> {
    await this.make()
    const path = join(this.folder, 'index.json')
    await locked(join(this.folder, '.index.json.lock'), async () => {
      const before = await this.index()
      const after = writeLayoutIndex(await markForCosign(await edit(before), this.scan))
      if (!bufferOf(after).equals(writeLayoutIndex(before))) await writeWhole(path, once(after))
    })
    await syncFolder(this.folder)
  }

  /** First the files that make it a layout, so that whatever comes after can be found and completed. */
  private make(): Promise<void> {
    this.making ??= this.makeOnce().catch((error: unknown) => {
      this.making = undefined
      throw error
    })
    return this.making
  }

  private async makeOnce(): Promise<void> {
    await makeFolder(this.folder)
    await locked(join(this.folder, '.index.json.lock'), async () => {
      const marker = await this.files.read('oci-layout', limits.manifestBytes)
      if (marker === undefined) await writeWhole(join(this.folder, 'oci-layout'), once(layoutMarker))
      else checkLayoutMarker(marker, this.name)
      if ((await this.files.read('index.json', limits.layoutIndexBytes)) === undefined)
        await writeWhole(join(this.folder, 'index.json'), once(writeLayoutIndex(emptyLayoutIndex)))
      await makeFolder(join(this.folder, 'blobs', 'sha256'))
    })
  }
}

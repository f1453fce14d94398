/** One image at a path, whatever form it has there: what `oci:DIR`, `oci-archive:FILE` and `docker-archive:FILE` name. */

import type { Digest } from '../base/index.ts'
import type { ImageSource, RawManifest } from '../oci/index.ts'
import { openArchive } from './archive.ts'
import type { ArchiveOptions } from './archive-file.ts'
import type { ImageChoice } from './choose.ts'
import { type DockerArchive, noDigestFault, openDockerArchive } from './docker-archive.ts'
import { openLayout } from './folder-store.ts'
import type { LayoutReader } from './reader.ts'

export type PathSource = Exclude<ImageSource, { readonly kind: 'registry' }>

export interface OpenImage extends AsyncDisposable {
  readonly reader: LayoutReader
  readonly image: RawManifest
}

export interface OpenImageOptions extends ArchiveOptions {
  /** The digest that the image is expected to have (`--digest`); what a classic docker-archive is reproduced against. */
  readonly expected?: Digest
}

/**
 * Opens the source and finds the image in it.
 * @throws LAYOUT_…, ARCHIVE_…, DOCKER_ARCHIVE_HAS_NO_DIGEST, DOCKER_ARCHIVE_NOT_REPRODUCED, DIGEST_MISMATCH
 * @example await using opened = await openImage(source, { temporary: tmpdir() })
 */
export async function openImage(source: PathSource, options: OpenImageOptions): Promise<OpenImage> {
  const digest = source.digest ?? options.expected
  const choice: ImageChoice = {
    ...(source.tag === undefined ? {} : { tag: source.tag }),
    ...(digest === undefined ? {} : { digest }),
  }
  if (source.kind === 'docker-archive') return openDocker(await openDockerArchive(source.path, options), choice)
  const reader = source.kind === 'oci' ? await openLayout(source.path) : await openArchive(source.path, options)
  return resolved(reader, choice, reader)
}

async function openDocker(archive: DockerArchive, choice: ImageChoice): Promise<OpenImage> {
  try {
    const reader = await dockerReader(archive, choice)
    return await resolved(reader, choice, archive)
  } catch (error) {
    await archive.dispose()
    throw error
  }
}

/** The layout inside when it has the image; else what can be reproduced of it. */
async function dockerReader(archive: DockerArchive, { digest, tag }: ImageChoice): Promise<LayoutReader> {
  const { layout } = archive
  if (layout !== undefined && (digest === undefined || archive.images.length === 0)) return layout
  if (digest === undefined) throw noDigestFault(archive.name)
  if (layout !== undefined && (await layout.manifest(digest)) !== undefined) return layout
  return archive.reproduceManifest(digest, tag)
}

async function resolved(reader: LayoutReader, choice: ImageChoice, owner: AsyncDisposable): Promise<OpenImage> {
  try {
    const image = await reader.resolveImage(choice)
    return { reader, image, [Symbol.asyncDispose]: () => owner[Symbol.asyncDispose]() }
  } catch (error) {
    await owner[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Reading a `docker-archive`. Newer `docker save` writes an OCI layout into it as well: then it is read as such. The classic form has no
 * manifest, hence no digest that anybody signed; one that is expected can be tried to be reproduced.
 */

import type { Bytes, Digest } from '../base/index.ts'
import { digestAlgorithm, digestOf } from '../base/index.ts'
import { annotationKeys, type Descriptor } from '../oci/index.ts'
import { openTar, readLayoutIn } from './archive.ts'
import type { ArchiveFile, ArchiveOptions } from './archive-file.ts'
import { once } from './disk.ts'
import { chooseDockerImage, type DockerImage, readDockerImages } from './docker-images.ts'
import { guessManifests, type LayerForm, type ManifestGuess } from './docker-manifest.ts'
import { layoutFault } from './faults.ts'
import type { LayoutFileName, LayoutFiles, StoredBlob } from './files.ts'
import { descriptorJson, emptyLayoutIndex, itemWith, layoutMarker, writeLayoutIndex } from './layout-index.ts'
import { LayoutContent, type LayoutReader } from './reader.ts'
import { gzipLayer, gzipSystems, type LayerBlob, plainLayer } from './recompress.ts'

export interface DockerArchive extends AsyncDisposable {
  /** `docker-archive:FILE`. */
  readonly name: string
  /** What manifest.json lists; empty when there is only an OCI layout. */
  readonly images: readonly DockerImage[]
  /** The OCI layout inside, where there is one. */
  readonly layout: LayoutReader | undefined
  /**
   * Tries to make the manifest that has this digest from the archive's configuration and layers, in the forms that the known tools write.
   * @throws DOCKER_ARCHIVE_NOT_REPRODUCED, LAYOUT_AMBIGUOUS, LAYOUT_IMAGE_MISSING, DIGEST_MISMATCH when a layer is damaged
   */
  reproduceManifest(digest: Digest, tag?: string): Promise<LayoutReader>
  /** Closes the file; readers that came from it can't be used any more. */
  dispose(): Promise<void>
}

/**
 * Opens what `docker save` wrote.
 * @throws ARCHIVE_MISSING, ARCHIVE_INVALID
 * @example
 * await using archive = await openDockerArchive('image.tar', { temporary: tmpdir() })
 * const reader = archive.layout ?? (await archive.reproduceManifest(expected))
 */
export async function openDockerArchive(path: string, options: ArchiveOptions): Promise<DockerArchive> {
  const name = `docker-archive:${path}`
  const { file, index } = await openTar(path, options)
  try {
    const layout =
      index.has('index.json') && index.has('oci-layout') ? await readLayoutIn(file, index, name) : undefined
    const images = await readDockerImages(file, index, path).catch((error: unknown) => {
      if (layout === undefined) throw error
      return []
    })
    return new OpenDockerArchive(name, file, images, layout)
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The clear sentence for a classic archive that is to be verified without a digest. */
export function noDigestFault(name: string): Error {
  return layoutFault(
    'DOCKER_ARCHIVE_HAS_NO_DIGEST',
    `${name} holds layers without the manifest that was signed, so there is no digest that a signature could speak of.`,
    { fix: `${BETTER_SOURCE} If you know the image's digest, give it with --digest.` },
  )
}

const BETTER_SOURCE =
  'Save it with its manifest: zegel copy REGISTRY/IMAGE oci-archive:FILE (or skopeo copy … oci-archive:FILE, or docker save with the containerd image store).'

class OpenDockerArchive implements DockerArchive {
  readonly name: string
  readonly images: readonly DockerImage[]
  readonly layout: LayoutReader | undefined
  private readonly file: ArchiveFile

  constructor(name: string, file: ArchiveFile, images: readonly DockerImage[], layout: LayoutReader | undefined) {
    this.name = name
    this.file = file
    this.images = images
    this.layout = layout
  }

  async reproduceManifest(digest: Digest, tag?: string): Promise<LayoutReader> {
    const image = chooseDockerImage(this.images, tag, this.name)
    const plain = image.layers.map((layer) => plainLayer(this.file, layer))
    const asPlain = this.match(digest, image, plain, 'plain')
    if (asPlain !== undefined) return asPlain
    const packed: (readonly LayerBlob[])[] = []
    for (const layer of image.layers) packed.push(await gzipLayer(this.file, layer, this.name))
    for (const at of gzipSystems.keys()) {
      const layers = packed.flatMap((forms) => forms[at] ?? [])
      const asGzip = this.match(digest, image, layers, 'gzip')
      if (asGzip !== undefined) return asGzip
    }
    throw layoutFault(
      'DOCKER_ARCHIVE_NOT_REPRODUCED',
      `${this.name} does not reproduce ${digest}: neither its plain layers nor the same compressed again give that manifest.`,
      { fix: `It may be another image, or one that was compressed by other means. ${BETTER_SOURCE}` },
    )
  }

  async dispose(): Promise<void> {
    await this.file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  private match(
    digest: Digest,
    image: DockerImage,
    layers: readonly LayerBlob[],
    form: LayerForm,
  ): LayoutReader | undefined {
    const named = layers.map((layer) => ({ digest: layer.digest, size: layer.blob.size }))
    const guesses = guessManifests({ digest: image.configDigest, size: image.config.length }, named, form)
    const guess = guesses.find(({ bytes }) => digestOf(bytes, digestAlgorithm(digest)) === digest)
    return guess && new LayoutContent(new ReproducedFiles(this.name, digest, guess, image, layers))
  }
}

/** A layout that exists only as what it was made from. */
class ReproducedFiles implements LayoutFiles {
  readonly name: string
  private readonly index: Bytes
  private readonly blobs: ReadonlyMap<Digest, StoredBlob>

  constructor(name: string, digest: Digest, guess: ManifestGuess, image: DockerImage, layers: readonly LayerBlob[]) {
    this.name = name
    const descriptor: Descriptor = { mediaType: guess.mediaType, digest, size: guess.bytes.length }
    const names = image.tags.length === 0 ? [undefined] : image.tags
    const items = names.map((tag) =>
      itemWith(descriptorJson(descriptor), tag === undefined ? {} : { [annotationKeys.refName]: tag }),
    )
    this.index = writeLayoutIndex({ ...emptyLayoutIndex, items })
    this.blobs = new Map([
      ...layers.map((layer) => [layer.digest, layer.blob] as const),
      [image.configDigest, inMemory(image.config)],
      [digest, inMemory(guess.bytes)],
    ])
  }

  async read(path: LayoutFileName): Promise<Bytes> {
    return path === 'index.json' ? this.index : layoutMarker
  }

  async blob(digest: Digest): Promise<StoredBlob | undefined> {
    return this.blobs.get(digest)
  }

  async *list(): AsyncIterable<Digest> {
    yield* this.blobs.keys()
  }
}

function inMemory(bytes: Bytes): StoredBlob {
  return { size: bytes.length, open: () => once(bytes) }
}

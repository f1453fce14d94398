/** Opens what the command line names as an image: a repository of a registry, a layout folder, an archive. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Digest, forTerminal, parseDigest } from '../base/index.ts'
import {
  type ContentReader,
  type ContentStore,
  type Descriptor,
  type ImageSource,
  parseImageSource,
  parseReference,
  type RawManifest,
  repositoryName,
  targetOf,
} from '../oci/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { openRegistry, type RegistryOptions } from './registries.ts'

export interface ImageOptions extends RegistryOptions {
  /** `--repository`: where signatures lie instead. */
  readonly repository?: string | undefined
  /** `--digest`: of a classic docker-archive. */
  readonly digest?: string | undefined
}

export interface OpenedImage<C extends ContentReader = ContentReader> {
  /** As it was asked for. */
  readonly name: string
  /** The normalised repository, or the path. */
  readonly repository: string
  /** False of a layout or archive, whose path is no repository that a trust policy could mean. */
  readonly isRegistry: boolean
  readonly image: C
  /** Where its signatures are read and written. */
  readonly evidence: C
  /** The tag or digest that was asked for. */
  readonly target: string
}

/** Folders and archives bring tar and compression with them: a call about a registry loads none of it. */
function layouts(): Promise<typeof import('../layout/index.ts')> {
  return import('../layout/index.ts')
}

/** @throws REFERENCE_INVALID, LAYOUT_…, ARCHIVE_…, DOCKER_ARCHIVE_… */
export async function openForReading(context: Context, name: string, options: ImageOptions): Promise<OpenedImage> {
  const source = parseImageSource(name)
  if (source.kind === 'registry') {
    hintAtFolder(context, name)
    return openRepository(context, source, options)
  }
  const expected: Digest | undefined = options.digest === undefined ? undefined : parseDigest(options.digest)
  const { openImage } = await layouts()
  const opened = await openImage(source, {
    temporary: await context.temporary.folder(),
    ...(expected === undefined ? {} : { expected }),
  })
  context.atEnd(() => opened[Symbol.asyncDispose]())
  const { reader, image } = opened
  const target = image.descriptor.digest
  return { name, repository: reader.name, isRegistry: false, image: reader, evidence: reader, target }
}

/** @throws REFERENCE_INVALID, LAYOUT_…, ARCHIVE_READ_ONLY */
export async function openForSigning(
  context: Context,
  name: string,
  options: ImageOptions,
): Promise<OpenedImage<ContentStore>> {
  const source = parseImageSource(name)
  if (source.kind === 'registry') return openRepository(context, source, options)
  if (source.kind !== 'oci') {
    throw cliFault('ARCHIVE_READ_ONLY', `${name} is an archive: signatures are not added to archives in place.`, {
      fix: `Unpack it with "zegel copy ${name} oci:DIR", and sign oci:DIR.`,
    })
  }
  const { openLayoutForWriting } = await layouts()
  const store = await openLayoutForWriting(source.path)
  context.atEnd(() => store[Symbol.asyncDispose]())
  const { descriptor } = await store.resolveImage({
    ...(source.tag === undefined ? {} : { tag: source.tag }),
    ...(source.digest === undefined ? {} : { digest: source.digest }),
  })
  const target = descriptor.digest
  return { name, repository: store.name, isRegistry: false, image: store, evidence: store, target }
}

/** "layout" is an image of Docker Hub, whatever folder lies here; who means the folder is told how to write it. */
function hintAtFolder(context: Context, name: string): void {
  const [path = ''] = name.split(':')
  if (existsSync(join(path, 'oci-layout')))
    context.say(
      `note: "${forTerminal(name)}" is an image in a registry; the folder is written oci:${forTerminal(name)}`,
    )
}

async function openRepository(
  context: Context,
  { reference, text }: Extract<ImageSource, { kind: 'registry' }>,
  options: ImageOptions,
): Promise<OpenedImage<ContentStore>> {
  const registry = await openRegistry(context, options, reference.registry)
  const image = registry.repository(reference)
  const evidence = options.repository === undefined ? image : registry.repository(parseReference(options.repository))
  const repository = repositoryName(reference)
  return { name: text, repository, isRegistry: true, image, evidence, target: targetOf(reference) }
}

/** What the target names now; its bytes were fetched and hashed. @throws IMAGE_NOT_FOUND */
export async function requireManifest({ image, target, repository }: OpenedImage): Promise<RawManifest> {
  const raw = await image.manifest(target)
  if (raw !== undefined) return raw
  throw cliFault('IMAGE_NOT_FOUND', `There is no image ${target} in ${repository}.`, {
    fix: 'Check the name and the tag.',
  })
}

/** @throws IMAGE_NOT_FOUND */
export async function requireDescriptor(opened: OpenedImage): Promise<Descriptor> {
  return (await requireManifest(opened)).descriptor
}

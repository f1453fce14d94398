/** The classic form of `docker save` (Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format"): manifest.json, configurations and plain tar layers. */

import { posix } from 'node:path'
import {
  asArray,
  asObject,
  asString,
  type Bytes,
  type Digest,
  digestOf,
  Fault,
  type Json,
  limits,
  parseDigest,
  readJson,
} from '../base/index.ts'
import { formatReference, parseReference } from '../oci/index.ts'
import type { ArchiveFile } from './archive-file.ts'
import { tooLarge } from './disk.ts'
import { layoutFault } from './faults.ts'
import type { TarEntry, TarIndex } from './tar-index.ts'

export interface DockerLayer {
  /** The digest of the plain tar, as the configuration says; unchecked. */
  readonly diffId: Digest
  readonly entry: TarEntry
}

export interface DockerImage {
  /** `shop/api:1.4`, as `docker save` was told. */
  readonly tags: readonly string[]
  readonly config: Bytes
  readonly configDigest: Digest
  readonly layers: readonly DockerLayer[]
}

/** @throws ARCHIVE_INVALID */
export async function readDockerImages(
  file: ArchiveFile,
  index: TarIndex,
  where: string,
): Promise<readonly DockerImage[]> {
  const archive = { file, index, where }
  try {
    const bytes = await readMember(archive, 'manifest.json')
    const list = asArray(
      readJson(bytes, { what: 'The file manifest.json', maxBytes: limits.manifestBytes }),
      'manifest.json',
      limits.indexManifests,
    )
    return await Promise.all(list.map((item, at) => readImage(archive, item, `manifest.json[${at}]`)))
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'ARCHIVE_INVALID') throw error
    throw layoutFault('ARCHIVE_INVALID', `${where} is no readable docker-archive. ${error.message}`, { cause: error })
  }
}

interface Archive {
  readonly file: ArchiveFile
  readonly index: TarIndex
  readonly where: string
}

async function readImage(archive: Archive, item: Json, at: string): Promise<DockerImage> {
  const image = asObject(item, at)
  const tags = image['RepoTags'] ?? []
  const config = await readMember(archive, asString(image['Config'], `${at}.Config`))
  const paths = asArray(image['Layers'], `${at}.Layers`, limits.manifestLayers)
  const diffIds = readDiffIds(config)
  if (diffIds.length !== paths.length) {
    const found = `${paths.length} layers, but its configuration names ${diffIds.length}`
    throw layoutFault('ARCHIVE_INVALID', `${archive.where}: ${at} has ${found}.`)
  }
  return {
    tags: asArray(tags, `${at}.RepoTags`, limits.indexManifests).map((tag) => asString(tag, `${at}.RepoTags`)),
    config,
    configDigest: digestOf(config),
    layers: diffIds.map((diffId, number) => ({
      diffId,
      entry: findMember(archive, asString(paths[number], `${at}.Layers[${number}]`)),
    })),
  }
}

function readDiffIds(config: Bytes): readonly Digest[] {
  const document = asObject(readJson(config, { what: 'The configuration' }), 'The configuration')
  const rootfs = asObject(document['rootfs'], 'rootfs')
  const ids = asArray(rootfs['diff_ids'] ?? [], 'rootfs.diff_ids', limits.manifestLayers)
  return ids.map((id, at) => parseDigest(asString(id, `rootfs.diff_ids[${at}]`)))
}

async function readMember(archive: Archive, path: string): Promise<Bytes> {
  const entry = findMember(archive, path)
  const maxBytes = limits.manifestBytes
  if (entry.size > maxBytes) throw tooLarge(`${archive.where}: ${path}`, entry.size, maxBytes)
  return archive.file.read(entry.offset, entry.size)
}

/** Old versions of Docker wrote a layer that two images share once, and then links to it: one step inside the archive is followed. */
function findMember({ index, where }: Archive, path: string): TarEntry {
  const found = index.get(posix.normalize(path))
  const target = found?.kind === 'link' ? index.get(posix.join(posix.dirname(path), found.target)) : found
  if (target?.kind === 'file') return target
  throw layoutFault('ARCHIVE_INVALID', `${where} lacks the file "${path.slice(0, 200)}" that its manifest.json names.`)
}

/**
 * The image of that name, or the single one.
 * @throws LAYOUT_AMBIGUOUS, LAYOUT_IMAGE_MISSING
 */
export function chooseDockerImage(images: readonly DockerImage[], tag: string | undefined, where: string): DockerImage {
  const names = images.flatMap(({ tags }) => tags)
  const fix = names.length === 0 ? 'Its images have no names.' : `It holds: ${names.slice(0, 20).join(', ')}`
  const wanted = tag === undefined ? undefined : fullName(tag)
  const fitting = images.filter(({ tags }) => wanted === undefined || tags.some((name) => fullName(name) === wanted))
  const [only] = fitting
  if (only === undefined) {
    const named = tag === undefined ? 'no image' : `no image "${tag.slice(0, 200)}"`
    throw layoutFault('LAYOUT_IMAGE_MISSING', `${where} holds ${named}.`, { fix })
  }
  if (fitting.length === 1) return only
  throw layoutFault('LAYOUT_AMBIGUOUS', `${where} holds ${fitting.length} images, and none was named.`, { fix })
}

function fullName(name: string): string {
  try {
    const reference = parseReference(name)
    return formatReference(reference.tag === undefined ? { ...reference, tag: 'latest' } : reference)
  } catch {
    return name
  }
}

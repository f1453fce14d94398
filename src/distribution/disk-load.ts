/** Reading a registry folder back, and sweeping what an interrupted write or removal left: files beside, and content that nothing links. */

import type { Dirent } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest, type Log } from '../base/index.ts'
import { isTag } from '../oci/index.ts'
import { contentPath } from './disk-content.ts'
import { recordFolders, repositoriesPath } from './disk-records.ts'
import type { ManifestRecord, StoredRecord } from './driver.ts'
import { BESIDE, errorCode } from './durable-files.ts'
import { isRepositoryName } from './routes.ts'

export async function* loadRecords(dir: string, log: Log): AsyncGenerator<StoredRecord> {
  const linked = new Set<Digest>()
  for await (const record of repositoriesIn(dir, '', log)) {
    if (record.kind !== 'tag') linked.add(record.digest)
    yield record
  }
  await sweep(dir, linked)
}

async function* repositoriesIn(dir: string, name: string, log: Log): AsyncGenerator<StoredRecord> {
  const own = join(repositoriesPath(dir), name)
  const entries = await entriesOf(own)
  const known: readonly string[] = Object.values(recordFolders)
  if (entries.some((entry) => known.includes(entry.name))) {
    yield* linksOf(dir, name, 'blobs', log)
    yield* linksOf(dir, name, 'manifests', log)
    yield* tagsOf(dir, name, log)
  }
  for (const entry of entries) {
    const inner = name === '' ? entry.name : `${name}/${entry.name}`
    if (entry.isDirectory() && isRepositoryName(inner)) yield* repositoriesIn(dir, inner, log)
  }
}

async function* linksOf(
  dir: string,
  repository: string,
  kind: 'blobs' | 'manifests',
  log: Log,
): AsyncGenerator<StoredRecord> {
  for (const algorithm of ['sha256', 'sha512']) {
    const folder = join(repositoriesPath(dir), repository, recordFolders[kind], algorithm)
    for (const entry of await recordsIn(folder)) {
      const digest = `${algorithm}:${entry}`
      if (!isDigest(digest)) continue
      const size = await sizeOf(contentPath(dir, digest))
      if (size === undefined) log.warn('a record without its content was left out', { repository, digest })
      else if (kind === 'blobs') yield { kind: 'blob', repository, digest, size }
      else {
        const record = readRecord(await readFile(join(folder, entry), 'utf8'))
        if (record === undefined || record.size !== size)
          log.warn('a manifest whose record does not fit was left out', { repository, digest })
        else yield { kind: 'manifest', repository, digest, record }
      }
    }
  }
}

async function* tagsOf(dir: string, repository: string, log: Log): AsyncGenerator<StoredRecord> {
  const folder = join(repositoriesPath(dir), repository, recordFolders.tags)
  for (const entry of await recordsIn(folder)) {
    const { tag, digest } = readOwnJson(await readFile(join(folder, entry), 'utf8'))
    if (typeof tag === 'string' && isTag(tag) && typeof digest === 'string' && isDigest(digest)) {
      yield { kind: 'tag', repository, tag, digest }
    } else log.warn('an unreadable tag record was left out', { repository, record: entry })
  }
}

function readRecord(text: string): ManifestRecord | undefined {
  const { mediaType, size, subject, artifactType, isAnnotated } = readOwnJson(text)
  if (typeof mediaType !== 'string' || typeof size !== 'number') return undefined
  return {
    mediaType,
    size,
    ...(typeof subject === 'string' && isDigest(subject) ? { subject } : {}),
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(isAnnotated === true ? { isAnnotated } : {}),
  }
}

function readOwnJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** Names of records; what a broken write left beside is removed. */
async function recordsIn(folder: string): Promise<readonly string[]> {
  const names: string[] = []
  for (const entry of await entriesOf(folder)) {
    if (entry.name.endsWith(BESIDE)) await rm(join(folder, entry.name), { force: true })
    else if (entry.isFile()) names.push(entry.name)
  }
  return names
}

async function sweep(dir: string, linked: ReadonlySet<Digest>): Promise<void> {
  for (const algorithm of ['sha256', 'sha512']) {
    for (const shelf of await entriesOf(join(dir, 'content', algorithm))) {
      for (const entry of await entriesOf(join(dir, 'content', algorithm, shelf.name))) {
        const digest = `${algorithm}:${entry.name}`
        if (isDigest(digest) && !linked.has(digest)) await rm(contentPath(dir, digest), { force: true })
      }
    }
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return []
    throw error
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What the tests of this room share: folders that are removed, small images, and tars made by another program's writer. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTar, type TarEntry } from 'modern-tar'
import { afterAll } from 'vitest'
import { type Bytes, digestOf, Fault, utf8 } from '../../src/base/index.ts'
import { type ContentStore, type Descriptor, mediaTypes, type RawManifest } from '../../src/oci/index.ts'

export const temporary = tmpdir()
export const vectors = new URL('../vectors/cosign/layouts/', import.meta.url).pathname
export const seed = Number(process.env['ZEGEL_FUZZ_SEED'] ?? 20261123)

/** A function that makes folders, all of them removed after the file's tests. */
export function folders(): () => Promise<string> {
  const made: string[] = []
  afterAll(async () => {
    for (const folder of made) await rm(folder, { recursive: true, force: true })
  })
  return async () => {
    const folder = await mkdtemp(join(temporary, 'zegel-test-'))
    made.push(folder)
    return folder
  }
}

export interface Blob {
  readonly descriptor: Descriptor
  readonly bytes: Bytes
}

export function blobOf(content: string | Bytes, mediaType: string = mediaTypes.layer): Blob {
  const bytes = typeof content === 'string' ? utf8(content) : content
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } }
}

export function manifestOf(config: Blob, layers: readonly Blob[], members: object = {}): RawManifest {
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers: layers.map((layer) => layer.descriptor),
    ...members,
  }
  return blobOf(JSON.stringify(content), mediaTypes.manifest)
}

export function indexOf(children: readonly RawManifest[]): RawManifest {
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: children.map((child) => child.descriptor),
  }
  return blobOf(JSON.stringify(content), mediaTypes.index)
}

/** An image whose parts are in the store; `text` makes it differ from others. */
export async function putImage(
  store: ContentStore,
  text: string,
  tag?: string,
  members: object = {},
): Promise<RawManifest> {
  const config = blobOf(`{"architecture":"amd64","os":"linux","author":"${text}"}`, mediaTypes.config)
  const layer = blobOf(`layer of ${text}`)
  for (const blob of [config, layer]) await store.putBlob(blob.descriptor, { parts: [blob.bytes] })
  const manifest = manifestOf(config, [layer], members)
  await store.putManifest(manifest, tag)
  return manifest
}

export async function putReferrer(store: ContentStore, subject: Descriptor, text: string): Promise<RawManifest> {
  return putImage(store, text, undefined, {
    artifactType: 'application/vnd.example.signature',
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: { text },
  })
}

export async function tar(...entries: readonly TarEntry[]): Promise<Uint8Array> {
  return packTar([...entries])
}

export function file(name: string, body: string | Bytes): TarEntry {
  const bytes = new Uint8Array(typeof body === 'string' ? utf8(body) : body)
  return { header: { name, size: bytes.length, type: 'file' }, body: bytes }
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
  return 'resolved'
}

export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  try {
    await work
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

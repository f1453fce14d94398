/** `oci-layout` and `index.json` (OCI image-spec 1.1, image-layout.md): read strictly, each entry on its own, unknown members kept for writing. */

import {
  asObject,
  asString,
  type Bytes,
  type Digest,
  Fault,
  isJsonObject,
  type Json,
  type JsonObject,
  limits,
  readJson,
  utf8,
} from '../base/index.ts'
import { annotationKeys, type Descriptor, mediaTypes, readDescriptor } from '../oci/index.ts'
import { layoutFault } from './faults.ts'

/** What `cosign save` writes under the annotation `kind`, and `cosign load` looks for. */
export type CosignKind = 'image' | 'imageIndex' | 'sigs' | 'atts'
export const COSIGN_KIND = 'kind'
const COSIGN_KIND_PREFIX = 'dev.cosignproject.cosign/'
/** The full name that containerd, BuildKit and Docker write beside a short `ref.name`. */
const CONTAINERD_NAME = 'io.containerd.image.name'

/** One entry of index.json. */
export interface LayoutEntry {
  readonly descriptor: Descriptor
  /** `org.opencontainers.image.ref.name`: a tag, or a full reference as skopeo and podman write it. */
  readonly refName?: string
  /** `registry.example.org/shop/api:1.4`, where containerd or Docker wrote it. */
  readonly imageName?: string
  readonly cosignKind?: CosignKind
}

/** An entry with its JSON; `entry` is missing where the JSON is no descriptor. */
export interface IndexItem {
  readonly json: Json
  readonly entry?: LayoutEntry
}

export interface LayoutIndex {
  /** Members of index.json other than `manifests`, kept as they were. */
  readonly members: JsonObject
  readonly items: readonly IndexItem[]
  /** Entries that are no descriptors. */
  readonly problems: readonly string[]
}

export const emptyLayoutIndex: LayoutIndex = {
  members: { schemaVersion: 2, mediaType: mediaTypes.index },
  items: [],
  problems: [],
}

export const layoutMarker: Bytes = utf8('{"imageLayoutVersion":"1.0.0"}')

/** @throws LAYOUT_INVALID for another version or no JSON at all */
export function checkLayoutMarker(bytes: Bytes, where: string): void {
  const version = strictly(where, () => {
    const marker = asObject(
      readJson(bytes, { what: 'The file oci-layout', maxBytes: limits.manifestBytes }),
      'oci-layout',
    )
    return asString(marker['imageLayoutVersion'], 'imageLayoutVersion')
  })
  if (!/^1\.[0-9]+\.[0-9]+$/.test(version)) {
    throw layoutFault(
      'LAYOUT_INVALID',
      `${where} is an OCI layout of version "${version.slice(0, 40)}"; only 1.x is read.`,
    )
  }
}

/** @throws LAYOUT_INVALID when it is no index at all; an entry that is no descriptor is only a problem */
export function parseLayoutIndex(bytes: Bytes, where: string): LayoutIndex {
  return strictly(where, () => {
    const what = 'The file index.json'
    const members = { ...asObject(readJson(bytes, { what, maxBytes: limits.layoutIndexBytes }), 'index.json') }
    const manifests = members['manifests'] ?? []
    delete members['manifests']
    if (!Array.isArray(manifests))
      throw layoutFault('LAYOUT_INVALID', `${where}: "manifests" in index.json is no list.`)
    if (manifests.length > limits.indexManifests) {
      const found = `${manifests.length} entries; at most ${limits.indexManifests} are read`
      throw layoutFault('LAYOUT_INVALID', `${where}: index.json has ${found}.`)
    }
    const problems: string[] = []
    const items = manifests.map((json: Json, at) => readItem(json, at, problems))
    return { members, items, problems }
  })
}

function readItem(json: Json, at: number, problems: string[]): IndexItem {
  try {
    return { json, entry: entryOf(readDescriptor(json, `manifests[${at}]`)) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    problems.push(`index.json, entry ${at}: ${error.message}`)
    return { json }
  }
}

export function entryOf(descriptor: Descriptor): LayoutEntry {
  const annotations = descriptor.annotations ?? {}
  const refName = annotations[annotationKeys.refName]
  const imageName = annotations[CONTAINERD_NAME]
  const cosignKind = readCosignKind(annotations[COSIGN_KIND])
  return {
    descriptor,
    ...(refName === undefined || refName === '' ? {} : { refName }),
    ...(imageName === undefined || imageName === '' ? {} : { imageName }),
    ...(cosignKind === undefined ? {} : { cosignKind }),
  }
}

function readCosignKind(annotation: string | undefined): CosignKind | undefined {
  switch (annotation) {
    case 'dev.cosignproject.cosign/image':
      return 'image'
    case 'dev.cosignproject.cosign/imageIndex':
      return 'imageIndex'
    case 'dev.cosignproject.cosign/sigs':
      return 'sigs'
    case 'dev.cosignproject.cosign/atts':
      return 'atts'
    default:
      return undefined
  }
}

export function cosignKindAnnotation(kind: CosignKind): string {
  return `${COSIGN_KIND_PREFIX}${kind}`
}

export function entriesOf(index: LayoutIndex): readonly LayoutEntry[] {
  return index.items.flatMap((item) => (item.entry === undefined ? [] : [item.entry]))
}

/** The item for a descriptor, or an item with other annotations: every other member stays as it was. */
export function itemWith(json: JsonObject, annotations: Readonly<Record<string, string>>): IndexItem {
  const { annotations: _old, ...rest } = json
  const next: JsonObject = Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
  return { json: next, entry: entryOf(readDescriptor(next, 'entry')) }
}

export function annotationsOf(item: IndexItem): Readonly<Record<string, string>> {
  return item.entry?.descriptor.annotations ?? {}
}

export function jsonOf(item: IndexItem): JsonObject {
  return isJsonObject(item.json) ? item.json : {}
}

export function descriptorJson(descriptor: Descriptor): JsonObject {
  const { mediaType, digest, size, artifactType } = descriptor
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) }
}

export function writeLayoutIndex(index: LayoutIndex): Bytes {
  return utf8(JSON.stringify({ ...index.members, manifests: index.items.map((item) => item.json) }))
}

export function hasDigest(digest: Digest): (entry: LayoutEntry) => boolean {
  return (entry) => entry.descriptor.digest === digest
}

function strictly<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault) || error.code.startsWith('LAYOUT_')) throw error
    throw layoutFault('LAYOUT_INVALID', `${where} is no readable OCI layout. ${error.message}`, { cause: error })
  }
}

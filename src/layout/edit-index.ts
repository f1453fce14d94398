/** Changes of index.json as pure functions: what is listed, under which name, and cosign's `kind` so that `cosign load` finds the image. */

import type { Digest } from '../base/index.ts'
import { annotationKeys, type Descriptor, isIndexMediaType, type Manifest } from '../oci/index.ts'
import {
  annotationsOf,
  COSIGN_KIND,
  cosignKindAnnotation,
  descriptorJson,
  entriesOf,
  hasDigest,
  type IndexItem,
  itemWith,
  jsonOf,
  type LayoutEntry,
  type LayoutIndex,
} from './layout-index.ts'
import { attachmentTag, implicitTags, isAttachmentTag, isNamedAttachment } from './names.ts'

/** What the index must know of a manifest that is put. */
export interface NewManifest {
  readonly descriptor: Descriptor
  /** Undefined where the bytes are no manifest that we can read; it is stored all the same. */
  readonly parsed?: Manifest
}

/**
 * Lists a manifest, under its tag where it has one. A tag moves as in a registry: its older entry goes. Without a tag nothing is listed
 * twice, and what an already listed index holds is not listed by itself (an index takes its untagged children off the list), so that tools
 * that expect one image in a layout find one.
 * @param held digests of the children of the indexes that are listed
 */
export function withManifest(
  index: LayoutIndex,
  manifest: NewManifest,
  tag: string | undefined,
  held: ReadonlySet<Digest>,
): LayoutIndex {
  const named = withExplicitNames(index)
  const { digest } = manifest.descriptor
  if (tag === undefined) {
    const isListed = entriesOf(named).some(hasDigest(digest))
    const isChild = held.has(digest) && manifest.parsed?.subject === undefined
    return isListed || isChild ? named : withoutChildren(append(named, manifest, undefined), manifest)
  }
  const freed = filterItems(named, ({ entry }) => entry?.refName !== tag && !isUnnamed(entry, digest))
  const before = named.items.find(({ entry }) => isUnnamed(entry, digest))
  return withoutChildren(append(freed, manifest, tag, before), manifest)
}

export function withoutTag(index: LayoutIndex, tag: string): LayoutIndex {
  return filterItems(withExplicitNames(index), ({ entry }) => entry?.refName !== tag)
}

export function withoutDigest(index: LayoutIndex, digest: Digest): LayoutIndex {
  return filterItems(withExplicitNames(index), ({ entry }) => entry?.descriptor.digest !== digest)
}

function append(index: LayoutIndex, manifest: NewManifest, tag: string | undefined, before?: IndexItem): LayoutIndex {
  const base = before === undefined ? descriptorJson(described(manifest)) : jsonOf(before)
  const annotations = { ...(before === undefined ? {} : annotationsOf(before)), ...nameAnnotation(tag) }
  return { ...index, items: [...index.items, itemWith(base, annotations)] }
}

function nameAnnotation(tag: string | undefined): Readonly<Record<string, string>> {
  return tag === undefined ? {} : { [annotationKeys.refName]: tag }
}

/** A referrer is listed with its artifact type, as the Referrers API would. */
function described({ descriptor, parsed }: NewManifest): Descriptor {
  const { mediaType, digest, size } = descriptor
  const artifactType = parsed?.subject === undefined ? undefined : parsed.artifactType
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) }
}

function isUnnamed(entry: LayoutEntry | undefined, digest: Digest): boolean {
  return entry !== undefined && entry.descriptor.digest === digest && entry.refName === undefined
}

function withoutChildren(index: LayoutIndex, { parsed }: NewManifest): LayoutIndex {
  if (parsed?.kind !== 'index') return index
  const children = new Set<Digest>(parsed.manifests.map((child) => child.digest))
  return filterItems(
    index,
    ({ entry }) =>
      entry === undefined ||
      !children.has(entry.descriptor.digest) ||
      Object.keys(entry.descriptor.annotations ?? {}).some((key) => key !== COSIGN_KIND) ||
      entry.descriptor.artifactType !== undefined,
  )
}

function filterItems(index: LayoutIndex, keep: (item: IndexItem) => boolean): LayoutIndex {
  return { ...index, items: index.items.filter(keep) }
}

/** cosign's unnamed `sigs` and `atts` get their tag, since a second image would make it unclear whose they are. */
function withExplicitNames(index: LayoutIndex): LayoutIndex {
  const tags = new Map(implicitTags(entriesOf(index)).map(({ tag, entry }) => [entry, tag]))
  if (tags.size === 0) return index
  const items = index.items.map((item) => {
    const tag = item.entry === undefined ? undefined : tags.get(item.entry)
    return tag === undefined ? item : itemWith(jsonOf(item), { ...annotationsOf(item), ...nameAnnotation(tag) })
  })
  return { ...index, items }
}

/**
 * Writes cosign's `kind` on the image and on its `.sig` and `.att` entries while the layout holds one image, and takes it away when there
 * are more: `cosign load` takes the first it finds.
 * @param images the entries that are images by themselves
 */
export function withCosignKinds(index: LayoutIndex, images: readonly LayoutEntry[]): LayoutIndex {
  const digests = new Set(images.map((entry) => entry.descriptor.digest))
  const [image] = digests
  const only = digests.size === 1 ? image : undefined
  const marked = new Set<string>()
  const items = index.items.map((item) => {
    if (item.entry === undefined) return item
    const kind = only === undefined ? undefined : kindOf(item.entry, only)
    const isFirst = kind !== undefined && !marked.has(kind)
    if (isFirst) marked.add(kind)
    return withKind(item, isFirst ? kind : undefined)
  })
  return { ...index, items }
}

function kindOf(entry: LayoutEntry, image: Digest): string | undefined {
  if (entry.descriptor.digest === image && !isNamedAttachment(entry))
    return cosignKindAnnotation(isIndexMediaType(entry.descriptor.mediaType) ? 'imageIndex' : 'image')
  if (entry.refName === undefined || !isAttachmentTag(entry.refName)) return undefined
  if (entry.refName === attachmentTag(image, 'sig')) return cosignKindAnnotation('sigs')
  return entry.refName === attachmentTag(image, 'att') ? cosignKindAnnotation('atts') : undefined
}

function withKind(item: IndexItem, kind: string | undefined): IndexItem {
  const annotations = annotationsOf(item)
  if (annotations[COSIGN_KIND] === kind) return item
  if (kind === undefined && item.entry?.cosignKind === undefined) return item
  const { [COSIGN_KIND]: _old, ...rest } = annotations
  return itemWith(jsonOf(item), kind === undefined ? rest : { ...rest, [COSIGN_KIND]: kind })
}

/**
 * The manifest behind Cosign's `.sig` and `.att` tags (cosign SIGNATURE_SPEC.md, "Storage"): one layer a signature, added by reading, changing
 * and writing the whole, as cosign does; layers that others wrote stay as they are.
 */

import {
  asArray,
  asObject,
  type Bytes,
  canonicalJson,
  type Digest,
  digestOf,
  type JsonObject,
  limits,
  readJson,
  utf8,
} from '../base/index.ts'
import {
  type ContentStore,
  type Descriptor,
  isTag,
  mediaTypes,
  parseManifest,
  type RawManifest,
  readDescriptor,
} from '../oci/index.ts'
import { attachmentFault } from './faults.ts'
import { patiently } from './passing.ts'
import type { Pause } from './pause.ts'
import { type NewTagged, updateTag } from './tagged-update.ts'

/**
 * Adds one layer, unless it is there already.
 * @returns the digest of the manifest that holds it
 */
export async function addCosignLayer(
  store: ContentStore,
  tag: string,
  layer: Descriptor,
  content: readonly Bytes[],
  pause: Pause,
): Promise<Digest> {
  if (!isTag(tag))
    throw attachmentFault(
      'COSIGN_TAG_IMPOSSIBLE',
      `Cosign's tag ${tag.slice(0, 40)}… is longer than a tag may be: its format has no place for this digest.`,
      { fix: 'Use the format "bundle" for images with a sha512 digest.' },
    )
  await patiently(pause, () => store.putBlob(layer, { parts: content }))
  await changeLayers(store, tag, (layers) => add(layers, layer), pause)
  const stored = await store.manifest(tag)
  if (stored === undefined)
    throw attachmentFault('ATTACH_INCOMPLETE', `The tag ${tag} of ${store.name} vanished while it was written.`)
  return stored.descriptor.digest
}

/**
 * Puts a manifest that another place holds under the tag: as it is where there is none, else its layers beside those that are there. The
 * blobs are there already.
 * @returns unchanged: all of it was there
 */
export async function mergeCosignManifest(
  store: ContentStore,
  tag: string,
  source: RawManifest,
  pause: Pause,
): Promise<'copied' | 'merged' | 'unchanged'> {
  const added = storedManifest('The source', source, tag).layers
  let wasThere = false
  const next = (current: RawManifest | undefined): NewTagged | undefined => {
    if (current === undefined) return { mediaType: source.descriptor.mediaType, bytes: source.bytes }
    if (current.descriptor.digest === source.descriptor.digest) return undefined
    wasThere = true
    const stored = storedManifest(store.name, current, tag)
    const missing = added.filter(
      ({ descriptor }) => !stored.layers.some((layer) => isSame(layer.descriptor, descriptor)),
    )
    return missing.length === 0 ? undefined : manifestOf(stored.members, [...stored.layers, ...missing])
  }
  const hasChanged = await updateTag(store, tag, next, pause)
  return hasChanged ? (wasThere ? 'merged' : 'copied') : 'unchanged'
}

/** Removes the layers that `isGone` names; the tag goes with its last layer. */
export async function removeCosignLayers(
  store: ContentStore,
  tag: string,
  isGone: (layer: Descriptor) => boolean,
  pause: Pause,
): Promise<boolean> {
  return changeLayers(store, tag, (layers) => remove(layers, isGone), pause)
}

/** A layer, and its JSON as it was written: members that this house does not know survive. */
interface StoredLayer {
  readonly descriptor: Descriptor
  readonly json: unknown
}

type ChangeLayers = (layers: readonly StoredLayer[]) => readonly StoredLayer[] | undefined

function add(layers: readonly StoredLayer[], layer: Descriptor): readonly StoredLayer[] | undefined {
  return layers.some(({ descriptor }) => isSame(descriptor, layer))
    ? undefined
    : [...layers, { descriptor: layer, json: layer }]
}

function remove(
  layers: readonly StoredLayer[],
  isGone: (layer: Descriptor) => boolean,
): readonly StoredLayer[] | undefined {
  const kept = layers.filter(({ descriptor }) => !isGone(descriptor))
  return kept.length === layers.length ? undefined : kept
}

function changeLayers(store: ContentStore, tag: string, change: ChangeLayers, pause: Pause): Promise<boolean> {
  const next = (current: RawManifest | undefined): NewTagged | 'delete' | undefined => {
    const stored = storedManifest(store.name, current, tag)
    const layers = change(stored.layers)
    if (layers === undefined) return undefined
    return layers.length === 0 ? 'delete' : manifestOf(stored.members, layers)
  }
  return updateTag(store, tag, next, pause)
}

/** Two signatures over the same payload share a blob: the annotations tell them apart. */
export function isSame(a: Descriptor, b: Descriptor): boolean {
  return a.digest === b.digest && canonicalJson({ ...a.annotations }) === canonicalJson({ ...b.annotations })
}

interface StoredManifest {
  readonly layers: readonly StoredLayer[]
  /** All members of the manifest: what others wrote beside the layers stays. */
  readonly members: JsonObject
}

/** What others wrote and cannot be read is not overwritten. */
function storedManifest(place: string, current: RawManifest | undefined, tag: string): StoredManifest {
  if (current === undefined) return { layers: [], members: {} }
  if (parseManifest(current.bytes, current.descriptor.mediaType).kind === 'index') {
    throw attachmentFault(
      'ATTACH_INCOMPLETE',
      `The tag ${tag} of ${place} holds an index; Cosign's signatures are in an image manifest.`,
      { fix: `Look at what is there with "zegel inspect", remove the tag, and run the same command again.` },
    )
  }
  const members = asObject(readJson(current.bytes), 'The manifest')
  const layers = asArray(members['layers'], 'layers', limits.manifestLayers).map((json, at) => {
    return { descriptor: readDescriptor(json, `layers[${at}]`), json }
  })
  return { layers, members }
}

function manifestOf(members: JsonObject, stored: readonly StoredLayer[]): NewTagged {
  const config = configOf(stored.map(({ descriptor }) => descriptor))
  const descriptor: Descriptor = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length }
  const { schemaVersion: _, mediaType: __, config: ___, layers: ____, ...others } = members
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor,
    layers: stored.map(({ json }) => json),
    ...others,
  }
  return {
    mediaType: mediaTypes.manifest,
    bytes: utf8(JSON.stringify(manifest)),
    blobs: [{ descriptor, bytes: config }],
  }
}

/** The image config as cosign writes it: an empty image whose "diff ids" are the digests of the payloads. */
function configOf(layers: readonly Descriptor[]): Bytes {
  const never = '0001-01-01T00:00:00Z'
  return utf8(
    JSON.stringify({
      architecture: '',
      created: never,
      history: layers.map(() => ({ created: never })),
      os: '',
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      config: {},
    }),
  )
}

/** Manifests, indexes and descriptors (OCI image-spec 1.1): what is read, and what could be read in two ways. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf, Fault, utf8 } from '../../src/base/index.ts'
import { emptyBlob, mediaTypes, parseManifest } from '../../src/oci/index.ts'

const seed = Number(process.env['ZEGEL_FUZZ_SEED'] ?? 20261123)
const descriptor = emptyBlob.descriptor
const image = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor, layers: [descriptor] }
const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [descriptor] }

function parse(content: object, mediaType = ''): ReturnType<typeof parseManifest> {
  return parseManifest(utf8(JSON.stringify(content)), mediaType)
}

function codeOf(content: object, mediaType = ''): string {
  try {
    parse(content, mediaType)
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
  return 'accepted'
}

describe('what is read', () => {
  it('the empty blob is what it says', () => {
    expect(digestOf(emptyBlob.bytes)).toBe(descriptor.digest)
    expect(emptyBlob.bytes.length).toBe(descriptor.size)
  })

  it.each([
    ['an image', image, '', mediaTypes.manifest],
    ['an image without a media type', { ...image, mediaType: undefined }, '', mediaTypes.manifest],
    ['an image served with parameters', image, `${mediaTypes.manifest}; charset=utf-8`, mediaTypes.manifest],
    [
      'a Docker manifest',
      { ...image, mediaType: mediaTypes.dockerManifest },
      mediaTypes.dockerManifest,
      mediaTypes.dockerManifest,
    ],
    ['an index', index, mediaTypes.index, mediaTypes.index],
    ['a manifest list', { ...index, mediaType: mediaTypes.dockerManifestList }, '', mediaTypes.dockerManifestList],
    ['layers that Go left null', { ...image, layers: null }, '', mediaTypes.manifest],
    ['manifests that Go left null', { ...index, manifests: null }, mediaTypes.index, mediaTypes.index],
    ['members of later versions', { ...image, somethingNew: 1 }, '', mediaTypes.manifest],
    ['annotations and subject that are null', { ...image, annotations: null, subject: null }, '', mediaTypes.manifest],
  ])('%s', (_name, content, served, mediaType) => {
    expect(parse(content, served).mediaType).toBe(mediaType)
  })

  it('reads the withdrawn artifact manifest', () => {
    const content = {
      mediaType: mediaTypes.artifactManifest,
      artifactType: 'a/b',
      blobs: [descriptor],
      subject: descriptor,
    }
    expect(parse(content)).toMatchObject({
      kind: 'image',
      layers: [descriptor],
      subject: descriptor,
      artifactType: 'a/b',
    })
  })
})

describe('what is refused', () => {
  it.each<[string, object, string, string]>([
    ['an image and an index at once', { ...image, manifests: [] }, '', 'MANIFEST_INVALID'],
    ['an index that calls itself an image', { ...index, mediaType: mediaTypes.manifest }, '', 'MANIFEST_INVALID'],
    ['an image that calls itself an index', { ...image, mediaType: mediaTypes.index }, '', 'MANIFEST_INVALID'],
    ['an image that was served as an index', { ...image, mediaType: undefined }, mediaTypes.index, 'MANIFEST_INVALID'],
    ['another type than it was served as', image, mediaTypes.dockerManifest, 'MANIFEST_INVALID'],
    ['layers in two spellings', { ...image, Layers: [] }, '', 'MANIFEST_INVALID'],
    ['a member with the long s', { ...image, layerſ: [] }, '', 'MANIFEST_INVALID'],
    ['a digest in two spellings', { ...image, config: { ...descriptor, Digest: 'x' } }, '', 'MANIFEST_INVALID'],
    ['a subject that is no descriptor', { ...image, subject: 'sha256:1' }, '', 'MANIFEST_INVALID'],
    ['a subject without a digest', { ...image, subject: {} }, '', 'JSON_SHAPE'],
    ['no configuration', { layers: [] }, '', 'JSON_SHAPE'],
    ['a negative size', { ...image, config: { ...descriptor, size: -1 } }, '', 'JSON_SHAPE'],
    ['a size that is no whole number', { ...image, config: { ...descriptor, size: 1.5 } }, '', 'JSON_SHAPE'],
    ['a digest that is a path', { ...image, config: { ...descriptor, digest: '../../x' } }, '', 'DIGEST_INVALID'],
    ['too many layers', { ...image, layers: Array(1025).fill(descriptor) }, '', 'LIMIT_EXCEEDED'],
  ])('%s', (_name, content, served, code) => {
    expect(codeOf(content, served)).toBe(code)
  })

  it('duplicate members', () => {
    const bytes = utf8(`{"config":{},${JSON.stringify(image).slice(1)}`)
    expect(() => parseManifest(bytes, '')).toThrow(Fault)
  })

  it('never fails otherwise', () => {
    const value = fc.oneof(fc.constant(descriptor), fc.constant([descriptor]), fc.jsonValue())
    const member = fc.constantFrom(
      'config',
      'layers',
      'manifests',
      'subject',
      'annotations',
      'mediaType',
      'artifactType',
      'blobs',
    )
    fc.assert(
      fc.property(
        fc.dictionary(member, value),
        fc.constantFrom('', ...Object.values(mediaTypes)),
        (content, served) => {
          codeOf({ ...content }, served)
        },
      ),
      { seed, numRuns: 1000 },
    )
  })
})

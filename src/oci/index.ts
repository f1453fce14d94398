/** oci: references, descriptors, manifests, and the ports to content. */
export { isBuildKitAttestation } from './buildkit.ts'
export type {
  BlobContent,
  BlobReader,
  ByteStream,
  ContentReader,
  ContentStore,
  ContentWriter,
  ManifestReader,
  PutManifest,
  ReferrerLister,
  Referrers,
  TagLister,
} from './content.ts'
export { type Descriptor, readDescriptor } from './descriptor.ts'
export { ociFault } from './faults.ts'
export {
  emptyBlob,
  type ImageIndex,
  type ImageManifest,
  type Manifest,
  parseManifest,
  type RawManifest,
} from './manifest.ts'
export { annotationKeys, isIndexMediaType, isManifestMediaType, manifestMediaTypes, mediaTypes } from './media-types.ts'
export { formatPlatform, isUnknownPlatform, type Platform, readPlatform } from './platform.ts'
export {
  formatReference,
  isTag,
  parseReference,
  type Reference,
  repositoryName,
  targetOf,
  withDigest,
} from './reference.ts'
export { type ImageSource, parseImageSource } from './source.ts'

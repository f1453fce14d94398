/** Descriptors (OCI image-spec 1.1, descriptor.md). */

import {
  asCount,
  asObject,
  asString,
  asStringMap,
  type Digest,
  type Json,
  limits,
  optionalString,
  parseDigest,
} from '../base/index.ts'
import { foldedNames, refuseFoldedNames } from './folded-names.ts'
import { type Platform, readPlatform } from './platform.ts'

export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: Platform
}

const memberNames = foldedNames(
  'mediaType',
  'digest',
  'size',
  'artifactType',
  'annotations',
  'platform',
  'urls',
  'data',
)

/** @throws JSON_SHAPE, DIGEST_INVALID, MANIFEST_INVALID */
export function readDescriptor(value: Json | undefined, where: string): Descriptor {
  const object = asObject(value, where)
  refuseFoldedNames(object, memberNames, where)
  const artifactType = optionalString(object['artifactType'], `${where}.artifactType`)
  const annotations = object['annotations']
  const platform = object['platform']
  return {
    mediaType: optionalString(object['mediaType'], `${where}.mediaType`) ?? '',
    digest: parseDigest(asString(object['digest'], `${where}.digest`)),
    size: asCount(object['size'], `${where}.size`),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined || annotations === null
      ? {}
      : { annotations: asStringMap(annotations, `${where}.annotations`, limits.annotations) }),
    ...(platform === undefined || platform === null ? {} : { platform: readPlatform(platform, `${where}.platform`) }),
  }
}

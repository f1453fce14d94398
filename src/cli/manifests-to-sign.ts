/** Which manifests one call signs: the image that was named and, where the whole index is meant, every image and index below it. */

import { baseFault, limits } from '../base/index.ts'
import {
  type Descriptor,
  formatPlatform,
  isBuildKitAttestation,
  isIndexMediaType,
  parseManifest,
  type RawManifest,
} from '../oci/index.ts'
import { type OpenedImage, requireManifest } from './images.ts'

export interface ManifestToSign {
  readonly subject: Descriptor
  /** `linux/arm64/v8`, where an index says one. */
  readonly platform?: string
}

/**
 * The manifests' bytes are fetched and hashed: what is signed is what is there.
 * @throws IMAGE_NOT_FOUND; LIMIT_EXCEEDED for an index that is too deep or too large: a part of it is never taken for the whole
 */
export async function manifestsToSign(
  opened: OpenedImage,
  { recursive }: { readonly recursive: boolean },
): Promise<readonly ManifestToSign[]> {
  const raw = await requireManifest(opened)
  const top = { subject: subjectOf(raw) }
  return recursive ? [top, ...(await below({ opened, left: limits.recursiveImages }, raw, 1))] : [top]
}

/** One way through an index: what is nested can name the same again and again, so that depth alone is no bound. */
interface Walk {
  readonly opened: OpenedImage
  /** Manifests that may still be fetched. */
  left: number
}

async function below(walk: Walk, raw: RawManifest, depth: number): Promise<readonly ManifestToSign[]> {
  if (!isIndexMediaType(raw.descriptor.mediaType)) return []
  const parsed = parseManifest(raw.bytes, raw.descriptor.mediaType)
  if (parsed.kind === 'image') return []
  if (depth > limits.indexDepth) throw tooMuch(`nested more than ${limits.indexDepth} deep`, walk)
  const all: ManifestToSign[] = []
  for (const child of parsed.manifests.filter((entry) => !isBuildKitAttestation(entry))) {
    if (walk.left-- <= 0) throw tooMuch(`of more than ${limits.recursiveImages} images and indexes`, walk)
    const found = await requireManifest({ ...walk.opened, target: child.digest })
    const platform = child.platform === undefined ? {} : { platform: formatPlatform(child.platform) }
    all.push({ subject: subjectOf(found), ...platform }, ...(await below(walk, found, depth + 1)))
  }
  return all
}

function subjectOf({ descriptor: { mediaType, digest, size } }: RawManifest): Descriptor {
  return { mediaType, digest, size }
}

function tooMuch(what: string, { opened }: Walk): Error {
  return baseFault('LIMIT_EXCEEDED', `The index ${opened.name} is ${what}: nothing was signed.`, {
    fix: 'Sign the indexes in it one by one.',
  })
}

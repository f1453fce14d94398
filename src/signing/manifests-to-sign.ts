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

export interface ManifestToSign {
  readonly subject: Descriptor
  /** `linux/arm64/v8`, where an index says one. */
  readonly platform?: string
}

/** Fetches and hashes a manifest by tag or digest; throws where there is none. */
export type RequireManifest = (tagOrDigest: string) => Promise<RawManifest>

/**
 * The manifests' bytes are fetched and hashed: what is signed is what is there.
 * @param name of the image, for messages
 * @throws what `read` throws; LIMIT_EXCEEDED for an index that is too deep or too large: a part of it is never taken for the whole
 * @example
 * for (const { subject } of await manifestsToSign(read, '1.4', 'shop/api:1.4', { recursive: true }))
 *   await signImage({ subject, repository, store }, signature, signer, context)
 */
export async function manifestsToSign(
  read: RequireManifest,
  target: string,
  name: string,
  { recursive }: { readonly recursive: boolean },
): Promise<readonly ManifestToSign[]> {
  const raw = await read(target)
  const top = { subject: subjectOf(raw) }
  return recursive ? [top, ...(await below({ read, name, left: limits.recursiveImages }, raw, 1))] : [top]
}

/** One way through an index: what is nested can name the same again and again, so that depth alone is no bound. */
interface Walk {
  readonly read: RequireManifest
  readonly name: string
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
    const found = await walk.read(child.digest)
    const platform = child.platform === undefined ? {} : { platform: formatPlatform(child.platform) }
    all.push({ subject: subjectOf(found), ...platform }, ...(await below(walk, found, depth + 1)))
  }
  return all
}

function subjectOf({ descriptor: { mediaType, digest, size } }: RawManifest): Descriptor {
  return { mediaType, digest, size }
}

function tooMuch(what: string, { name }: Walk): Error {
  return baseFault('LIMIT_EXCEEDED', `The index ${name} is ${what}: nothing was signed.`, {
    fix: 'Sign the indexes in it one by one.',
  })
}

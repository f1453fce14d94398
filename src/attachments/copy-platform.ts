/** Chooses one image of an index by its platform (OCI image-spec 1.1, image-index.md "platform"; variants as containerd compares them). */

import { asObject, limits, optionalString, readJson } from '../base/index.ts'
import {
  type ContentReader,
  type Descriptor,
  formatPlatform,
  isUnknownPlatform,
  type Manifest,
  type Platform,
} from '../oci/index.ts'
import { attachmentFault } from './faults.ts'

/** `linux/arm64/v8` as a person writes it. @throws COPY_PLATFORM_INVALID */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant, ...more] = text.split('/')
  if (os === '' || architecture === '' || variant === '' || more.length > 0) {
    throw attachmentFault('COPY_PLATFORM_INVALID', `"${text.slice(0, 100)}" is not a platform.`, {
      fix: 'Write it as linux/amd64 or linux/arm/v7.',
    })
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

/**
 * The entry of the index for the platform.
 * @returns undefined when the manifest is a single image of that platform: it is itself what was asked for
 * @throws COPY_PLATFORM_MISSING, COPY_PLATFORM_AMBIGUOUS
 */
export async function choosePlatform(
  reader: ContentReader,
  parsed: Manifest,
  wanted: Platform,
): Promise<Descriptor | undefined> {
  if (parsed.kind === 'image') return requirePlatform(reader, parsed.config, wanted)
  const images = parsed.manifests.filter(({ platform }) => platform !== undefined && !isUnknownPlatform(platform))
  const matching = images.filter(({ platform }) => platform !== undefined && isMatch(platform, wanted))
  const exact = matching.filter(({ platform }) => platform?.variant === wanted.variant)
  const [first, ...others] = exact.length > 0 ? exact : matching
  if (first === undefined) throw missing(wanted, platformNames(images))
  if (others.every(({ digest }) => digest === first.digest)) return first
  const names = platformNames([first, ...others])
  throw attachmentFault(
    'COPY_PLATFORM_AMBIGUOUS',
    `The index has ${others.length + 1} images for ${formatPlatform(wanted)}.`,
    { fix: `Name one by its digest, or with its variant: ${names}.` },
  )
}

function isMatch(platform: Platform, wanted: Platform): boolean {
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return false
  return wanted.variant === undefined || variantOf(platform) === variantOf(wanted)
}

/** arm64 is arm64/v8, arm is arm/v7. */
function variantOf({ architecture, variant }: Platform): string | undefined {
  if (variant !== undefined && variant !== '') return variant
  return architecture === 'arm64' ? 'v8' : architecture === 'arm' ? 'v7' : undefined
}

/** A single image says its platform in its configuration. */
async function requirePlatform(reader: ContentReader, config: Descriptor, wanted: Platform): Promise<undefined> {
  const bytes = await reader.blob(config, limits.manifestBytes)
  const object = asObject(readJson(bytes, { what: 'The configuration' }), 'The configuration')
  const variant = optionalString(object['variant'], 'variant')
  const platform: Platform = {
    os: optionalString(object['os'], 'os') ?? '',
    architecture: optionalString(object['architecture'], 'architecture') ?? '',
    ...(variant === undefined ? {} : { variant }),
  }
  if (!isMatch(platform, wanted)) throw missing(wanted, formatPlatform(platform))
}

function missing(wanted: Platform, there: string): Error {
  return attachmentFault('COPY_PLATFORM_MISSING', `The image is not made for ${formatPlatform(wanted)}.`, {
    fix: there === '' ? 'It names no platform: leave --platform out.' : `It is made for ${there}.`,
  })
}

function platformNames(entries: readonly Descriptor[]): string {
  const names = entries.map(({ platform }) => (platform === undefined ? '' : formatPlatform(platform)))
  return [...new Set(names)].slice(0, 20).join(', ')
}

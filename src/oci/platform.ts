/** Platforms of an index entry (OCI image-spec 1.1, image-index.md "platform"). */

import { asObject, asString, type Json, optionalString } from '../base/index.ts'

export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly osVersion?: string
}

/** @throws JSON_SHAPE */
export function readPlatform(value: Json | undefined, where: string): Platform {
  const object = asObject(value, where)
  const variant = optionalString(object['variant'], `${where}.variant`)
  const osVersion = optionalString(object['os.version'], `${where}.os.version`)
  return {
    os: asString(object['os'], `${where}.os`),
    architecture: asString(object['architecture'], `${where}.architecture`),
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { osVersion }),
  }
}

/** `linux/arm64/v8`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant]
    .filter((part) => part !== undefined && part !== '')
    .join('/')
}

/** BuildKit lists its attestation manifests in the index under this platform: they are no platforms of the image. */
export function isUnknownPlatform(platform: Platform): boolean {
  return platform.os === 'unknown' && platform.architecture === 'unknown'
}

/** BuildKit's attestation manifests in an index (moby/buildkit, docs/attestations/attestation-storage.md): no platform that a runtime would pick. */

import type { Descriptor } from './descriptor.ts'
import { isUnknownPlatform } from './platform.ts'

const REFERENCE_TYPE = 'vnd.docker.reference.type'

/** Both marks are demanded: no image that a runtime would pick can hide behind the annotation. */
export function isBuildKitAttestation({ platform, annotations }: Descriptor): boolean {
  return (
    platform !== undefined && isUnknownPlatform(platform) && annotations?.[REFERENCE_TYPE] === 'attestation-manifest'
  )
}

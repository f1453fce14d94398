/** Attaches an SBOM that was made elsewhere, unsigned: as a referrer of its media type, or as Cosign's older `.sbom` tag. */

import { asObject, type Bytes, digestOf, isJsonObject, limits, readJson } from '../base/index.ts'
import { cosignTag } from '../envelope/index.ts'
import type { Descriptor } from '../oci/index.ts'
import { attachReferrer } from './attach.ts'
import { addCosignLayer } from './cosign-tag.ts'
import { discover } from './discover.ts'
import { attachmentFault } from './faults.ts'
import { alreadyThere, checked, type Imported, type ImportTarget } from './import.ts'

export type SbomFormat = 'spdx-json' | 'spdx-text' | 'cyclonedx-json' | 'cyclonedx-xml' | 'syft-json'

/** The layer media types that cosign writes; as referrers, those that IANA and the projects name. */
const MEDIA_TYPES: Readonly<Record<SbomFormat, { readonly tag: string; readonly referrer: string }>> = {
  'spdx-json': { tag: 'text/spdx+json', referrer: 'application/spdx+json' },
  'spdx-text': { tag: 'text/spdx', referrer: 'text/spdx' },
  'cyclonedx-json': { tag: 'application/vnd.cyclonedx+json', referrer: 'application/vnd.cyclonedx+json' },
  'cyclonedx-xml': { tag: 'application/vnd.cyclonedx+xml', referrer: 'application/vnd.cyclonedx+xml' },
  'syft-json': { tag: 'application/vnd.syft+json', referrer: 'application/vnd.syft+json' },
}

/** @throws ATTACH_CONTENT_INVALID, ATTACH_TAG_TAKEN, COSIGN_TAG_IMPOSSIBLE before anything is pushed; ATTACH_INCOMPLETE */
export async function importSbom(
  target: ImportTarget,
  bytes: Bytes,
  place: 'referrer' | 'sbom-tag',
): Promise<Imported> {
  const { store, subject, pause } = target
  const types = MEDIA_TYPES[sbomFormat(bytes)]
  const mediaType = place === 'referrer' ? types.referrer : types.tag
  const layer: Descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  const same = await alreadyThere(target, layer, (there) => (there === 'sbom-tag') === (place === 'sbom-tag'))
  if (same !== undefined) return same
  if (place === 'sbom-tag') {
    const tag = cosignTag(subject.digest, 'sbom')
    await requireFreeTag(target, tag)
    const manifest = await addCosignLayer(store, tag, layer, [bytes], pause)
    return { outcome: 'pushed', kind: 'sbom', place, manifest }
  }
  const referrer = { artifactType: mediaType, mediaType, content: [bytes], annotations: {} }
  const attached = await attachReferrer(store, subject, referrer, pause)
  const where = attached.fallbackTag === undefined ? 'referrers' : 'fallback-tag'
  return { outcome: 'pushed', kind: 'sbom', place: where, manifest: attached.manifest }
}

/** Cosign reads a `.sbom` tag of one layer only, and replaces what it finds without a word. */
async function requireFreeTag({ store, subject }: ImportTarget, tag: string): Promise<void> {
  const { attachments } = await discover(store, subject.digest, { withSboms: true })
  if (!attachments.some((attachment) => attachment.place === 'sbom-tag')) return
  throw attachmentFault('ATTACH_TAG_TAKEN', `The tag ${tag} of ${store.name} already holds another SBOM.`, {
    fix: 'Nothing was pushed. Remove that one with "zegel clean --type sbom", or attach this one as a referrer.',
  })
}

/** Known by what each format demands at its beginning or top. @throws ATTACH_CONTENT_INVALID */
export function sbomFormat(bytes: Bytes): SbomFormat {
  const start = Buffer.from(bytes.subarray(0, 4096))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (start.startsWith('{')) {
    const format = checked('The SBOM', () => jsonFormat(bytes))
    if (format !== undefined) return format
  } else if (/^SPDXVersion:/m.test(start)) return 'spdx-text'
  else if (start.startsWith('<') && start.includes('http://cyclonedx.org/schema/bom/')) return 'cyclonedx-xml'
  throw attachmentFault('ATTACH_CONTENT_INVALID', 'The file is no SBOM that is known here.', {
    fix: 'Nothing was pushed. SPDX (JSON, tag-value), CycloneDX (JSON, XML) and Syft JSON are known.',
  })
}

/** Checked for its syntax only: an SBOM may have a hundred megabytes. */
const LARGE_MEMBERS = {
  packages: true,
  files: true,
  relationships: true,
  components: true,
  dependencies: true,
  artifacts: true,
  artifactRelationships: true,
} as const

function jsonFormat(bytes: Bytes): SbomFormat | undefined {
  const options = { what: 'The SBOM', maxBytes: limits.attestationBytes, raw: LARGE_MEMBERS }
  const document = asObject(readJson(bytes, options), 'The SBOM')
  if (typeof document['spdxVersion'] === 'string') return 'spdx-json'
  if (document['bomFormat'] === 'CycloneDX') return 'cyclonedx-json'
  const schema = document['schema']
  return isJsonObject(schema) && document['artifacts'] !== undefined ? 'syft-json' : undefined
}

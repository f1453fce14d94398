/** An image with everything that can hang on one, made in any store. */

import { attachReferrer, type Pause } from '../../src/attachments/index.ts'
import { type Bytes, digestOf, fixedClock, utf8 } from '../../src/base/index.ts'
import { bundleMediaType, cosignTag } from '../../src/envelope/index.ts'
import { type ContentStore, type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { signImage } from '../../src/signing/index.ts'
import type { TrustedKey } from '../../src/verification/index.ts'
import { putBlob, putImage, putIndex, putManifest } from '../support/image.ts'
import { testSigner } from '../support/keys.ts'

export const noWait: Pause = { wait: async () => {}, random: () => 0 }
export const clock = fixedClock(Date.UTC(2026, 10, 23))

export interface Furnished {
  /** The index that has the tag. */
  readonly index: Descriptor
  readonly child: Descriptor
  readonly other: Descriptor
  readonly bundle: Descriptor
  readonly ofBundle: Descriptor
  /** Who signed. */
  readonly trusted: TrustedKey
}

/**
 * An index of two images, tagged `1.4`: signed in both formats; a child with a bundle, an SBOM under Cosign's tag; and a referrer of the
 * bundle's manifest.
 */
export async function furnish(store: ContentStore): Promise<Furnished> {
  const child = await putImage(store, 'for amd64')
  const other = await putImage(store, 'for arm64')
  const index = await putIndex(
    store,
    [
      { ...child, platform: { os: 'linux', architecture: 'amd64' } },
      { ...other, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    ],
    '1.4',
  )
  const { signer, trusted } = testSigner('release.pub', 'ecdsa-p256')
  const context = { clock, pause: noWait }
  for (const subject of [index, child]) {
    const target = { subject, repository: 'registry.test/shop/api', store }
    await signImage(target, { format: 'cosign', annotations: {} }, signer, context)
    await signImage(target, { format: 'bundle', annotations: {} }, signer, context)
  }
  const bundle = await attachText(store, child, bundleMediaType, 'no bundle')
  const ofBundle = await attachText(store, bundle, 'application/vnd.example.note', 'of the bundle')
  const sbom = await putBlob(store, 'text/spdx+json', '{"spdxVersion":"SPDX-2.3"}')
  const config = await putBlob(store, mediaTypes.config, '{}')
  await putManifest(
    store,
    { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [sbom] },
    cosignTag(child.digest, 'sbom'),
  )
  return { index, child, other, bundle, ofBundle, trusted }
}

/** A referrer with one layer of text. */
export async function attachText(
  store: ContentStore,
  subject: Descriptor,
  type: string,
  text: string,
): Promise<Descriptor> {
  const referrer = { artifactType: type, mediaType: type, content: [utf8(text)], annotations: {} }
  const { manifest } = await attachReferrer(store, subject, referrer, noWait)
  const found = await store.resolve(manifest)
  if (found === undefined) throw new Error('It was just attached.')
  return found
}

export function blobOf(
  content: Bytes | string,
  mediaType: string = mediaTypes.layer,
): { bytes: Bytes; descriptor: Descriptor } {
  const bytes = typeof content === 'string' ? utf8(content) : content
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } }
}

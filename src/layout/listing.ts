/** What a writer does to index.json when a manifest is put, with what the manifests themselves say: the same for folders and archives. */

import { type Digest, Fault } from '../base/index.ts'
import { type Manifest, parseManifest, type RawManifest } from '../oci/index.ts'
import { imageEntries } from './choose.ts'
import { withCosignKinds, withManifest } from './edit-index.ts'
import { entriesOf, type LayoutIndex } from './layout-index.ts'
import type { BlobScan } from './scan.ts'

export async function listManifest(
  index: LayoutIndex,
  manifest: RawManifest,
  tag: string | undefined,
  scan: BlobScan,
): Promise<LayoutIndex> {
  const held = new Set<Digest>()
  for (const { descriptor } of entriesOf(index)) {
    const facts = await scan.look(descriptor)
    if (facts.kind === 'manifest') for (const child of facts.children) held.add(child)
  }
  const parsed = parsedOrNot(manifest)
  const added = { descriptor: manifest.descriptor, ...(parsed === undefined ? {} : { parsed }) }
  return withManifest(index, added, tag, held)
}

export async function markForCosign(index: LayoutIndex, scan: BlobScan): Promise<LayoutIndex> {
  return withCosignKinds(index, await imageEntries(entriesOf(index), scan))
}

/** What we can't read is stored all the same: it was the source's, and it is the reader's to judge. */
function parsedOrNot({ bytes, descriptor }: RawManifest): Manifest | undefined {
  try {
    return parseManifest(bytes, descriptor.mediaType)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

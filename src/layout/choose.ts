/** Which image `oci:DIR` alone names: the single one, when what hangs on it and what it consists of is set aside. */

import type { Digest } from '../base/index.ts'
import { layoutFault } from './faults.ts'
import type { LayoutEntry } from './layout-index.ts'
import { choices, isNamedAttachment } from './names.ts'
import type { BlobScan } from './scan.ts'

export interface ImageChoice {
  /** Wins over the tag where both are given. */
  readonly digest?: Digest
  readonly tag?: string
}

/** The entries that are images by themselves. A manifest that can't be read stays one, so that its reading says what is wrong. */
export async function imageEntries(
  entries: readonly LayoutEntry[],
  scan: Pick<BlobScan, 'look'>,
): Promise<readonly LayoutEntry[]> {
  const images: LayoutEntry[] = []
  const children = new Set<Digest>()
  for (const entry of entries) {
    if (isNamedAttachment(entry)) continue
    const facts = await scan.look(entry.descriptor)
    if (facts.kind === 'manifest') {
      if (facts.subject !== undefined) continue
      for (const child of facts.children) children.add(child)
    }
    images.push(entry)
  }
  return images.filter((entry) => entry.refName !== undefined || !children.has(entry.descriptor.digest))
}

/** @throws LAYOUT_AMBIGUOUS, LAYOUT_IMAGE_MISSING */
export async function chooseImage(
  name: string,
  entries: readonly LayoutEntry[],
  scan: Pick<BlobScan, 'look'>,
): Promise<Digest> {
  const images = await imageEntries(entries, scan)
  const digests = [...new Set(images.map((entry) => entry.descriptor.digest))]
  const [only] = digests
  if (only === undefined) throw layoutFault('LAYOUT_IMAGE_MISSING', `${name} holds no image.`)
  if (digests.length === 1) return only
  throw layoutFault('LAYOUT_AMBIGUOUS', `${name} holds ${digests.length} images, and none was named.`, {
    fix: `Name one: ${listed(choices(images).map((choice) => `${name}${choice}`))}`,
  })
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20)
  return names.length > shown.length ? `${shown.join(', ')} … (${names.length} in all)` : shown.join(', ')
}

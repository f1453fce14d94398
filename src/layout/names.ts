/** Names inside a layout: what answers for a tag, and which tags are attachments of an image rather than images. */

import { type Digest, digestAlgorithm, digestHex } from '../base/index.ts'
import { formatReference, parseReference } from '../oci/index.ts'
import type { LayoutEntry } from './layout-index.ts'

/** cosign's tags (`sha256-HEX.sig`) and the referrers fallback tag (`sha256-HEX`, distribution-spec 1.1 "Referrers Tag Schema"). */
const ATTACHMENT_TAG = /(?:^|:)sha(?:256|384|512)-[0-9a-f]{32,128}(?:\.[a-z]+)?$/

export function isAttachmentTag(name: string): boolean {
  return ATTACHMENT_TAG.test(name)
}

/** An entry that hangs on an image, as far as its name tells. */
export function isNamedAttachment(entry: LayoutEntry): boolean {
  if (entry.cosignKind === 'sigs' || entry.cosignKind === 'atts') return true
  return entry.refName !== undefined && isAttachmentTag(entry.refName)
}

export function attachmentTag(image: Digest, suffix: 'sig' | 'att'): string {
  return `${digestAlgorithm(image)}-${digestHex(image)}.${suffix}`
}

/**
 * The entries that a name means: by `ref.name`; else by the full name that containerd and Docker write; else, for `sha256-HEX.sig` and
 * `.att`, cosign's unnamed entries when the layout holds that one image.
 */
export function entriesNamed(entries: readonly LayoutEntry[], name: string): readonly LayoutEntry[] {
  const exact = entries.filter((entry) => entry.refName === name)
  if (exact.length > 0) return exact
  const full = fullName(name)
  if (full !== undefined) {
    const named = entries.filter((entry) => [entry.imageName, entry.refName].some((other) => fullName(other) === full))
    if (named.length > 0) return named
  }
  return implicitTags(entries)
    .filter(({ tag }) => tag === name)
    .map(({ entry }) => entry)
}

/** Only what can't be a plain tag is compared as a reference: `shop/api:1.4`, not `1.4`. */
function fullName(name: string | undefined): string | undefined {
  if (name === undefined || !/[/:]/.test(name)) return undefined
  try {
    return formatReference(parseReference(name))
  } catch {
    return undefined
  }
}

/** The tags that `cosign save` leaves out: its `sigs` and `atts` entries belong to the one image beside them. */
export function implicitTags(entries: readonly LayoutEntry[]): readonly { tag: string; entry: LayoutEntry }[] {
  const images = entries.filter(({ cosignKind }) => cosignKind === 'image' || cosignKind === 'imageIndex')
  const digests = new Set(images.map((entry) => entry.descriptor.digest))
  const [image] = digests
  if (digests.size !== 1 || image === undefined) return []
  return entries.flatMap((entry) => {
    if (entry.refName !== undefined) return []
    if (entry.cosignKind === 'sigs') return [{ tag: attachmentTag(image, 'sig'), entry }]
    if (entry.cosignKind === 'atts') return [{ tag: attachmentTag(image, 'att'), entry }]
    return []
  })
}

/** What a person can write after `oci:DIR`, images first. */
export function choices(entries: readonly LayoutEntry[]): readonly string[] {
  const names = entries.map((entry) => `:${entry.refName ?? ''}`.replace(/^:$/, `@${entry.descriptor.digest}`))
  return [...new Set(names)]
}

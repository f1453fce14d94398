/** Writing Sigstore bundles 0.3 as Cosign writes them: the same members in the same order, no white space. */

import { type Bytes, toBase64, utf8 } from '../base/index.ts'
import type { BundleMaterial } from './bundle.ts'
import { type DsseContent, writeDsse } from './dsse.ts'
import { invalid } from './faults.ts'
import { bundleMediaType } from './media-types.ts'
import { type MessageDigest, messageSignatureJson } from './message-signature.ts'
import { type TlogEntry, tlogEntryJson } from './tlog-entry.ts'

export type NewBundleContent =
  | { readonly kind: 'dsse'; readonly envelope: DsseContent }
  | { readonly kind: 'message-signature'; readonly digest?: MessageDigest; readonly signature: Bytes }

export interface NewBundle {
  readonly content: NewBundleContent
  readonly material: BundleMaterial
  readonly tlogEntries?: readonly TlogEntry[]
  readonly timestamps?: readonly Bytes[]
}

/**
 * The bundle in parts that are one document; a large payload is not copied before it is encoded.
 * @throws ENVELOPE_INVALID when it could not be read again (two signatures, a chain of certificates)
 * @example writeBundle({ content: { kind: 'dsse', envelope }, material: { kind: 'public-key', hint: keyHint(key) } })
 */
export function writeBundle({ content, material, tlogEntries = [], timestamps = [] }: NewBundle): readonly Bytes[] {
  const verificationMaterial = {
    ...materialJson(material),
    ...(tlogEntries.length === 0 ? {} : { tlogEntries: tlogEntries.map(tlogEntryJson) }),
    ...(timestamps.length === 0
      ? {}
      : {
          timestampVerificationData: {
            rfc3161Timestamps: timestamps.map((signed) => ({ signedTimestamp: toBase64(signed) })),
          },
        }),
  }
  const head = `{"mediaType":"${bundleMediaType}","verificationMaterial":${JSON.stringify(verificationMaterial)}`
  if (content.kind === 'message-signature') {
    const signed = JSON.stringify(messageSignatureJson(content.digest, content.signature))
    return [utf8(`${head},"messageSignature":${signed}}`)]
  }
  if (content.envelope.signatures.length !== 1) throw invalid("A bundle's envelope has exactly one signature.")
  return [utf8(`${head},"dsseEnvelope":`), ...writeDsse(content.envelope), utf8('}')]
}

function materialJson(material: BundleMaterial): object {
  if (material.kind === 'public-key') return { publicKey: { hint: material.hint } }
  const [leaf, ...rest] = material.chain
  if (leaf === undefined || rest.length > 0) throw invalid('A bundle of version 0.3 carries exactly one certificate.')
  return { certificate: { rawBytes: toBase64(leaf) } }
}

/**
 * Attaches a signature that was made elsewhere, as cosign's offline signing does: the simple signing payload and the signature over it,
 * with what proves the signer and the time (cosign specs/SIGNATURE_SPEC.md).
 */

import { type Bytes, baseFault, digestOf, fromBase64, textOf, toBase64 } from '../base/index.ts'
import { readPublicKey } from '../crypto/index.ts'
import {
  cosignAnnotations,
  cosignMediaTypes,
  cosignTag,
  parseRekorBundle,
  parseSimpleSigning,
} from '../envelope/index.ts'
import type { Descriptor } from '../oci/index.ts'
import { addCosignLayer } from './cosign-tag.ts'
import { alreadyThere, checked, type Imported, type ImportTarget, otherImage } from './import.ts'

export interface ForeignSignature {
  /** The exact bytes that were signed. */
  readonly payload: Bytes
  /** The signature in base64, as `cosign sign` and `openssl … | base64` write it. */
  readonly signature: Bytes
  /** PEM: the signer's certificate, and the certificates between it and its root. */
  readonly certificate?: Bytes
  readonly chain?: Bytes
  /** What Rekor answered, as Cosign keeps it: `{"SignedEntryTimestamp":…,"Payload":…}`. */
  readonly rekorBundle?: Bytes
  /** An RFC 3161 TimeStampResp, DER. */
  readonly timestamp?: Bytes
}

/** @throws ATTACH_CONTENT_INVALID, ATTACH_OTHER_IMAGE, COSIGN_TAG_IMPOSSIBLE before anything is pushed; ATTACH_INCOMPLETE */
export async function importSignature(target: ImportTarget, signature: ForeignSignature): Promise<Imported> {
  const { store, subject, pause } = target
  const payload = checked('The payload', () => parseSimpleSigning(signature.payload))
  if (payload.manifestDigest !== subject.digest) throw otherImage('The payload', subject.digest)
  const layer: Descriptor = {
    mediaType: cosignMediaTypes.simpleSigning,
    digest: digestOf(signature.payload),
    size: signature.payload.length,
    annotations: annotationsOf(signature),
  }
  const same = await alreadyThere(target, layer, (place) => place === 'signature-tag')
  if (same !== undefined) return same
  const manifest = await addCosignLayer(store, cosignTag(subject.digest, 'sig'), layer, [signature.payload], pause)
  return { outcome: 'pushed', kind: 'cosign-signature', place: 'signature-tag', manifest }
}

function annotationsOf(given: ForeignSignature): Readonly<Record<string, string>> {
  const { certificate, chain, rekorBundle, timestamp } = given
  return {
    [cosignAnnotations.signature]: checked('The signature', () => signatureText(given.signature)),
    ...(certificate === undefined
      ? {}
      : { [cosignAnnotations.certificate]: certificateText(certificate, 'certificate') }),
    ...(chain === undefined ? {} : { [cosignAnnotations.chain]: certificateText(chain, 'certificate chain') }),
    ...(rekorBundle === undefined ? {} : { [cosignAnnotations.bundle]: rekorText(rekorBundle) }),
    ...(timestamp === undefined
      ? {}
      : { [cosignAnnotations.rfc3161Timestamp]: JSON.stringify({ SignedRFC3161Timestamp: toBase64(timestamp) }) }),
  }
}

/** Files end with a line end; base64 tools break lines. */
function signatureText(bytes: Bytes): string {
  const text = Buffer.from(bytes).toString('latin1').replace(/\s/g, '')
  if (fromBase64(text, 'signature').length > 0) return text
  throw baseFault('BASE64_INVALID', 'The signature is empty.')
}

function certificateText(bytes: Bytes, what: string): string {
  return checked(`The ${what}`, () => {
    const text = Buffer.from(bytes).toString('latin1')
    if (!text.includes('-----BEGIN CERTIFICATE-----'))
      throw baseFault('BASE64_INVALID', `It holds no PEM block "CERTIFICATE".`)
    readPublicKey(bytes, `the ${what}`)
    return text
  })
}

function rekorText(bytes: Bytes): string {
  return checked('The answer of Rekor', () => {
    parseRekorBundle(bytes)
    return textOf(bytes).trim()
  })
}

/** The Sigstore bundle v0.3 (sigstore_bundle.proto) around what a signer signed, and Cosign's annotations: the one place that says what proves the signer. */

import { type Bytes, textOf } from '../base/index.ts'
import { keyHint, writePem } from '../crypto/index.ts'
import { cosignAnnotations, type NewBundleContent, writeBundle } from '../envelope/index.ts'
import type { Signer } from './signer.ts'

export function bundleBy(signer: Signer, content: NewBundleContent): readonly Bytes[] {
  const { certificate, publicKey } = signer
  // Since version 0.3 the leaf alone: its issuers are the verifier's to have.
  if (certificate !== undefined)
    return writeBundle({ content, material: { kind: 'certificates', chain: [certificate.leaf.raw] } })
  return writeBundle({ content, material: { kind: 'public-key', hint: keyHint(publicKey) } })
}

/** The same in Cosign's older formats: annotations of the layer, which nobody signed. */
export function layerCertificate({ certificate }: Signer): Readonly<Record<string, string>> {
  if (certificate === undefined) return {}
  const [leaf, ...issuers] = certificate.chain.map(({ raw }) => textOf(writePem('CERTIFICATE', raw)))
  return { [cosignAnnotations.certificate]: leaf ?? '', [cosignAnnotations.chain]: issuers.join('') }
}

/** The Sigstore bundle v0.3 (sigstore_bundle.proto) around what a signer signed: the one place that says what proves the signer. */

import type { Bytes } from '../base/index.ts'
import { keyHint } from '../crypto/index.ts'
import { type NewBundleContent, writeBundle } from '../envelope/index.ts'
import type { Signer } from './signer.ts'

export function bundleBy(signer: Signer, content: NewBundleContent): readonly Bytes[] {
  return writeBundle({ content, material: { kind: 'public-key', hint: keyHint(signer.publicKey) } })
}

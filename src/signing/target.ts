/** What is signed and where the signature goes. */

import type { Pause } from '../attachments/index.ts'
import type { Bytes, Clock, Digest } from '../base/index.ts'
import type { ContentStore, Descriptor } from '../oci/index.ts'
import type { Certificate } from '../pki/index.ts'

/** bundle: a Sigstore bundle as a referrer · cosign: Cosign's older `.sig` and `.att` tags. */
export type SignatureFormat = 'bundle' | 'cosign'

/** notation-jws, notation-cose: a Notation signature as a referrer, in one of its two envelopes. */
export type NotationFormat = 'notation-jws' | 'notation-cose'

export interface SigningTarget {
  /** The image's manifest or index; its digest is what is signed. */
  readonly subject: Descriptor
  /** The repository of the image in full: `registry.example.org/shop/api`. */
  readonly repository: string
  /** Where the signature is written; undefined makes it without writing it anywhere. */
  readonly store: ContentStore | undefined
}

export interface SigningContext {
  readonly clock: Clock
  readonly pause: Pause
}

export interface Signed {
  /** already-there: the same key had made the same already; it was verified, and nothing was pushed. */
  readonly outcome: 'pushed' | 'already-there' | 'not-uploaded'
  readonly subject: Digest
  readonly format: SignatureFormat | NotationFormat
  readonly manifest?: Digest
  readonly layer?: Digest
  readonly fallbackTag?: string
  /** The manifests of older attestations that `replace` removed. */
  readonly replaced?: readonly Digest[]
}

export interface SignedContent extends Signed {
  /**
   * What a file keeps of it: the bundle; of the `cosign` format the signature in base64, or the DSSE envelope. What was there already is
   * fetched when it is asked for.
   */
  readonly content: () => Promise<readonly Bytes[]>
  /** Of a Notation signature: whose it is. */
  readonly certificate?: Certificate
}

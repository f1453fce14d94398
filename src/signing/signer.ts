/** The port behind which a private key lies: a file now; PKCS#12, plugins, hardware and services later. */

import type { Bytes } from '../base/index.ts'
import {
  type PrivateKey,
  type PublicKey,
  prepareKey,
  type SignatureScheme,
  schemesOf,
  signParts,
} from '../crypto/index.ts'
import type { Certificate } from '../pki/index.ts'
import type { SanIdentity } from '../trust/index.ts'

/** What a signature is over: an Ed25519 key signs envelopes prehashed, as cosign does, and files purely. */
export type SigningPurpose = 'envelope' | 'file'

export interface Signer {
  readonly publicKey: PublicKey
  /** Signs the concatenation of the parts with the one scheme of the key's type. */
  sign(parts: readonly Bytes[], purpose: SigningPurpose): Promise<Bytes>
  /** Lies beside every signature, where there is one; else the key is a bare one. */
  readonly certificate?: SignerCertificate
}

export interface SignerCertificate {
  readonly leaf: Certificate
  /** The leaf, its issuers, the root. */
  readonly chain: readonly Certificate[]
  /** What verifiers can ask for: one at least. */
  readonly identities: readonly SanIdentity[]
}

export function keySigner(key: PrivateKey): Signer {
  return {
    publicKey: key.publicKey,
    sign: async (parts, purpose) => {
      await prepareKey(key.publicKey)
      return signParts(key, schemeFor(key.publicKey, purpose), parts)
    },
  }
}

function schemeFor({ type }: PublicKey, purpose: SigningPurpose): SignatureScheme {
  if (type === 'ed25519') return purpose === 'envelope' ? 'ed25519ph' : 'ed25519'
  const [scheme] = schemesOf(type)
  if (scheme === undefined) throw new TypeError(`No scheme for ${type}.`)
  return scheme
}

/** Who made a signature, and how that was found out: with one of the given keys here, by a certificate in `certificate-identity/`. */

import type { Bytes } from '../base/index.ts'
import { type DsseEnvelope, paeParts } from '../envelope/index.ts'
import type { Check, Finding } from './finding.ts'
import type { ProvenSigner } from './signer.ts'
import { signatureFinding, signerOf, type TrustedKey } from './trusted-key.ts'

/** What was signed. */
export type Signed = DsseEnvelope | { readonly parts: readonly Bytes[]; readonly signature: Bytes | undefined }

export interface SignatureProof {
  readonly findings: readonly Finding[]
  readonly signers: readonly ProvenSigner[]
  /** Checks that must have passed, beside those of the format. */
  readonly demanded: readonly Check[]
}

const DEMANDED: readonly Check[] = ['signature']

/** @param hint what the bundle says of the key, unsigned */
export function keyProof(
  parts: readonly Bytes[],
  signature: Bytes | undefined,
  keys: readonly TrustedKey[],
  hint?: string,
): SignatureProof {
  return signerProof(signature === undefined ? undefined : signerOf(keys, parts, signature), keys, hint)
}

export function signerProof(
  signer: TrustedKey | undefined,
  keys: readonly TrustedKey[],
  hint?: string,
): SignatureProof {
  return {
    findings: [signatureFinding(keys, signer, hint)],
    signers: signer === undefined ? [] : [signer],
    demanded: DEMANDED,
  }
}

/** Of an envelope every signature counts. */
export function envelopeProof(envelope: DsseEnvelope, keys: readonly TrustedKey[], hint?: string): SignatureProof {
  const parts = paeParts(envelope.payloadType, [envelope.payload])
  const found = envelope.signatures.map(({ sig }) => signerOf(keys, parts, sig))
  const signers = [...new Set(found.filter((signer) => signer !== undefined))]
  return { findings: [signatureFinding(keys, signers[0], hint)], signers, demanded: DEMANDED }
}

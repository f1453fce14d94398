/**
 * The proof of a signature that carries a certificate, where certificates are asked about. Chains and their rules are a world of their own: a call about
 * keys loads none of it.
 */

import type { Bytes } from '../base/index.ts'
import type { Descriptor } from '../oci/index.ts'
import type { Question } from './question.ts'
import type { SignatureProof, Signed } from './signature-proof.ts'

/** @param carried the certificates of a bundle in DER, leaf first, or a layer that has them in its annotations */
export async function proofByCertificate(
  signed: Signed,
  carried: readonly Bytes[] | Descriptor,
  { certificates }: Question,
): Promise<SignatureProof | undefined> {
  if (certificates === undefined) return undefined
  const { proofOf } = await import('./certificate-identity/judge.ts')
  return proofOf(signed, carried, certificates)
}

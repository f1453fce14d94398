/** A key that signs Sigstore bundles and Cosign's formats with its certificate: for verifiers that ask for a name and a root instead of a key. */

import type { PrivateKey } from '../crypto/index.ts'
import { type Certificate, formatName, isForCodeSigning } from '../pki/index.ts'
import { certificateIdentitiesOf } from '../trust/index.ts'
import { signingFault } from './faults.ts'
import { checkSigningChain, orderedChain } from './notation-signer.ts'
import { keySigner, type Signer } from './signer.ts'

/**
 * The certificates may come in any order, with others among them or not; every rule that a verifier applies is applied here, before anything is signed.
 * A leaf without an alternative name could be asked for by nobody: then the signer is the bare key, without `certificate`.
 * @param where names them in messages
 * @param at the moment of signing, milliseconds since 1970
 * @throws SIGNING_CHAIN_INVALID
 */
export function certifiedKeySigner(
  key: PrivateKey,
  certificates: readonly Certificate[],
  where: string,
  at: number,
): Signer {
  const chain = orderedChain(key, certificates, where)
  checkSigningChain(chain, where, at)
  const [leaf] = chain
  if (leaf === undefined) throw new TypeError('A chain that keeps the rules has a leaf.')
  if (!isForCodeSigning(leaf)) {
    const detail = `${where}: the certificate of ${formatName(leaf.subject)} is for other things than code signing (extended key usage).`
    throw signingFault('SIGNING_CHAIN_INVALID', detail, {
      fix: 'Have it issued again with the extended key usage codeSigning.',
    })
  }
  const identities = certificateIdentitiesOf(leaf)
  return identities.length === 0 ? keySigner(key) : { ...keySigner(key), certificate: { leaf, chain, identities } }
}

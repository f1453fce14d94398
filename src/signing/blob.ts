/** Signs and attests files: Sigstore bundles v0.3 as cosign's `sign-blob` and `attest-blob` write them. */

import { type PredicateType, preparePredicate, writeStatement } from '../attestation/index.ts'
import { type Bytes, type Clock, type Digest, type DigestAlgorithm, digestHex, digestOf } from '../base/index.ts'
import type { KeyType } from '../crypto/index.ts'
import { refuseReserved } from './attest-image.ts'
import { bundleBy } from './bundle.ts'
import { signAsBundle } from './dsse.ts'
import type { Signer } from './signer.ts'

/** The digest beside a message signature is the one that the key's scheme signs; Ed25519 hashes with SHA-512 inside. */
const MESSAGE_DIGEST: Readonly<Record<KeyType, DigestAlgorithm>> = {
  'ecdsa-p256': 'sha256',
  'ecdsa-p384': 'sha384',
  'ecdsa-p521': 'sha512',
  rsa: 'sha256',
  ed25519: 'sha512',
}

/** A bundle with a message signature, and the bare signature. */
export async function signBlob(
  bytes: Bytes,
  signer: Signer,
): Promise<{ readonly bundle: readonly Bytes[]; readonly signature: Bytes }> {
  const algorithm = MESSAGE_DIGEST[signer.publicKey.type]
  const signature = await signer.sign([bytes], 'file')
  const value = Buffer.from(digestHex(digestOf(bytes, algorithm)), 'hex')
  const bundle = bundleBy(signer, { kind: 'message-signature', digest: { algorithm, value }, signature })
  return { bundle, signature }
}

/** @param subject the file's name and digest @throws PREDICATE_INVALID, ATTEST_TYPE_RESERVED */
export async function attestBlob(
  subject: { readonly name: string; readonly digest: Digest },
  type: PredicateType,
  predicate: Bytes,
  signer: Signer,
  clock: Clock,
): Promise<readonly Bytes[]> {
  refuseReserved(type)
  const statement = writeStatement({
    subject,
    predicateType: type.uri,
    predicate: preparePredicate(predicate, type.form, clock()),
  })
  return signAsBundle(signer, statement)
}

/** Who signs as Notation does: a key with its chain of certificates, or a plugin that holds both. */

import { type Bytes, rfc3339 } from '../base/index.ts'
import { keyName, type PrivateKey, signNamed } from '../crypto/index.ts'
import {
  type NotationAlgorithm,
  type NotationEncoding,
  namedAlgorithmOf,
  notationAlgorithmFor,
} from '../envelope/index.ts'
import { type Certificate, checkChain, formatName, orderChain } from '../pki/index.ts'
import { signingFault } from './faults.ts'

/** Signs what an envelope is made of, and says with which certificates. */
export interface RawNotationSigner {
  readonly kind: 'raw'
  readonly algorithm: () => Promise<NotationAlgorithm>
  readonly sign: (toBeSigned: Bytes) => Promise<{ readonly signature: Bytes; readonly chain: readonly Certificate[] }>
  /** Leaf first, where it is known before anything is signed. */
  readonly chain?: readonly Certificate[]
}

/** Makes the whole envelope by itself: plugins of services that add what only they know. */
export interface EnvelopeNotationSigner {
  readonly kind: 'envelope'
  readonly make: (payload: Bytes, encoding: NotationEncoding, expirySeconds: number | undefined) => Promise<Bytes>
}

export type NotationSigner = RawNotationSigner | EnvelopeNotationSigner

/**
 * A key and its certificates, in any order, with others among them or not. Every rule that a verifier applies is applied here, before anything is signed.
 * @param at the moment of signing, milliseconds since 1970
 * @throws SIGNING_CHAIN_INVALID, SIGNING_KEY_UNUSABLE
 */
export function certifiedSigner(
  key: PrivateKey,
  certificates: readonly Certificate[],
  where: string,
  at: number,
): RawNotationSigner {
  const algorithm = notationAlgorithmFor(key.publicKey)
  if (algorithm === undefined) {
    throw signingFault('SIGNING_KEY_UNUSABLE', `A key ${keyName(key.publicKey)} makes no Notation signatures.`, {
      fix: 'Take ECDSA P-256, P-384 or P-521, or RSA with 2048, 3072 or 4096 bits; or sign with --format bundle.',
    })
  }
  const chain = orderedChain(key, certificates, where)
  checkSigningChain(chain, where, at)
  return {
    kind: 'raw',
    chain,
    algorithm: async () => algorithm,
    sign: async (toBeSigned) => ({ signature: signNamed(key, namedAlgorithmOf(algorithm), [toBeSigned]), chain }),
  }
}

/** @throws SIGNING_CHAIN_INVALID */
export function orderedChain(
  { publicKey }: PrivateKey,
  certificates: readonly Certificate[],
  where: string,
): readonly Certificate[] {
  const ordered = orderChain(publicKey, certificates)
  if (ordered.ok) return ordered.chain
  throw signingFault('SIGNING_CHAIN_INVALID', `${where}: ${ordered.problem.detail}`, { fix: ordered.problem.fix })
}

/** @throws SIGNING_CHAIN_INVALID, which names the certificate and the rule */
export function checkSigningChain(chain: readonly Certificate[], where: string, at: number): void {
  const problem = checkChain(chain, 'code-signing')
  if (problem !== undefined)
    throw signingFault('SIGNING_CHAIN_INVALID', `${where}: ${problem.detail}`, { fix: problem.fix })
  const outside = chain.find(({ notBefore, notAfter }) => at < notBefore || at > notAfter)
  if (outside === undefined) return
  const { subject, notBefore, notAfter } = outside
  throw signingFault(
    'SIGNING_CHAIN_INVALID',
    `${where}: the certificate of ${formatName(subject)} is valid from ${rfc3339(notBefore)} to ${rfc3339(notAfter)}, not now.`,
    { fix: 'Get a certificate that is valid now from whoever issued it.' },
  )
}

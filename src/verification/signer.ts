/** Who was proven to have signed: one of the given keys, or the identity in a certificate that a trust store vouches for. */

import type { Certificate } from '../pki/index.ts'
import { nameKey, type TrustedKey } from './trusted-key.ts'

/** An identity in a certificate, proven by a chain to a trust store. */
export interface CertifiedIdentity {
  /** The trust policy's statement that accepted it, or what was written on the command line. */
  readonly policy: string
  readonly certificate: Certificate
  /** The certificate's subject as RFC 4514 writes it. Text from outside: escape it for where it is shown. */
  readonly subject: string
  readonly issuer: string
  /** Of a certificate that was accepted for its alternative name: those of it that were asked for. */
  readonly identities?: readonly string[]
}

export type ProvenSigner = TrustedKey | CertifiedIdentity

export function isCertified(signer: ProvenSigner): signer is CertifiedIdentity {
  return 'certificate' in signer
}

/** SHA-256 of the public key: that of a bare key and of the same key in a certificate is one. */
export function keyFingerprint(signer: ProvenSigner): string {
  return isCertified(signer) ? signer.certificate.publicKey().fingerprint : signer.key.fingerprint
}

/**
 * Different signers, for a threshold counts signers and not signatures: no key counts twice, whatever it is called, and no subject of
 * certificates either, since who renews a certificate with a new key is still the same.
 */
export function distinctSigners(signers: readonly ProvenSigner[]): readonly ProvenSigner[] {
  let groups: readonly Same[] = []
  for (const signer of signers) {
    const ids = [`key ${keyFingerprint(signer)}`, ...(isCertified(signer) ? namesOf(signer) : [])]
    const isSame = (group: Same): boolean => ids.some((id) => group.ids.has(id))
    const same = groups.filter(isSame)
    const joined = {
      first: same[0]?.first ?? signer,
      ids: new Set([...ids, ...same.flatMap((group) => [...group.ids])]),
    }
    groups = same.length === 0 ? [...groups, joined] : groups.flatMap((one) => joinedOrKept(one, same, joined))
  }
  return groups.map(({ first }) => first)
}

/** An empty subject is nobody's where an alternative name says whose the certificate is. */
function namesOf({ subject, identities }: CertifiedIdentity): readonly string[] {
  if (identities === undefined) return [`subject ${subject}`]
  const names = identities.map((identity) => `identity ${identity}`)
  return subject === '' ? names : [`subject ${subject}`, ...names]
}

/** One signer, by all the keys and subjects that were seen together: the order of what is found makes no difference. */
interface Same {
  readonly first: ProvenSigner
  readonly ids: ReadonlySet<string>
}

function joinedOrKept(one: Same, same: readonly Same[], joined: Same): readonly Same[] {
  if (one === same[0]) return [joined]
  return same.includes(one) ? [] : [one]
}

/** For people. Holds text from outside: escape it for where it is shown. */
export function nameSigner(signer: ProvenSigner): string {
  if (!isCertified(signer)) return nameKey(signer)
  const { subject, identities = [], policy } = signer
  return `a certificate of ${subject === '' ? identities.join(' and ') : subject} (${policy})`
}

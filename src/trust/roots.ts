/** What a certificate is to a trust store (trust-store-trust-policy.md, "Trust Store"): a root, an authority or a leaf. */

import { Fault } from '../base/index.ts'
import { basicConstraints, type Certificate, formatName, isSelfSigned } from '../pki/index.ts'
import type { TrustStoreType } from './x509-trust.ts'

/** Whether it is signed by its own key; one whose key or signature cannot be judged is not. */
export function isRoot(certificate: Certificate): boolean {
  return holds(() => isSelfSigned(certificate))
}

export function isAuthority(certificate: Certificate): boolean {
  return holds(() => basicConstraints(certificate)?.isAuthority === true)
}

function holds(question: () => boolean): boolean {
  try {
    return question()
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** Why a certificate may not be in a store of this type; undefined where it may. */
export function unfit(type: TrustStoreType, certificate: Certificate): string | undefined {
  const of = `the certificate of ${formatName(certificate.subject)}`
  const issued = `${formatName(certificate.issuer)} issued it`
  if (type === 'tsa')
    return isRoot(certificate) ? undefined : `${of} is no root (${issued}), and a tsa store holds roots alone`
  if (isAuthority(certificate) || isRoot(certificate)) return undefined
  return `${of} is a leaf (${issued}), and no root or intermediate authority`
}

/** A trust policy that was read (Notary Project, trust-store-trust-policy.md, "Trust Policy"): which signatures count for which repositories. */

import type { StoreName } from './store-name.ts'
import type { X509Trust } from './x509-trust.ts'

export interface TrustPolicyStatement
  extends Pick<X509Trust, 'name' | 'level' | 'actions' | 'identities' | 'verifyTimestamp'> {
  /** `registry/repository`, `*`, and beyond notation `registry/*`, `registry/team/*`. */
  readonly registryScopes: readonly string[]
  readonly trustStores: readonly StoreName[]
}

export interface TrustPolicyDocument {
  readonly version: '1.0'
  readonly statements: readonly TrustPolicyStatement[]
}

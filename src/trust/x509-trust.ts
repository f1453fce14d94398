/** What certificates are judged by, once a statement of a trust policy and its stores were read: data alone, so that a judgement can be replayed. */

import type { Certificate } from '../pki/index.ts'
import type { Identity } from './identity.ts'

/** Named groups of certificates (Notary Project, trust-store-trust-policy.md, "Trust Store"). */
export type TrustStoreType = 'ca' | 'signingAuthority' | 'tsa'

export interface TrustStore {
  readonly type: TrustStoreType
  readonly name: string
  readonly certificates: readonly Certificate[]
}

/** What is done with a check that did not pass. */
export type TrustAction = 'enforce' | 'log' | 'skip'

/** The checks that a level decides about; what was signed (the image, the annotations) is always enforced. */
export type TrustCheck = 'integrity' | 'authenticity' | 'authenticTimestamp' | 'expiry' | 'revocation'

export type TrustLevel = 'strict' | 'permissive' | 'audit' | 'skip'

export interface X509Trust {
  /** The statement's name, or what was written on the command line. */
  readonly name: string
  readonly level: TrustLevel
  readonly actions: Readonly<Record<TrustCheck, TrustAction>>
  /** Any one of them. */
  readonly identities: readonly Identity[]
  readonly stores: readonly TrustStore[]
  /** Whether a timestamp is looked at always, or only once a certificate has expired. */
  readonly verifyTimestamp: 'always' | 'afterCertExpiry'
}

/** trust-store-trust-policy.md, "Signature Verification details". */
export const levelActions: Readonly<Record<TrustLevel, X509Trust['actions']>> = {
  strict: {
    integrity: 'enforce',
    authenticity: 'enforce',
    authenticTimestamp: 'enforce',
    expiry: 'enforce',
    revocation: 'enforce',
  },
  permissive: {
    integrity: 'enforce',
    authenticity: 'enforce',
    authenticTimestamp: 'log',
    expiry: 'log',
    revocation: 'log',
  },
  audit: { integrity: 'enforce', authenticity: 'log', authenticTimestamp: 'log', expiry: 'log', revocation: 'log' },
  skip: { integrity: 'skip', authenticity: 'skip', authenticTimestamp: 'skip', expiry: 'skip', revocation: 'skip' },
}

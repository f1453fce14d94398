/** From what people wrote (a policy, an identity, a chain) to what a signature is judged by. */

import type { Certificate } from '../pki/index.ts'
import type { TrustPolicyDocument } from './document.ts'
import { trustFault } from './faults.ts'
import type { Identity } from './identity.ts'
import { statementFor } from './scope.ts'
import type { StoreName } from './store-name.ts'
import type { TrustStores } from './stores.ts'
import { levelActions, type TrustStore, type X509Trust } from './x509-trust.ts'

/**
 * The statement for a repository with its stores; undefined where no statement speaks for it.
 * @throws TRUST_STORE_MISSING, TRUST_STORE_INVALID, CERTIFICATE_FILE_INVALID
 */
export async function resolveTrust(
  document: TrustPolicyDocument,
  repository: string,
  stores: TrustStores,
): Promise<X509Trust | undefined> {
  const statement = statementFor(document, repository)
  if (statement === undefined) return undefined
  const { name, level, actions, identities, verifyTimestamp, trustStores } = statement
  const loaded = await loadAll(trustStores, stores)
  return { name, level, actions, identities, verifyTimestamp, stores: loaded }
}

export async function loadAll(names: readonly StoreName[], stores: TrustStores): Promise<readonly TrustStore[]> {
  return Promise.all(names.map((store) => stores.load(store)))
}

/**
 * One identity, or several, and what vouches for it, everything enforced.
 * @throws TRUST_IDENTITY_INVALID without an identity, or where nothing vouches for it
 * @example simpleTrust([parseWrittenIdentity('C=NL, ST=NH, O=Example')], [{ type: 'ca', name: 'root.pem', certificates }])
 */
export function simpleTrust(identities: readonly Identity[], stores: readonly TrustStore[]): X509Trust {
  if (identities.length === 0) {
    throw trustFault('TRUST_IDENTITY_INVALID', 'Nothing says whose certificates count.', {
      fix: 'Add --x509-identity "C=NL, ST=NH, O=Example", or san:uri:https://…',
    })
  }
  if (!stores.some(({ type, certificates }) => type !== 'tsa' && certificates.length > 0)) {
    throw trustFault('TRUST_IDENTITY_INVALID', 'Nothing says which root vouches for the identity.', {
      fix: 'Add --root FILE, or --store ca:NAME with --trust-store DIR.',
    })
  }
  const name = identities.map(({ text }) => text).join(' or ')
  return { name, level: 'strict', actions: levelActions.strict, identities, stores, verifyTimestamp: 'afterCertExpiry' }
}

/** Exactly this leaf and nobody else, for finding what one has signed oneself: a certificate that has expired since still did. */
export function ownTrust(chain: readonly Certificate[]): X509Trust {
  const actions = { ...levelActions.permissive, revocation: 'skip' } as const
  const stores = [{ type: 'ca', name: 'own', certificates: chain.slice(0, 1) }] as const
  const identities = [{ kind: 'any', text: '*' }] as const
  return {
    name: 'own certificate',
    level: 'permissive',
    actions,
    identities,
    stores,
    verifyTimestamp: 'afterCertExpiry',
  }
}

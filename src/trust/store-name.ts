/** Names of trust stores (trust-store-trust-policy.md, "Trust Store"): `ca:acme` is the folder `x509/ca/acme`. */

import { trustFault } from './faults.ts'
import type { TrustStoreType } from './x509-trust.ts'

export interface StoreName {
  readonly type: TrustStoreType
  readonly name: string
}

export const storeTypes: readonly TrustStoreType[] = ['ca', 'signingAuthority', 'tsa']

const NAME = /^[a-zA-Z0-9_.-]{1,255}$/

/** @throws TRUST_STORE_NAME_INVALID @example parseStoreName('ca:acme') */
export function parseStoreName(text: string): StoreName {
  const colon = text.indexOf(':')
  const written = colon < 0 ? '' : text.slice(0, colon)
  const type = storeTypes.find((one) => one === written)
  const name = text.slice(colon + 1)
  if (type !== undefined && isStoreName(name)) return { type, name }
  const problem =
    type === undefined
      ? `"${text.slice(0, 200)}" does not begin with the type of a trust store`
      : `"${name.slice(0, 200)}" is no name of a trust store`
  throw trustFault('TRUST_STORE_NAME_INVALID', `${problem}.`, {
    fix: 'Write ca:NAME, tsa:NAME or signingAuthority:NAME; a name has letters, digits, "_", "." and "-".',
  })
}

/** It becomes the name of a folder, so it never leads anywhere else. */
export function isStoreName(name: string): boolean {
  return NAME.test(name) && name !== '.' && name !== '..'
}

export function formatStoreName({ type, name }: StoreName): string {
  return `${type}:${name}`
}

/** Whether the trust stores that a policy names are there, can be used, and how long their certificates are valid. */

import { Fault, rfc3339 } from '../base/index.ts'
import { type Certificate, formatName } from '../pki/index.ts'
import type { TrustPolicyDocument } from './document.ts'
import type { PolicyNote } from './policy-note.ts'
import { formatStoreName, type StoreName } from './store-name.ts'
import type { TrustStores } from './stores.ts'

const SOON_MS = 60 * 86_400_000

/** @param now milliseconds since 1970 */
export async function checkPolicyStores(
  { statements }: TrustPolicyDocument,
  stores: TrustStores,
  now: number,
): Promise<readonly PolicyNote[]> {
  const notes: PolicyNote[] = []
  for (const { name, trustStores } of statements) {
    for (const store of trustStores) notes.push(...(await storeNotes(name, store, stores, now)))
  }
  return notes
}

async function storeNotes(
  statement: string,
  store: StoreName,
  stores: TrustStores,
  now: number,
): Promise<readonly PolicyNote[]> {
  try {
    const { certificates } = await stores.load(store)
    return certificates.flatMap((certificate) => validityNotes(statement, store, certificate, now))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const code = error.code === 'TRUST_STORE_MISSING' ? 'POLICY_STORE_MISSING' : 'POLICY_STORE_UNUSABLE'
    return [{ kind: 'error', code, statement, detail: error.message, fix: error.fix ?? 'Correct the trust store.' }]
  }
}

function validityNotes(
  statement: string,
  store: StoreName,
  { subject, notBefore, notAfter }: Certificate,
  now: number,
): readonly PolicyNote[] {
  const of = `The certificate of ${formatName(subject)} in ${formatStoreName(store)}`
  const note = (code: PolicyNote['code'], detail: string): readonly PolicyNote[] => [
    { kind: 'warning', code, statement, detail, fix: 'Add its successor beside it: zegel trust add.' },
  ]
  if (now > notAfter) return note('POLICY_CERTIFICATE_EXPIRED', `${of} expired at ${rfc3339(notAfter)}.`)
  if (now < notBefore) return note('POLICY_CERTIFICATE_EXPIRED', `${of} is valid only from ${rfc3339(notBefore)} on.`)
  if (now > notAfter - SOON_MS) return note('POLICY_CERTIFICATE_EXPIRES', `${of} expires at ${rfc3339(notAfter)}.`)
  return []
}

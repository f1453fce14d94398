/**
 * Trust policies as notation keeps them (Notary Project, trust-store-trust-policy.md, "Trust Policy"), held to every rule of the specification, and read more
 * strictly where a typing error would otherwise go unseen.
 */

import { asArray, asObject, asString, type Bytes, Fault, type Json, limits, readJson } from '../base/index.ts'
import type { TrustPolicyDocument, TrustPolicyStatement } from './document.ts'
import { trustFault } from './faults.ts'
import { type Identity, parseIdentity } from './identity.ts'
import { invalid, onlyKnown, textsOf } from './policy-members.ts'
import { checkSkip, checkTogether, checkTrusting } from './policy-rules.ts'
import { readVerification } from './policy-verification.ts'
import { scopeProblem } from './scope.ts'
import { parseStoreName, type StoreName } from './store-name.ts'

export interface TrustPolicyOptions {
  /** Takes a statement that skips verification for all repositories, as notation does; the specification forbids it. */
  readonly allowSkipAll?: boolean
}

const DOCUMENT = ['version', 'trustPolicies']
const STATEMENT = ['name', 'registryScopes', 'signatureVerification', 'trustStores', 'trustedIdentities']

/**
 * @param where names the file in messages
 * @throws TRUST_POLICY_INVALID, which names the statement, the member and what to write
 * @example const { statements } = parseTrustPolicy(await readFile('trustpolicy.json'), 'trustpolicy.json')
 */
export function parseTrustPolicy(bytes: Bytes, where: string, options: TrustPolicyOptions = {}): TrustPolicyDocument {
  try {
    const document = asObject(readJson(bytes, { what: where, maxBytes: limits.configFileBytes, maxDepth: 16 }), where)
    onlyKnown(document, DOCUMENT, where)
    if (document['version'] !== '1.0') throw invalid(where, 'its version is not "1.0"', 'Write "version": "1.0".')
    const list = asArray(document['trustPolicies'], `${where}, trustPolicies`, limits.trustStatements)
    if (list.length === 0) throw invalid(where, 'its trustPolicies have no statement', 'Add one.')
    const statements = list.map((value, at) => readStatement(value, at, where, options))
    checkTogether(statements, where)
    return { version: '1.0', statements }
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'TRUST_POLICY_INVALID') throw error
    throw trustFault('TRUST_POLICY_INVALID', `${where} is no trust policy: ${error.message}`, {
      cause: error,
      fix: error.fix ?? 'Correct it, or make one with "zegel trust policy init".',
    })
  }
}

function readStatement(value: Json, at: number, where: string, options: TrustPolicyOptions): TrustPolicyStatement {
  const nameless = `${where}, statement ${at + 1}`
  const statement = asObject(value, nameless)
  const name = asString(statement['name'], `${nameless}, name`)
  if (name === '') throw invalid(nameless, 'it has an empty name', 'Give it one.')
  const place = `${where}, statement "${name.slice(0, 100)}"`
  onlyKnown(statement, STATEMENT, place)
  const { level, actions, verifyTimestamp } = readVerification(statement['signatureVerification'], place)
  const registryScopes = readScopes(statement['registryScopes'], place)
  const trustStores = textsOf(statement['trustStores'], 'trustStores', place).map((text) => readStore(text, place))
  const identities = textsOf(statement['trustedIdentities'], 'trustedIdentities', place).map((text) =>
    readIdentity(text, place),
  )
  const read = {
    name,
    level,
    actions,
    verifyTimestamp,
    registryScopes,
    trustStores: different(trustStores),
    identities,
  }
  if (level === 'skip') checkSkip(read, options.allowSkipAll === true, place)
  else checkTrusting(read, place)
  return read
}

function readScopes(value: Json | undefined, place: string): readonly string[] {
  const scopes = textsOf(value, 'registryScopes', place)
  if (scopes.length === 0)
    throw invalid(place, 'it has no registryScopes', 'Name the repositories that it is about, or "*" for all others.')
  if (scopes.includes('*')) {
    if (scopes.length === 1) return scopes
    throw invalid(place, 'its registryScopes have "*" beside others', 'Put "*" into a statement of its own.')
  }
  for (const scope of scopes) {
    const wrong = scopeProblem(scope)
    if (wrong !== undefined)
      throw invalid(place, `"${scope.slice(0, 200)}" in its registryScopes ${wrong.problem}`, wrong.fix)
  }
  return scopes
}

function readStore(text: string, place: string): StoreName {
  return inMember(`${place}, trustStores`, () => parseStoreName(text))
}

function readIdentity(text: string, place: string): Identity {
  return inMember(`${place}, trustedIdentities`, () => parseIdentity(text))
}

function inMember<T>(place: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw invalid(place, error.message.replace(/\.$/, ''), error.fix ?? '', error)
  }
}

/** The same store twice is the store. */
function different(stores: readonly StoreName[]): readonly StoreName[] {
  return stores.filter(
    ({ type, name }, at) => at === stores.findIndex((other) => other.type === type && other.name === name),
  )
}

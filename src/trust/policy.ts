/**
 * Trust policies as notation keeps them (Notary Project, trust-store-trust-policy.md, "Trust Policy"), held to every rule of the specification, and read more
 * strictly where a typing error would otherwise go unseen.
 */

import {
  asArray,
  asObject,
  asString,
  type Bytes,
  Fault,
  type Json,
  type JsonObject,
  limits,
  optionalString,
  readJson,
} from '../base/index.ts'
import { trustFault } from './faults.ts'
import { type Identity, parseIdentity } from './identity.ts'
import { isScope } from './scope.ts'
import {
  levelActions,
  type TrustAction,
  type TrustCheck,
  type TrustLevel,
  type TrustStoreType,
  type X509Trust,
} from './x509-trust.ts'

export interface StoreName {
  readonly type: TrustStoreType
  readonly name: string
}

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

const DOCUMENT = ['version', 'trustPolicies']
const STATEMENT = ['name', 'registryScopes', 'signatureVerification', 'trustStores', 'trustedIdentities']
const VERIFICATION = ['level', 'override', 'verifyTimestamp']
const CHECKS: readonly TrustCheck[] = ['integrity', 'authenticity', 'authenticTimestamp', 'expiry', 'revocation']
const ACTIONS: readonly TrustAction[] = ['enforce', 'log', 'skip']
export const storeTypes: readonly TrustStoreType[] = ['ca', 'signingAuthority', 'tsa']
const STORE_NAME = /^[a-zA-Z0-9_.-]+$/

/**
 * @param where names the file in messages
 * @throws TRUST_POLICY_INVALID, which names the statement, the member and what to write
 * @example const { statements } = parseTrustPolicy(await readFile('trustpolicy.json'), 'trustpolicy.json')
 */
export function parseTrustPolicy(bytes: Bytes, where: string): TrustPolicyDocument {
  try {
    const document = asObject(readJson(bytes, { what: where, maxBytes: limits.configFileBytes, maxDepth: 16 }), where)
    onlyKnown(document, DOCUMENT, where)
    if (document['version'] !== '1.0') throw invalid(where, 'its version is not "1.0"', 'Write "version": "1.0".')
    const list = asArray(document['trustPolicies'], 'trustPolicies', limits.trustStatements)
    if (list.length === 0) throw invalid(where, 'it has no statement', 'Add one to "trustPolicies".')
    const statements = list.map((value, at) => readStatement(value, at, where))
    checkTogether(statements, where)
    return { version: '1.0', statements }
  } catch (error) {
    if (!(error instanceof Fault) || error.status === 2) throw error
    throw trustFault('TRUST_POLICY_INVALID', `${where} is no trust policy: ${error.message}`, {
      cause: error,
      fix: error.fix ?? 'Make one with "zegel trust policy init", or correct it.',
    })
  }
}

function readStatement(value: Json, at: number, where: string): TrustPolicyStatement {
  const statement = asObject(value, `trustPolicies[${at}]`)
  const name = asString(statement['name'], `trustPolicies[${at}].name`)
  if (name === '') throw invalid(where, `its statement ${at + 1} has no name`, 'Give it one.')
  const place = `${where}, statement "${name.slice(0, 100)}"`
  onlyKnown(statement, STATEMENT, place)
  const { level, actions, verifyTimestamp, hasOverride } = readVerification(statement['signatureVerification'], place)
  const trustStores = texts(statement['trustStores'], 'trustStores', place).map((text) => readStoreName(text, place))
  const identities = texts(statement['trustedIdentities'], 'trustedIdentities', place).map((text) =>
    readIdentity(text, place),
  )
  const registryScopes = readScopes(statement['registryScopes'], place)
  const read = { name, level, actions, verifyTimestamp, registryScopes, trustStores, identities }
  if (level === 'skip') checkSkip(read, hasOverride, place)
  else checkTrusting(read, place)
  return read
}

function readScopes(value: Json | undefined, place: string): readonly string[] {
  const scopes = texts(value, 'registryScopes', place)
  if (scopes.length === 0)
    throw invalid(place, 'it has no registryScopes', 'Name the repositories that it is about, or "*" for all others.')
  if (scopes.includes('*') && scopes.length > 1)
    throw invalid(place, 'its registryScopes have "*" beside others', 'Put "*" into a statement of its own.')
  const wrong = scopes.find((scope) => scope !== '*' && !isScope(scope))
  if (wrong !== undefined) {
    throw invalid(
      place,
      `"${wrong.slice(0, 200)}" is no scope`,
      'Write registry.example.org/team/app, without a tag and in lower case; registry.example.org/team/* for all below.',
    )
  }
  return scopes
}

interface Verification extends Pick<TrustPolicyStatement, 'level' | 'actions' | 'verifyTimestamp'> {
  readonly hasOverride: boolean
}

function readVerification(value: Json | undefined, place: string): Verification {
  const verification = asObject(value, 'signatureVerification')
  onlyKnown(verification, VERIFICATION, `${place}, signatureVerification`)
  const level = asString(verification['level'], 'signatureVerification.level')
  if (!isLevel(level))
    throw invalid(place, `"${level.slice(0, 60)}" is no level`, 'Write strict, permissive, audit or skip.')
  const stamp = optionalString(verification['verifyTimestamp'], 'verifyTimestamp') ?? 'always'
  if (stamp !== 'always' && stamp !== 'afterCertExpiry')
    throw invalid(place, `"${stamp.slice(0, 60)}" is no value of verifyTimestamp`, 'Write always or afterCertExpiry.')
  const override = verification['override']
  const changed = override === undefined ? {} : readOverride(asObject(override, 'override'), place)
  const actions = { ...levelActions[level], ...changed }
  return { level, actions, verifyTimestamp: stamp, hasOverride: Object.keys(changed).length > 0 }
}

function isLevel(text: string): text is TrustLevel {
  return Object.hasOwn(levelActions, text)
}

function readOverride(override: JsonObject, place: string): Partial<Record<TrustCheck, TrustAction>> {
  onlyKnown(override, CHECKS, `${place}, override`)
  const changed: Partial<Record<TrustCheck, TrustAction>> = {}
  for (const check of CHECKS) {
    const value = optionalString(override[check], `override.${check}`)
    if (value === undefined) continue
    const action = ACTIONS.find((one) => one === value)
    if (action === undefined)
      throw invalid(place, `"${value.slice(0, 60)}" is no action`, 'Write enforce, log or skip.')
    if (check === 'integrity')
      throw invalid(place, 'it overrides the integrity, which is always enforced', 'Leave it out of "override".')
    if (action === 'skip' && check !== 'revocation')
      throw invalid(place, `it skips ${check}`, `Write log or enforce; only revocation can be skipped.`)
    changed[check] = action
  }
  return changed
}

function readStoreName(text: string, place: string): StoreName {
  try {
    return parseStoreName(text)
  } catch (error) {
    throw invalid(
      place,
      error instanceof Error ? error.message.replace(/\.$/, '') : '',
      'Write ca:NAME, tsa:NAME or signingAuthority:NAME.',
    )
  }
}

/** `ca:acme`. @throws TRUST_POLICY_INVALID */
export function parseStoreName(text: string): StoreName {
  const colon = text.indexOf(':')
  const type = storeTypes.find((one) => one === text.slice(0, Math.max(0, colon)))
  const name = text.slice(colon + 1)
  if (type !== undefined && isStoreName(name)) return { type, name }
  throw trustFault('TRUST_POLICY_INVALID', `"${text.slice(0, 200)}" names no trust store.`, {
    fix: 'Write ca:NAME, tsa:NAME or signingAuthority:NAME; a name has letters, digits, "_", "." and "-".',
  })
}

/** It becomes the name of a folder. */
export function isStoreName(name: string): boolean {
  return STORE_NAME.test(name) && name !== '.' && name !== '..' && name.length <= 255
}

function readIdentity(text: string, place: string): Identity {
  try {
    return parseIdentity(text)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw invalid(place, error.message.replace(/\.$/, ''), error.fix ?? '')
  }
}

/** Nothing is verified at this level: whatever stands there would look as if it were. */
function checkSkip(statement: TrustPolicyStatement, hasOverride: boolean, place: string): void {
  if (hasOverride)
    throw invalid(place, 'it overrides checks at the level skip, which makes none', 'Leave "override" out.')
  if (statement.trustStores.length > 0 || statement.identities.length > 0)
    throw invalid(place, 'it has trust stores or identities at the level skip, which looks at none', 'Leave them out.')
  if (statement.registryScopes.includes('*')) {
    throw invalid(
      place,
      'it skips all repositories',
      'The specification forbids it: name the repositories that need no signature.',
    )
  }
}

function checkTrusting({ trustStores, identities }: TrustPolicyStatement, place: string): void {
  if (!trustStores.some(({ type }) => type !== 'tsa'))
    throw invalid(place, 'it names no trust store of signers', 'Add "ca:NAME" to its trustStores.')
  if (identities.length === 0)
    throw invalid(
      place,
      'it has no trustedIdentities',
      'Add "x509.subject: C=…, ST=…, O=…", or "*" for every certificate of its stores.',
    )
  if (identities.length > 1 && identities.some(({ kind }) => kind === 'any'))
    throw invalid(place, 'its trustedIdentities have "*" beside others', 'Leave "*" out, or let it stand alone.')
  checkOverlap(identities, place)
}

/** One name that is part of another makes the longer one say nothing. */
function checkOverlap(identities: readonly Identity[], place: string): void {
  const names = identities.flatMap((identity) => (identity.kind === 'subject' ? [identity] : []))
  for (const one of names) {
    const wider = names.find(
      (other) => other !== one && [...other.name].every(([oid, value]) => one.name.get(oid) === value),
    )
    if (wider !== undefined)
      throw invalid(place, `its identity "${one.text}" is covered by "${wider.text}"`, 'Keep the one that is meant.')
  }
}

/** Names and scopes are told apart, so that one statement speaks for each image. */
function checkTogether(statements: readonly TrustPolicyStatement[], where: string): void {
  const names = new Set<string>()
  const scopes = new Set<string>()
  for (const { name, registryScopes } of statements) {
    if (names.has(name)) throw invalid(where, `two statements are called "${name.slice(0, 100)}"`, 'Rename one.')
    names.add(name)
    for (const scope of registryScopes) {
      if (scopes.has(scope)) throw invalid(where, `the scope "${scope}" stands twice`, 'Keep it in one statement.')
      scopes.add(scope)
    }
  }
}

function texts(value: Json | undefined, member: string, place: string): readonly string[] {
  if (value === undefined || value === null) return []
  const list = asArray(value, member, limits.trustEntries).map((text) => asString(text, `${place}, ${member}`))
  return [...new Set(list)]
}

/** notation passes over what it does not know, so that a typing error is never seen; here it is. */
function onlyKnown(object: JsonObject, known: readonly string[], place: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const meant = known.find((name) => name.toLowerCase() === unknown.toLowerCase())
  const fix = meant === undefined ? `It can have: ${known.join(', ')}.` : `Write "${meant}".`
  throw invalid(place, `"${unknown.slice(0, 60)}" is no member of it`, fix)
}

function invalid(place: string, problem: string, fix: string): Error {
  return trustFault('TRUST_POLICY_INVALID', `${place}: ${problem}.`, { fix })
}

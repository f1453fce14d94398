/** The member `signatureVerification` of a statement: its level, and what it overrides (trust-store-trust-policy.md, "Signature Verification details"). */

import { asObject, asString, type Json, nearest, optionalString } from '../base/index.ts'
import type { TrustPolicyStatement } from './document.ts'
import { invalid, onlyKnown } from './policy-members.ts'
import { levelActions, type TrustAction, type TrustCheck, type TrustLevel } from './x509-trust.ts'

const MEMBERS = ['level', 'override', 'verifyTimestamp']
const CHECKS: readonly TrustCheck[] = ['integrity', 'authenticity', 'authenticTimestamp', 'expiry', 'revocation']
const ACTIONS: readonly TrustAction[] = ['enforce', 'log', 'skip']
const LEVELS: readonly TrustLevel[] = ['strict', 'permissive', 'audit', 'skip']
const TIMESTAMPS = ['always', 'afterCertExpiry'] as const

/** @throws TRUST_POLICY_INVALID, JSON_SHAPE */
export function readVerification(
  value: Json | undefined,
  statement: string,
): Pick<TrustPolicyStatement, 'level' | 'actions' | 'verifyTimestamp'> {
  const place = `${statement}, signatureVerification`
  const verification = asObject(value, place)
  onlyKnown(verification, MEMBERS, place)
  const level = oneOf(LEVELS, asString(verification['level'], `${place}.level`), 'level', place)
  const stamp = optionalString(verification['verifyTimestamp'], `${place}.verifyTimestamp`) ?? 'always'
  const verifyTimestamp = oneOf(TIMESTAMPS, stamp, 'verifyTimestamp', place)
  const override = readOverride(verification['override'], `${place}.override`)
  if (level === 'skip' && Object.keys(override).length > 0)
    throw invalid(place, 'it overrides checks at the level skip, which makes none', 'Leave "override" out.')
  return { level, actions: { ...levelActions[level], ...override }, verifyTimestamp }
}

function readOverride(value: Json | undefined, place: string): Partial<Record<TrustCheck, TrustAction>> {
  if (value === undefined) return {}
  const override = asObject(value, place)
  onlyKnown(override, CHECKS, place)
  const changed: Partial<Record<TrustCheck, TrustAction>> = {}
  for (const check of CHECKS) {
    const written = optionalString(override[check], `${place}.${check}`)
    if (written === undefined) continue
    if (check === 'integrity') throw invalid(place, '"integrity" is always enforced', 'Leave it out of "override".')
    const action = oneOf(ACTIONS, written, check, place)
    if (action === 'skip' && check !== 'revocation')
      throw invalid(place, `"${check}" cannot be skipped`, 'Write "log" or "enforce"; only revocation can be skipped.')
    changed[check] = action
  }
  return changed
}

function oneOf<T extends string>(known: readonly T[], written: string, member: string, place: string): T {
  const found = known.find((one) => one === written)
  if (found !== undefined) return found
  const meant = nearest(written.toLowerCase(), known)
  const fix = meant === undefined ? `Write one of ${known.join(', ')}.` : `Write "${meant}".`
  throw invalid(place, `"${written.slice(0, 60)}" is no value of "${member}"`, fix)
}

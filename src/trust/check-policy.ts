/** What people should know of a trust policy before they rely on it: what lets more through than it seems, and what notation would not understand. */

import { nearest } from '../base/index.ts'
import type { TrustPolicyDocument, TrustPolicyStatement } from './document.ts'
import { type Identity, identityPrefixes } from './identity.ts'
import type { PolicyNote } from './policy-note.ts'
import { isPrefixScope } from './scope.ts'
import { formatStoreName } from './store-name.ts'
import { levelActions, type TrustCheck } from './x509-trust.ts'

/** @example for (const { kind, code, detail } of checkPolicy(parseTrustPolicy(bytes, file))) … */
export function checkPolicy({ statements }: TrustPolicyDocument): readonly PolicyNote[] {
  return statements.flatMap((statement) => [
    ...levelNotes(statement),
    ...statement.identities.flatMap((identity) => identityNotes(statement, identity)),
    ...statement.registryScopes.filter(isPrefixScope).map((scope) => scopeNote(statement, scope)),
  ])
}

function levelNotes(statement: TrustPolicyStatement): readonly PolicyNote[] {
  const { name, level, actions, verifyTimestamp, trustStores } = statement
  const notes: PolicyNote[] = []
  const warn = (code: PolicyNote['code'], detail: string, fix: string): void => {
    notes.push({ kind: 'warning', code, statement: name, detail, fix })
  }
  if (actions.authenticity !== 'enforce') {
    const what = level === 'skip' ? 'looks at no signature' : 'lets images through whoever signed them'
    warn('POLICY_PROVES_NOTHING', `The level ${level} ${what}: nothing is proven.`, 'Write "level": "strict".')
  } else {
    for (const check of weakened(statement)) {
      const what = actions[check] === 'skip' ? 'not made' : 'logged where it fails, and refuses nothing'
      warn(
        'POLICY_CHECK_LOGGED',
        `The check "${check}" is ${what}.`,
        `Write "${check}": "enforce" into "override", or "level": "strict".`,
      )
    }
  }
  if (verifyTimestamp !== 'always' && !trustStores.some(({ type }) => type === 'tsa')) {
    const stores = trustStores.map(formatStoreName).join(', ')
    warn(
      'POLICY_TIMESTAMP_UNUSED',
      `"verifyTimestamp" says something only with a trust store of the type tsa; there are ${stores === '' ? 'none' : stores}.`,
      'Add "tsa:NAME" to its trustStores, or leave "verifyTimestamp" out.',
    )
  }
  return notes
}

function weakened({ actions }: TrustPolicyStatement): readonly TrustCheck[] {
  const checks = ['authenticTimestamp', 'expiry', 'revocation'] as const satisfies readonly TrustCheck[]
  return checks.filter((check) => actions[check] !== levelActions.strict[check])
}

function identityNotes(
  { name: statement, trustStores }: TrustPolicyStatement,
  identity: Identity,
): readonly PolicyNote[] {
  const text = identity.text.slice(0, 200)
  switch (identity.kind) {
    case 'any': {
      const stores = trustStores
        .filter(({ type }) => type !== 'tsa')
        .map(formatStoreName)
        .join(', ')
      const detail = `The identity "*" is everyone whose certificate chains to ${stores}.`
      const fix = 'Name who signs, unless that authority issues to nobody else: "x509.subject: C=…, ST=…, O=…".'
      return [{ kind: 'warning', code: 'POLICY_IDENTITY_ANYBODY', statement, detail, fix }]
    }
    case 'unknown': {
      const meant = nearest(identity.prefix.trim().toLowerCase(), identityPrefixes)
      const fix =
        meant === undefined
          ? 'It is one of a plugin, or a slip: leave it out where no plugin verifies.'
          : `Write "${meant}: …", if that was meant.`
      const detail = `The identity "${text}" has a prefix that is not known: it matches no certificate.`
      return [{ kind: 'warning', code: 'POLICY_IDENTITY_NEVER_MATCHES', statement, detail, fix }]
    }
    case 'san':
    case 'issuer': {
      const detail = `notation does not know the identity "${text}": there it matches no certificate.`
      const fix = 'Where notation verifies too, name the subject: "x509.subject: C=…, ST=…, O=…".'
      return [{ kind: 'notation', code: 'POLICY_IDENTITY_BEYOND_NOTATION', statement, detail, fix }]
    }
    case 'subject':
      return []
  }
}

function scopeNote({ name: statement }: TrustPolicyStatement, scope: string): PolicyNote {
  return {
    kind: 'notation',
    code: 'POLICY_SCOPE_BEYOND_NOTATION',
    statement,
    detail: `notation refuses the whole policy for the scope "${scope}".`,
    fix: 'Where notation verifies too, name each repository.',
  }
}

/** Statements of a trust policy as the outputs of `zegel trust policy` show them. */

import { forTerminal } from '../base/index.ts'
import type { TrustPolicyReport } from '../contract/index.ts'
import { formatStoreName, type TrustAction, type TrustCheck, type TrustPolicyStatement } from '../trust/index.ts'
import type { Style } from './terminal/style.ts'

export function statementReport(statement: TrustPolicyStatement): TrustPolicyReport['statements'][number] {
  const { name, registryScopes, level, actions, verifyTimestamp, trustStores, identities } = statement
  return {
    name,
    registryScopes,
    level,
    actions,
    verifyTimestamp,
    trustStores: trustStores.map(formatStoreName),
    trustedIdentities: identities.map(({ text }) => text),
  }
}

const CHECKS: readonly (readonly [TrustCheck, string])[] = [
  ['integrity', 'the signature is whole, and its certificates keep the rules'],
  ['authenticity', 'a trust store vouches for the certificates, and they are of a trusted identity'],
  ['authenticTimestamp', 'the certificates were valid when it was signed'],
  ['expiry', 'the time that the signer set is not over'],
  ['revocation', 'no certificate was revoked'],
]

const ACTIONS: Readonly<Record<TrustAction, string>> = {
  enforce: 'must be so',
  log: 'is only told where it is not so',
  skip: 'is not looked at',
}

export function statementLines(statement: TrustPolicyReport['statements'][number], style: Style): readonly string[] {
  const { name, registryScopes, level, actions, trustStores, trustedIdentities, verifyTimestamp } = statement
  const list = (texts: readonly string[]): string => (texts.length === 0 ? 'none' : texts.map(forTerminal).join('; '))
  const hasTimestamps = trustStores.some((store) => store.startsWith('tsa:'))
  const when = verifyTimestamp === 'always' ? 'of each signature' : 'once a certificate has expired'
  return [
    style.bold(forTerminal(name)),
    `  repositories  ${list(registryScopes.map((scope) => (scope === '*' ? '* (all others)' : scope)))}`,
    `  stores        ${list(trustStores)}`,
    `  identities    ${list(trustedIdentities.map((text) => (text === '*' ? '* (everyone whose certificate chains to the stores)' : text)))}`,
    `  timestamps    ${hasTimestamps ? `demanded ${when}` : 'not looked at: there is no tsa store'}`,
    `  level         ${level}`,
    ...CHECKS.map(
      ([check, meaning]) => `    ${check.padEnd(20)}${actions[check].padEnd(9)}${meaning}: ${ACTIONS[actions[check]]}`,
    ),
  ]
}

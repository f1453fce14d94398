/** Which statement speaks for a repository: the most specific scope wins. */

import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { matchScope, parseTrustPolicy, statementFor } from '../../src/trust/index.ts'
import { policyText, sound } from './policy-cases.ts'

const scopesOf: Readonly<Record<string, readonly string[]>> = {
  exact: ['registry.example.org/team/api', 'registry.example.org/other'],
  team: ['registry.example.org/team/*'],
  deep: ['registry.example.org/team/deep/*'],
  registry: ['registry.example.org/*'],
  hub: ['docker.io/library/*', 'localhost:5000/*'],
}

function policyOf(scopes: Readonly<Record<string, readonly string[]>>) {
  const statements = Object.entries(scopes).map(([name, registryScopes]) => ({ ...sound, name, registryScopes }))
  return parseTrustPolicy(utf8(policyText(...statements)), 'trustpolicy.json')
}

describe('the most specific scope', () => {
  const cases = [
    ['registry.example.org/team/api', 'exact'],
    ['registry.example.org/other', 'exact'],
    ['registry.example.org/team/web', 'team'],
    ['registry.example.org/team/api/x', 'team'],
    ['registry.example.org/team/deep/x/y', 'deep'],
    ['registry.example.org/team/deep', 'team'],
    ['registry.example.org/team', 'registry'],
    ['registry.example.org/teams/api', 'registry'],
    ['registry.example.org/shop/api', 'registry'],
    ['registry.example.org.evil.example/team/api', undefined],
    ['evil.example/registry.example.org/team/api', undefined],
    ['registry.example.org:5000/team/api', undefined],
    ['docker.io/library/alpine', 'hub'],
    ['docker.io/team/alpine', undefined],
    ['localhost:5000/a', 'hub'],
    ['localhost/a', undefined],
  ] as const

  test.each(cases)('%s → %s', (repository, expected) => {
    expect(statementFor(policyOf(scopesOf), repository)?.name).toBe(expected)
  })

  test.each(cases)('the order of the statements does not matter: %s', (repository, expected) => {
    const reversed = Object.fromEntries(Object.entries(scopesOf).toReversed())
    expect(statementFor(policyOf(reversed), repository)?.name).toBe(expected)
  })

  test.each(cases)('* is for the rest: %s', (repository, expected) => {
    expect(statementFor(policyOf({ rest: ['*'], ...scopesOf }), repository)?.name).toBe(expected ?? 'rest')
  })
})

test('says which scope decided', () => {
  const { statements } = policyOf(scopesOf)
  expect(matchScope(statements, 'localhost:5000/a')?.scope).toBe('localhost:5000/*')
})

/** Trust policies: each rule of the Notary Project's specification, what a refusal names, and what the levels mean. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fault, limits, utf8 } from '../../src/base/index.ts'
import { parseTrustPolicy, type TrustPolicyDocument } from '../../src/trust/index.ts'
import { codeOf, fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { policyCases, policyText, sound } from './policy-cases.ts'

const read = (text: string): TrustPolicyDocument => parseTrustPolicy(utf8(text), 'trustpolicy.json')

describe('the rules', () => {
  test.each(policyCases)('$ours: $what', ({ text, ours, member }) => {
    const fault = faultOf(() => read(text))
    expect(fault?.code).toBe(ours === 'taken' ? undefined : 'TRUST_POLICY_INVALID')
    if (fault === undefined) return
    expect(fault.status).toBe(2)
    expect(fault.fix ?? '').not.toBe('')
    if (member !== undefined) expect(fault.message).toContain(member)
  })

  test('a refusal names the statement', () => {
    const text = policyText(sound, { ...sound, name: 'second', registryScopes: ['registry.example.org/a:1'] })
    expect(faultOf(() => read(text))?.message).toContain('"second"')
    expect(faultOf(() => read(policyText(sound, { ...sound, name: undefined })))?.message).toContain('statement 2')
    expect(faultOf(() => read(policyText({ ...sound, signatureVerification: {} })))?.message).toContain('"shop"')
  })

  test.each([
    ['trustPolicys', '"trustPolicies"'],
    ['Version', '"version"'],
  ])('a member %s is told what was meant', (written, meant) => {
    expect(faultOf(() => read(`{"version":"1.0","trustPolicies":[],"${written}":1}`))?.fix).toContain(meant)
  })

  test('a scope is told how it is compared', () => {
    const fixOf = (scope: string) => faultOf(() => read(policyText({ ...sound, registryScopes: [scope] })))?.fix
    expect(fixOf('index.docker.io/library/alpine')).toContain('"docker.io/library/alpine"')
    expect(fixOf('Registry.example.org/team/*')).toContain('"registry.example.org/team/*"')
    expect(fixOf('registry.example.org/team:1')).toContain('"registry.example.org/team"')
  })

  test('skip for all is taken where it is asked for', () => {
    const all = policyText({ name: 'all', registryScopes: ['*'], signatureVerification: { level: 'skip' } })
    expect(parseTrustPolicy(utf8(all), 'x', { allowSkipAll: true }).statements[0]?.level).toBe('skip')
    expect(codeOf(() => parseTrustPolicy(utf8(all), 'x', {}))).toBe('TRUST_POLICY_INVALID')
  })
})

describe('the levels', () => {
  test.each([
    ['strict', 'enforce enforce enforce enforce enforce'],
    ['permissive', 'enforce enforce log log log'],
    ['audit', 'enforce log log log log'],
    ['skip', 'skip skip skip skip skip'],
  ])('%s', (level, expected) => {
    const bare = { name: 'x', registryScopes: ['a.example/b'], signatureVerification: { level } }
    const [statement] = read(policyText(level === 'skip' ? bare : { ...sound, ...bare })).statements
    const { integrity, authenticity, authenticTimestamp, expiry, revocation } = statement?.actions ?? {}
    expect([integrity, authenticity, authenticTimestamp, expiry, revocation].join(' ')).toBe(expected)
    expect(statement?.verifyTimestamp).toBe('always')
  })

  test('overrides change what they name', () => {
    const override = { authenticity: 'enforce', expiry: 'log', revocation: 'skip' }
    const [statement] = read(policyText({ ...sound, signatureVerification: { level: 'audit', override } })).statements
    expect(statement?.actions).toEqual({
      integrity: 'enforce',
      authenticity: 'enforce',
      authenticTimestamp: 'log',
      expiry: 'log',
      revocation: 'skip',
    })
  })
})

describe('bounds', () => {
  test.each([
    ['statements', policyText(...Array.from({ length: limits.trustStatements + 1 }, () => sound))],
    [
      'scopes',
      policyText({
        ...sound,
        registryScopes: Array.from({ length: limits.trustEntries + 1 }, (_, at) => `a.example/${at}`),
      }),
    ],
    ['depth', `${'['.repeat(200)}${']'.repeat(200)}`],
  ])('%s', (_, text) => {
    expect(codeOf(() => read(text))).toBe('TRUST_POLICY_INVALID')
  })
})

test('fuzz: a changed policy is refused, or is a policy that keeps the rules', () => {
  const seeds = policyCases.map(({ text }) => text)
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 3 }), (seed, mutations) => {
      const bytes = mutations.reduce<Uint8Array>((text, change) => mutate(text, change), utf8(seed))
      const result = outcome(() => parseTrustPolicy(bytes, 'x'))
      if ('code' in result) return void expect(result.code).toBe('TRUST_POLICY_INVALID')
      for (const statement of result.value.statements) {
        if (statement.level === 'skip') expect(statement.registryScopes).not.toContain('*')
        else {
          expect(statement.identities.length).toBeGreaterThan(0)
          expect(statement.trustStores.some(({ type }) => type !== 'tsa')).toBe(true)
        }
        expect(statement.registryScopes.length).toBeGreaterThan(0)
      }
    }),
    fuzzOptions(1000),
  )
})

function faultOf(run: () => unknown): Fault | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

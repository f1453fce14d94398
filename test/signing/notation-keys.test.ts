/** notation's signingkeys.json: what notation writes is read, and what is ambiguous is refused. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { findNotationKey, readNotationKeys } from '../../src/signing/index.ts'
import { codeOf, fuzzOptions, mutate, mutation } from '../support/fuzz.ts'

const file = { name: 'local', keyPath: '/keys/a.key', certPath: '/keys/a.crt' }
const plugin = { name: 'vault', id: 'https://vault.example.org/1', pluginName: 'azure-kv', pluginConfig: { a: 'b' } }
const list = (value: unknown) => utf8(typeof value === 'string' ? value : JSON.stringify(value))
const read = (value: unknown) => readNotationKeys(list(value), 'signingkeys.json')

describe('what notation writes', () => {
  const both = read({ default: 'local', keys: [file, plugin] })

  it('a key of each kind', () => {
    expect(both.keys.get('local')).toEqual({ kind: 'file', ...file })
    expect(both.keys.get('vault')).toMatchObject({ kind: 'plugin', pluginName: 'azure-kv', id: plugin.id })
  })

  it('is found by its name, or as the default', () => {
    expect(findNotationKey(both, 'vault', 'f').name).toBe('vault')
    expect(findNotationKey(both, undefined, 'f').name).toBe('local')
    expect(codeOf(() => findNotationKey(both, 'valt', 'f'))).toBe('SIGNING_KEY_NOT_LISTED')
    expect(codeOf(() => findNotationKey(read({ keys: [file] }), undefined, 'f'))).toBe('SIGNING_KEY_NOT_LISTED')
    expect(codeOf(() => findNotationKey(read({ keys: [] }), 'local', 'f'))).toBe('SIGNING_KEY_NOT_LISTED')
    expect(codeOf(() => findNotationKey(both, '__proto__', 'f'))).toBe('SIGNING_KEY_NOT_LISTED')
  })

  it.each([[{ keys: [] }], [{ keys: null }], [{}], [{ default: '', keys: [] }], [{ default: null, keys: [file] }]])(
    'nothing chosen: %j',
    (value) => {
      expect(read(value).default).toBeUndefined()
    },
  )

  it('no configuration of the plugin', () => {
    const { pluginConfig: _, ...bare } = plugin
    for (const key of [bare, { ...bare, pluginConfig: null }])
      expect(read({ keys: [key] }).keys.get('vault')).toMatchObject({ pluginConfig: {} })
  })
})

describe('refused', () => {
  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['a list', []],
    ['one name twice', { keys: [file, { ...plugin, name: 'local' }] }],
    ['a default that is not there', { default: 'other', keys: [file] }],
    ['a member twice', '{"keys":[],"keys":[]}'],
    ['a member in other letters', { Keys: [file] }],
    ['an unknown member', { keys: [], version: 1 }],
    ['an unknown member of a key', { keys: [{ ...file, password: 'x' }] }],
    ['a key of both kinds', { keys: [{ ...file, ...plugin }] }],
    ['a key of neither', { keys: [{ name: 'a' }] }],
    ['a key without a certificate', { keys: [{ name: 'a', keyPath: 'b' }] }],
    ['a key without a name', { keys: [{ keyPath: 'a', certPath: 'b' }] }],
    ['an empty name', { keys: [{ ...file, name: '' }] }],
    ['a plugin without a key', { keys: [{ name: 'a', pluginName: 'b' }] }],
    ['a configuration that is no text', { keys: [{ ...plugin, pluginConfig: { a: 1 } }] }],
    ['too many keys', { keys: Array.from({ length: 1001 }, (_, at) => ({ ...file, name: `${at}` })) }],
  ])('%s', (_, value) => {
    expect(codeOf(() => read(value))).toBe('SIGNING_KEYS_INVALID')
  })

  it('damage is no crash', () => {
    const bytes = list({ default: 'local', keys: [file, plugin] })
    fc.assert(
      fc.property(mutation, (change) => {
        const code = codeOf(() => readNotationKeys(mutate(bytes, change), 'f'))
        expect([undefined, 'SIGNING_KEYS_INVALID']).toContain(code)
      }),
      fuzzOptions(500),
    )
  })
})

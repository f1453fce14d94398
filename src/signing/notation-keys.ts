/** notation's list of keys to sign with, `signingkeys.json` (notation-go, config/keys.go): key files with certificates, and keys of plugins. */

import {
  asArray,
  asObject,
  asString,
  asStringMap,
  type Bytes,
  clip,
  Fault,
  type Json,
  type JsonObject,
  limits,
  nearest,
  onlyMembers,
  optionalString,
  readJson,
} from '../base/index.ts'
import { signingFault } from './faults.ts'

export type NotationKey =
  | { readonly kind: 'file'; readonly name: string; readonly keyPath: string; readonly certPath: string }
  | {
      readonly kind: 'plugin'
      readonly name: string
      readonly pluginName: string
      readonly id: string
      readonly pluginConfig: Readonly<Record<string, string>>
    }

export interface NotationKeys {
  /** The name of the one that signs where none is named; it is in the list. */
  readonly default: string | undefined
  /** By name, no name twice. */
  readonly keys: ReadonlyMap<string, NotationKey>
}

/**
 * Names of members are taken to the letter, unlike notation does, and members that the format does not have are refused.
 * @throws SIGNING_KEYS_INVALID
 * @example const key = findNotationKey(readNotationKeys(await readFile(path), path), undefined, path)
 */
export function readNotationKeys(file: Bytes, where: string): NotationKeys {
  try {
    return readList(file, where)
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'SIGNING_KEYS_INVALID') throw error
    throw invalid(where, error.message.replace(/\.$/, ''), error)
  }
}

function readList(file: Bytes, where: string): NotationKeys {
  const what = 'the list of keys'
  const list = asObject(readJson(file, { what, maxBytes: limits.configFileBytes, maxDepth: 8 }), what)
  onlyMembers(list, ['default', 'keys'], what)
  const keys = new Map<string, NotationKey>()
  for (const [index, item] of asArray(list['keys'] ?? [], 'keys', limits.signingKeys).entries()) {
    const key = readKey(item, `keys[${index}]`, where)
    if (keys.has(key.name)) throw invalid(where, `it has two keys "${clip(key.name, 60)}"`)
    keys.set(key.name, key)
  }
  // Go writes what was never set as nothing, as null or as an empty text.
  const named = list['default'] === null ? '' : (optionalString(list['default'], 'default') ?? '')
  if (named !== '' && !keys.has(named)) throw invalid(where, `its default key "${clip(named, 60)}" is not in it`)
  return { default: named === '' ? undefined : named, keys }
}

function readKey(item: Json, at: string, where: string): NotationKey {
  const key = asObject(item, at)
  const text = (member: string): string => {
    const value = asString(key[member], `${at}.${member}`)
    if (value === '') throw invalid(where, `${at}.${member} is empty`)
    return value
  }
  const isPlugin = 'pluginName' in key || 'id' in key
  onlyMembers(key, isPlugin ? ['name', 'id', 'pluginName', 'pluginConfig'] : ['name', 'keyPath', 'certPath'], at)
  if (!isPlugin) return { kind: 'file', name: text('name'), keyPath: text('keyPath'), certPath: text('certPath') }
  const pluginConfig = readConfig(key, at)
  return { kind: 'plugin', name: text('name'), id: text('id'), pluginName: text('pluginName'), pluginConfig }
}

function readConfig(key: JsonObject, at: string): Readonly<Record<string, string>> {
  const config = key['pluginConfig']
  if (config === undefined || config === null) return {}
  return asStringMap(config, `${at}.pluginConfig`, limits.pluginEntries)
}

/** @param name undefined: the default one @throws SIGNING_KEY_NOT_LISTED */
export function findNotationKey(list: NotationKeys, name: string | undefined, where: string): NotationKey {
  const wanted = name ?? list.default
  const key = wanted === undefined ? undefined : list.keys.get(wanted)
  if (key !== undefined) return key
  const names = [...list.keys.keys()]
  const fix = names.length === 0 ? 'Add one: notation key add' : `It has: ${clip(names.join(', '), 400)}`
  if (wanted === undefined) throw signingFault('SIGNING_KEY_NOT_LISTED', `${where} has no default key.`, { fix })
  const near = nearest(wanted, names)
  const hint = near === undefined ? '' : `; "${clip(near, 60)}" is there`
  throw signingFault('SIGNING_KEY_NOT_LISTED', `${where} has no key "${clip(wanted, 60)}"${hint}.`, { fix })
}

function invalid(where: string, problem: string, cause?: unknown): Error {
  return signingFault('SIGNING_KEYS_INVALID', `${where} is no list of signing keys that can be used: ${problem}.`, {
    cause,
    fix: 'Write it as notation does: {"default":"NAME","keys":[{"name":"NAME","keyPath":"KEY","certPath":"CERTS"}]}',
  })
}

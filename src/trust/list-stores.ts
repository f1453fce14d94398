/** Which trust stores a folder holds (notation's layout: `DIR/x509/TYPE/NAME/`). */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../base/index.ts'
import { trustFault } from './faults.ts'
import { type StoreName, storeTypes } from './store-name.ts'
import { isMissing } from './stores.ts'

/**
 * By type and name. What is no store by its name is among them: reading it says what is wrong with it.
 * @throws TRUST_STORE_MISSING where the folder holds no x509/
 */
export async function listTrustStores(folder: string): Promise<readonly StoreName[]> {
  const types = await namesIn(join(folder, 'x509'))
  if (types === undefined) {
    throw trustFault('TRUST_STORE_MISSING', `${folder} holds no trust stores: there is no x509/ in it.`, {
      fix: 'Name the folder that holds x509/, or add a root: zegel trust add --type ca --store NAME --dir DIR FILE',
    })
  }
  const stores: StoreName[] = []
  for (const type of storeTypes) {
    const names = (await namesIn(join(folder, 'x509', type))) ?? []
    stores.push(...names.map((name) => ({ type, name })))
  }
  return stores
}

async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    const names = await readdir(folder)
    if (names.length <= limits.trustStoreFiles) return names.sort()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  throw trustFault('TRUST_STORE_INVALID', `${folder} holds more than ${limits.trustStoreFiles} trust stores.`, {
    fix: 'Take out those that nothing names.',
  })
}

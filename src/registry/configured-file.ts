/** Reading one file that an administrator wrote about a registry. */

import { readFile } from 'node:fs/promises'
import { limits } from '../base/index.ts'
import { registryFault } from './faults.ts'

/** @throws HOSTS_FILE_INVALID */
export async function readConfigured(path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw registryFault('HOSTS_FILE_INVALID', `${path} cannot be read.`, { cause, fix: 'Check who may read the file.' })
  }
  if (text.length > limits.keyFileBytes) throw registryFault('HOSTS_FILE_INVALID', `${path} is too large.`)
  return text
}

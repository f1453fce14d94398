/**
 * Finds the program of a plugin, `FOLDER/NAME/notation-NAME` (Notary Project plugin-extensibility.md, "Installation"). The name may be an attacker's, who
 * wrote it into an envelope: it never leads out of the folder.
 */

import { constants, createReadStream } from 'node:fs'
import { access, lstat, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { clip, type Digest, forShell, newDigester } from '../../base/index.ts'
import { signingFault } from '../faults.ts'

const NAME = /^[A-Za-z0-9_.-]{1,100}$/
const WRITABLE_BY_ALL = 0o002

export function isPluginName(name: string): boolean {
  return NAME.test(name) && name !== '.' && name !== '..'
}

/**
 * @param folder notation's folder of plugins
 * @param sha256 what its content must have
 * @returns the absolute path
 * @throws PLUGIN_NOT_FOUND, PLUGIN_UNSAFE
 */
export async function locatePlugin(name: string, folder: string, sha256?: Digest): Promise<string> {
  if (!isPluginName(name))
    throw unsafe(`"${clip(name, 60)}" is not the name of a plugin`, 'Write its name, as "notation plugin list" has it.')
  const file = `notation-${name}${process.platform === 'win32' ? '.exe' : ''}`
  const program = await realPlace(name, folder, file)
  const { mode } = await lstat(program)
  if ((mode & WRITABLE_BY_ALL) !== 0)
    throw unsafe(`The program of the plugin ${name} may be changed by anybody`, `chmod o-w ${forShell(program)}`)
  try {
    await access(program, constants.X_OK)
  } catch {
    throw unsafe(`The program of the plugin ${name} may not be run`, `chmod u+x ${forShell(program)}`)
  }
  if (sha256 !== undefined) await requireDigest(name, program, sha256)
  return program
}

/** Reached without any link below the folder, which itself may be one. */
async function realPlace(name: string, folder: string, file: string): Promise<string> {
  let program: string
  let isFile: boolean
  let real: string
  try {
    program = join(await realpath(folder), name, file)
    isFile = (await lstat(program)).isFile()
    real = await realpath(program)
  } catch (cause) {
    throw signingFault('PLUGIN_NOT_FOUND', `There is no plugin ${name} in ${clip(folder)}.`, {
      cause,
      fix: `Install it: its program belongs to ${clip(join(folder, name, file))}`,
    })
  }
  if (isFile && real === program) return program
  throw unsafe(
    `The program of the plugin ${name} is no regular file in its folder, or is reached through a link`,
    'Put the program itself there.',
  )
}

async function requireDigest(name: string, program: string, wanted: Digest): Promise<void> {
  const digester = newDigester('sha256')
  for await (const part of createReadStream(program) as AsyncIterable<Buffer>) digester.update(part)
  const found = digester.digest()
  if (found === wanted) return
  throw unsafe(
    `The program of the plugin ${name} has the digest ${found}, not ${wanted} as was demanded`,
    'See whether it was updated, and by whom, before you change the digest.',
  )
}

function unsafe(problem: string, fix: string): Error {
  return signingFault('PLUGIN_UNSAFE', `${problem}; it is not run.`, { fix })
}

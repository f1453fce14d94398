/** `zegel notation-plugin install`: a script in notation's folder of plugins that calls this program. */

import { lstat, mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { forShell, utf8 } from '../../base/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { writeFileAtomically } from '../files.ts'
import { notationFolders } from '../notation-folders.ts'
import type { notationPluginInstallSpec } from '../table/notation.ts'
import type { InputOf } from '../table/types.ts'

const MARK = '# Calls zegel as a plugin of notation; written by "zegel notation-plugin install".'

export async function run(context: Context, { options }: InputOf<typeof notationPluginInstallSpec>): Promise<0> {
  const folder = join(options.dir ?? notationFolders(context.io).plugins, 'zegel')
  const path = join(folder, 'notation-zegel')
  await refuseForeign(path)
  await makeFolder(folder)
  const words = options.executable === undefined ? ownWords() : [resolve(options.executable)]
  const script = `#!/bin/sh\n${MARK}\nexec ${words.map(quoted).join(' ')} notation-plugin run "$@"\n`
  await writeFileAtomically(context, path, [utf8(script)], { mode: 0o755, overwrite: true })
  await context.printText(path)
  context.say(`To sign with it: notation sign --plugin zegel --id KEY --plugin-config cert_chain=CERTS IMAGE`)
  return 0
}

/** This very program, as it was started. */
function ownWords(): readonly string[] {
  const [program = 'zegel', script] = process.argv
  return script === undefined ? [program] : [program, ...process.execArgv, resolve(script)]
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** Only what we wrote is written over. */
async function refuseForeign(path: string): Promise<void> {
  try {
    const isOwn = (await lstat(path)).isFile() && (await readFile(path, 'utf8')).includes(MARK)
    if (isOwn) return
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return
  }
  throw cliFault('FILE_EXISTS', `${path} is there already and was not written by this program.`, {
    fix: `See what it is, and move it away: mv ${forShell(path)} ${forShell(`${path}.old`)}`,
  })
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
  } catch (cause) {
    throw cliFault('FILE_NOT_WRITABLE', `The folder ${folder} cannot be made.`, {
      cause,
      fix: 'Check the path and its permissions, or name another folder: --dir DIR',
    })
  }
}

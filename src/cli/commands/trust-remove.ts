/** `zegel trust remove`: files go by their name even where nothing can be read in them. */

import { rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { forTerminal } from '../../base/index.ts'
import type { TrustRemoveReport } from '../../contract/index.ts'
import {
  formatStoreName,
  listStore,
  readStoreFiles,
  type StoredCertificate,
  type StoreName,
  storeFolder,
  writeStoreFile,
} from '../../trust/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { writeFileAtomically } from '../files.ts'
import type { trustRemoveSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import { trustFolder } from '../trust-folder.ts'
import { isNamedBy, notStored } from '../trust-stored.ts'

export async function run(
  context: Context,
  { options, arguments: words }: InputOf<typeof trustRemoveSpec>,
): Promise<0> {
  if (options.all === words.length > 0) {
    throw cliFault('USAGE_ARGUMENT_MISSING', 'Nothing says which certificates are taken out, or two things do.', {
      fix: 'Name them by file or fingerprint, or write --all.',
    })
  }
  const directory = trustFolder(context, options.dir)
  const store: StoreName = { type: options.type, name: options.store }
  const folder = storeFolder(directory, store)
  const names = await listStore(folder, store)
  const gone = options.all ? names : names.filter((name) => words.includes(name))
  const fingerprints = words.filter((word) => !names.includes(word))
  const stored = fingerprints.length === 0 ? [] : await readStoreFiles(folder, store)
  const missing = fingerprints.find((word) => !stored.some((one) => isNamedBy(word, one)))
  if (missing !== undefined) throw notStored(missing, store, directory)
  const changed = changedFiles(stored, fingerprints, gone)
  for (const name of gone) await removeFile(join(folder, name))
  for (const [name, certificates] of changed) {
    const path = join(folder, name)
    const options = { mode: 0o644, overwrite: true, through: directory }
    if (certificates.length === 0) await removeFile(path)
    else await writeFileAtomically(context, path, [writeStoreFile(certificates.map((one) => one.certificate))], options)
  }
  const isStoreGone = (await listStore(folder, store)).length === 0
  if (isStoreGone) await rmdir(folder)
  const files = [...gone, ...changed.keys()].toSorted()
  await tell(context, { schema: 'zegel.dev/trust-remove/v1', directory, ...store, files, isStoreGone })
  return 0
}

/** What is left in each file that loses a certificate. */
function changedFiles(
  stored: readonly StoredCertificate[],
  fingerprints: readonly string[],
  gone: readonly string[],
): ReadonlyMap<string, readonly StoredCertificate[]> {
  const isTaken = (one: StoredCertificate): boolean => fingerprints.some((word) => isNamedBy(word, one))
  const names = new Set(stored.filter(isTaken).map(({ file }) => file))
  const left = [...names]
    .filter((name) => !gone.includes(name))
    .map((name) => {
      return [name, stored.filter((one) => one.file === name && !isTaken(one))] as const
    })
  return new Map(left)
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (cause) {
    throw cliFault('FILE_NOT_WRITABLE', `${path} cannot be removed.`, { fix: 'See what it is: ls -ld', cause })
  }
}

async function tell(context: Context, report: TrustRemoveReport): Promise<void> {
  if (context.isJson) return await context.printJson(report)
  const { type, name, files, isStoreGone } = report
  for (const file of files)
    await context.print(`removed  ${forTerminal(`${formatStoreName({ type, name })}  ${file}`)}`)
  if (isStoreGone)
    context.say(`${formatStoreName({ type, name })} is gone: a trust policy that names it refuses everything.`)
}

/** `zegel trust add`: everything is read and judged before anything is written. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { forShell, forTerminal, limits } from '../../base/index.ts'
import type { TrustAddReport } from '../../contract/index.ts'
import { type Certificate, formatName, readCertificates } from '../../pki/index.ts'
import {
  formatStoreName,
  isRoot,
  readStoreFiles,
  type StoredCertificate,
  type StoreName,
  storeFileName,
  storeFolder,
  trustFault,
  unfit,
  writeStoreFile,
} from '../../trust/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { readNamedFile, writeFileAtomically } from '../files.ts'
import type { trustAddSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import { trustFolder } from '../trust-folder.ts'
import { certificateLines, trustCertificate } from '../trust-report.ts'

type Added = StoredCertificate & { readonly isNew: boolean }

interface Given {
  readonly from: string
  readonly certificates: readonly Certificate[]
}

export async function run(context: Context, { options, arguments: files }: InputOf<typeof trustAddSpec>): Promise<0> {
  const directory = trustFolder(context, options.dir)
  const store: StoreName = { type: options.type, name: options.store }
  const folder = storeFolder(directory, store)
  const given: Given[] = []
  for (const file of files) given.push({ from: file, certificates: await readFitting(context, file, store) })
  const added = planned(given, await storedBefore(folder, store))
  await writeAll(context, directory, folder, added)
  await tell(context, directory, store, added)
  return 0
}

/** One file for each that was given, of what is not there yet; each certificate once. */
function planned(given: readonly Given[], before: readonly StoredCertificate[]): readonly Added[] {
  const added: Added[] = []
  const holding = (list: readonly StoredCertificate[], { fingerprint }: Certificate): StoredCertificate | undefined =>
    list.find(({ certificate }) => certificate.fingerprint === fingerprint)
  for (const { from, certificates } of given) {
    const first = certificates.find((one) => holding([...before, ...added], one) === undefined)
    const isTaken = (name: string): boolean => [...before, ...added].some(({ file }) => file === name)
    const file = first === undefined ? '' : storeFileName(from, first, isTaken)
    for (const certificate of certificates) {
      if (holding(added, certificate) !== undefined) continue
      const stored = holding(before, certificate)
      added.push(stored === undefined ? { file, certificate, isNew: true } : { ...stored, isNew: false })
    }
  }
  return added
}

async function readFitting(context: Context, file: string, store: StoreName): Promise<readonly Certificate[]> {
  const certificates = readCertificates(await readNamedFile(context, file, limits.keyFileBytes), file)
  for (const certificate of certificates) {
    const problem = unfit(store.type, certificate)
    if (problem === undefined) continue
    const root = certificates.find(isRoot)
    const fix =
      root === undefined
        ? 'Give the certificate of the root that vouches for it; whoever issued it hands it out.'
        : `Give a file with its root alone: ${formatName(root.subject)}.`
    throw trustFault('TRUST_CERTIFICATE_UNFIT', `${file} does not belong into ${formatStoreName(store)}: ${problem}.`, {
      fix,
    })
  }
  return certificates
}

async function storedBefore(folder: string, store: StoreName): Promise<readonly StoredCertificate[]> {
  try {
    return await readStoreFiles(folder, store)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'TRUST_STORE_MISSING') return []
    throw error
  }
}

/** Through the folder above: whoever reads the store meanwhile finds no half of a file in it. */
async function writeAll(context: Context, directory: string, folder: string, added: readonly Added[]): Promise<void> {
  const fresh = added.filter(({ isNew }) => isNew)
  if (fresh.length === 0) return
  await makeFolder(folder)
  for (const name of new Set(fresh.map(({ file }) => file))) {
    const certificates = fresh.filter(({ file }) => file === name).map(({ certificate }) => certificate)
    const options = { mode: 0o644, overwrite: false, through: directory }
    await writeFileAtomically(context, join(folder, name), [writeStoreFile(certificates)], options)
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw cliFault('FILE_NOT_WRITABLE', `The folder ${folder} cannot be made (${code}).`, {
      fix: 'Check --dir and its permissions.',
      cause,
    })
  }
}

async function tell(context: Context, directory: string, store: StoreName, added: readonly Added[]): Promise<void> {
  const now = context.io.clock()
  const certificates = added.map(({ isNew, ...stored }) => ({ ...trustCertificate(stored, store.type, now), isNew }))
  const { type, name } = store
  const report: TrustAddReport = { schema: 'zegel.dev/trust-add/v1', directory, type, name, certificates }
  if (context.isJson) return await context.printJson(report)
  for (const certificate of certificates) {
    const what = certificate.isNew ? context.style.good('added') : 'was there'
    await context.print(`${what}  ${forTerminal(`${formatStoreName(store)}  ${certificate.file}`)}`)
    await context.print(
      certificateLines(certificate, context.style)
        .map((line) => `  ${line}`)
        .join('\n'),
    )
  }
  if (certificates.some(({ isNew }) => isNew)) {
    const flag = `--trust-store ${forShell(directory)}`
    context.say(
      `A trust policy names it as "${formatStoreName(store)}": zegel trust policy init --out trustpolicy.json ${flag}`,
    )
  }
}

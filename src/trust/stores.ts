/**
 * Trust stores in notation's layout (trust-store-trust-policy.md, "Trust Store"): `DIR/x509/TYPE/NAME/`, a folder of certificate files. Links are not followed, for
 * what they point to is not what was looked at.
 */

import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes, forShell, limits } from '../base/index.ts'
import { type Certificate, readCertificates } from '../pki/index.ts'
import { trustFault } from './faults.ts'
import { readPlainFile } from './plain-file.ts'
import { unfit } from './roots.ts'
import { formatStoreName, isStoreName, type StoreName } from './store-name.ts'
import type { TrustStore } from './x509-trust.ts'

export interface TrustStores {
  /** @throws TRUST_STORE_MISSING, TRUST_STORE_INVALID, CERTIFICATE_FILE_INVALID */
  load(store: StoreName): Promise<TrustStore>
}

/** @param folder the one that holds `x509/` @example const { certificates } = await openTrustStores('truststore').load({ type: 'ca', name: 'acme' }) */
export function openTrustStores(folder: string): TrustStores {
  const loaded = new Map<string, Promise<TrustStore>>()
  return {
    load: (store) => {
      const key = formatStoreName(store)
      const found = loaded.get(key) ?? loadStore(folder, store)
      loaded.set(key, found)
      return found
    },
  }
}

/** @throws TRUST_STORE_NAME_INVALID: a name never leads out of the folder */
export function storeFolder(folder: string, { type, name }: StoreName): string {
  if (!isStoreName(name))
    throw trustFault('TRUST_STORE_NAME_INVALID', `"${name.slice(0, 200)}" is no name of a trust store.`, {
      fix: 'A name has letters, digits, "_", "." and "-".',
    })
  return join(folder, 'x509', type, name)
}

async function loadStore(folder: string, store: StoreName): Promise<TrustStore> {
  const path = storeFolder(folder, store)
  const certificates: Certificate[] = []
  for (const { file, certificate } of await readStoreFiles(path, store)) {
    const problem = unfit(store.type, certificate)
    if (problem !== undefined) {
      const fix = `Take it out: zegel trust remove --type ${store.type} --store ${store.name} --dir ${forShell(folder)} ${forShell(file)}`
      throw invalid(join(path, file), problem, fix)
    }
    certificates.push(certificate)
  }
  if (certificates.length === 0)
    throw invalid(path, 'it is empty', `Add a root: ${addCommand(store, forShell(folder))}`)
  return { ...store, certificates }
}

export interface StoredCertificate {
  /** The name of the file in the store. */
  readonly file: string
  readonly certificate: Certificate
}

/**
 * Every certificate of a store, fit for it or not.
 * @throws TRUST_STORE_MISSING, TRUST_STORE_INVALID, CERTIFICATE_FILE_INVALID
 */
export async function readStoreFiles(path: string, store: StoreName): Promise<readonly StoredCertificate[]> {
  const found: StoredCertificate[] = []
  let bytes = 0
  for (const name of await listStore(path, store)) {
    const file = join(path, name)
    const content = await readPlainFile(file, limits.keyFileBytes)
    if ('problem' in content)
      throw invalid(file, content.problem, 'Put a file with certificates in its place, or remove it.')
    bytes += content.length
    if (bytes > limits.trustStoreBytes)
      throw invalid(
        path,
        `its files have more than ${formatBytes(limits.trustStoreBytes)}`,
        'Keep the roots that are needed.',
      )
    found.push(...readCertificates(content, file).map((certificate) => ({ file: name, certificate })))
  }
  return found
}

/** The names of its files, sorted. @throws TRUST_STORE_MISSING, TRUST_STORE_INVALID */
export async function listStore(path: string, store: StoreName): Promise<readonly string[]> {
  try {
    const found = await lstat(path)
    if (!found.isDirectory()) {
      const problem = found.isSymbolicLink() ? 'it is a symbolic link' : 'it is no folder'
      throw invalid(path, problem, 'Put a real folder in its place.')
    }
    const names = await readdir(path)
    if (names.length > limits.trustStoreFiles)
      throw invalid(path, `it has more than ${limits.trustStoreFiles} files`, 'Keep the roots that are needed.')
    return names.sort()
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw trustFault(
      'TRUST_STORE_MISSING',
      `There is no trust store ${formatStoreName(store)}: ${path} is not there.`,
      {
        cause,
        fix: `Name the folder that holds x509/, or add a root: ${addCommand(store, 'DIR')}`,
      },
    )
  }
}

function addCommand({ type, name }: StoreName, folder: string): string {
  return `zegel trust add --type ${type} --store ${name} --dir ${folder} FILE`
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function invalid(path: string, problem: string, fix: string): Error {
  return trustFault('TRUST_STORE_INVALID', `The trust store at ${path} cannot be used: ${problem}.`, { fix })
}

/**
 * Trust stores in notation's layout (trust-store-trust-policy.md, "Trust Store"): `DIR/x509/TYPE/NAME/`, a folder of certificate files. Links are not followed, for
 * what they point to is not what was looked at.
 */

import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes, limits, sameBytes } from '../base/index.ts'
import { basicConstraints, type Certificate, formatName, isSignedBy, readCertificates } from '../pki/index.ts'
import { trustFault } from './faults.ts'
import type { StoreName } from './policy.ts'
import type { TrustStore } from './x509-trust.ts'

export interface TrustStores {
  /** @throws TRUST_STORE_MISSING, TRUST_STORE_INVALID, CERTIFICATE_FILE_INVALID */
  load(store: StoreName): Promise<TrustStore>
}

/** @param folder the one that holds `x509/` */
export function openTrustStores(folder: string): TrustStores {
  const loaded = new Map<string, Promise<TrustStore>>()
  return {
    load: (store) => {
      const key = `${store.type}:${store.name}`
      const found = loaded.get(key) ?? loadStore(folder, store)
      loaded.set(key, found)
      return found
    },
  }
}

export function storeFolder(folder: string, { type, name }: StoreName): string {
  return join(folder, 'x509', type, name)
}

async function loadStore(folder: string, store: StoreName): Promise<TrustStore> {
  const path = storeFolder(folder, store)
  const certificates: Certificate[] = []
  for (const { file, certificate } of await readStoreFiles(path, store)) {
    const problem = unfit(store, certificate)
    if (problem !== undefined) throw invalid(file, problem, `Remove it: rm ${file}`)
    certificates.push(certificate)
  }
  if (certificates.length === 0)
    throw invalid(
      path,
      'it is empty',
      `Add a certificate: zegel trust add --type ${store.type} --store ${store.name} --dir ${folder} FILE`,
    )
  return { ...store, certificates }
}

export interface StoredCertificate {
  readonly file: string
  readonly certificate: Certificate
}

/** @throws TRUST_STORE_MISSING, TRUST_STORE_INVALID, CERTIFICATE_FILE_INVALID */
export async function readStoreFiles(path: string, store: StoreName): Promise<readonly StoredCertificate[]> {
  const found: StoredCertificate[] = []
  const names = await listStore(path, store)
  if (names.length > limits.trustStoreFiles) throw invalid(path, `it has more than ${limits.trustStoreFiles} files`)
  for (const name of names) {
    const file = join(path, name)
    const { size } = await requireKind(file, 'file')
    if (size > limits.keyFileBytes) throw invalid(file, `it has ${formatBytes(size)}`)
    found.push(...readCertificates(await readFile(file), file).map((certificate) => ({ file, certificate })))
  }
  return found
}

async function listStore(path: string, { type, name }: StoreName): Promise<readonly string[]> {
  try {
    await requireKind(path, 'folder')
    return (await readdir(path)).sort()
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw trustFault('TRUST_STORE_MISSING', `There is no trust store ${type}:${name}: ${path} is not there.`, {
      cause,
      fix: `Name the folder that holds x509/ with --trust-store, or add a root: zegel trust add --type ${type} --store ${name} --dir DIR FILE`,
    })
  }
}

async function requireKind(path: string, kind: 'file' | 'folder'): Promise<{ readonly size: number }> {
  const found = await lstat(path)
  if (kind === 'file' ? found.isFile() : found.isDirectory()) return found
  throw invalid(
    path,
    found.isSymbolicLink() ? 'it is a symbolic link' : `it is no ${kind}`,
    'Put the real one in its place.',
  )
}

/** Why a certificate may not be in a store of this type; undefined where it may. */
export function unfit({ type }: Pick<StoreName, 'type'>, certificate: Certificate): string | undefined {
  const isRoot = isSelfSigned(certificate)
  if (type === 'tsa' && !isRoot)
    return `the certificate of ${formatName(certificate.subject)} is no root, and a tsa store holds nothing else`
  if (isRoot || basicConstraints(certificate)?.isAuthority === true) return undefined
  return `the certificate of ${formatName(certificate.subject)} is a leaf that ${formatName(certificate.issuer)} issued, and no root or intermediate`
}

export function isSelfSigned(certificate: Certificate): boolean {
  return sameBytes(certificate.subject.raw, certificate.issuer.raw) && isSignedBy(certificate, certificate.publicKey())
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function invalid(path: string, problem: string, fix?: string): Error {
  return trustFault(
    'TRUST_STORE_INVALID',
    `The trust store at ${path} cannot be used: ${problem}.`,
    fix === undefined ? {} : { fix },
  )
}
